"""What goes, what stays and why: every decision names the rule that makes it.

Planning and execution both decide here: what is approved and what is erased come from one place.
"""

from __future__ import annotations

from datetime import date

from lifecycle.policy.erasure import Erasure
from lifecycle.policy.model import Policy
from lifecycle.retention.calendar import add_period, subtract_period
from lifecycle.retention.facts import EVERYTHING, Decision, Unit, Verdict, WhyRefused
from lifecycle.retention.judging import CARRIED_OUT, Judged
from lifecycle.retention.rules import Rules
from lifecycle.retention.weighing import NOT_HAPPENED

__all__ = ["CARRIED_OUT", "NOT_HAPPENED", "decide", "is_late", "rules_of"]


def rules_of(policy: Policy, *, as_of: date) -> Rules:
    """The policy's retention rules, ready to decide about many units as of one local day."""
    return Rules(policy.retention, anchors=policy.anchors, erasure=policy.erasure, as_of=as_of)


def decide(unit: Unit, *, rules: Rules, held: frozenset[str]) -> tuple[Decision, ...]:
    """What the rules say about one unit: every category stands in exactly one decision.

    `held`: categories of the person that a legal hold keeps, or `EVERYTHING`. Make `rules` once
    (`rules_of`) for all units of a day. For each category, the first that applies:

    1. no rule covers it → REFUSED `no_rule`;
    2. a rule that erases or anonymises it has been carried out for this unit, or every rule has
       → STAYS `carried_out` (a stripped unit goes on by the rule named in `left_to`);
    3. it is held → HELD, with the rule and the dates of what would be said otherwise;
    4. a date that counts is before `earliest_anchor` → REFUSED `anchor_in_far_past`;
    5. a date that counts is not known, and no other rule decides → REFUSED `anchor_missing`;
    6. it is a relative's who has a purpose of their own → STAYS `has_own_purpose`;
    7. its last day less `lead` has come: REFUSED `active_since` if the person did something
       after the event and within `recent_activity`; otherwise GO. A rule that waits for a
       strip to be done neither decides nor stands in the strip's way;
    8. an `at_least` needs it → STAYS, `last_day` is the last day on which it is needed;
    9. the last day lies ahead → STAYS; no figure decides → UNDECIDED.

    A rule whose event may never happen (`may_not_happen`) says nothing before it has a date: where
    it is the only one that speaks of some data → STAYS `not_happened`.

    Of several rules that make it go the one with the earliest last day decides; on the same day
    erase before anonymise before strip before archive. Categories with equal decisions are
    grouped, in the unit's order. Raises `Misconfigured("accounting_year_missing")`.
    """
    if unit.indivisible and not held.isdisjoint(unit.categories):
        held = held | {EVERYTHING}
    told: list[Decision] = []
    for share in rules.shares(unit):
        judged = rules.judged(share, unit.anchors)
        free = _of_person(judged, unit, rules)
        kept = free.categories if EVERYTHING in held else _both(free.categories, held)
        if not kept or not judged.holdable:
            told.append(free)
            continue
        told.append(_held(free, kept))
        if len(kept) < len(free.categories):
            rest = tuple(category for category in free.categories if category not in held)
            told.append(free._replace(categories=rest))
    return tuple(told) if len(told) == 1 else _grouped(told, unit)


def is_late(decision: Decision, *, as_of: date, erasure: Erasure) -> bool:
    """Whether it should be gone already: its last day and the `grace` after it are over.

    What is held or still needed is not late. What goes is, and so is what a person must look at.
    """
    if decision.last_day is None or decision.verdict not in {Verdict.GO, Verdict.REFUSED}:
        return False
    return as_of > add_period(decision.last_day, erasure.grace)


def _of_person(judged: Judged, unit: Unit, rules: Rules) -> Decision:
    """What is said about this person, as if nothing were held."""
    decision = judged.decision
    if decision.verdict is Verdict.REFUSED or decision.reason == CARRIED_OUT:
        return decision
    if unit.own_purpose:
        reason = WhyRefused.HAS_OWN_PURPOSE
        return Decision(Verdict.STAYS, decision.categories, decision.rule, reason=reason)
    if decision.verdict is Verdict.GO and _active_since(judged.counted_from, unit, rules):
        reason = WhyRefused.ACTIVE_SINCE
        return decision._replace(verdict=Verdict.REFUSED, action="", stays=(), reason=reason)
    return decision


def _active_since(anchor: date | None, unit: Unit, rules: Rules) -> bool:
    if unit.active_on is None or anchor is None or unit.active_on <= anchor:
        return False
    return unit.active_on >= subtract_period(rules.as_of, rules.erasure.recent_activity)


def _held(free: Decision, categories: tuple[str, ...]) -> Decision:
    return Decision(
        Verdict.HELD, categories, free.rule, ripe_on=free.ripe_on, last_day=free.last_day
    )


def _both(categories: tuple[str, ...], held: frozenset[str]) -> tuple[str, ...]:
    return tuple(category for category in categories if category in held) if held else ()


def _grouped(told: list[Decision], unit: Unit) -> tuple[Decision, ...]:
    """Equal decisions as one, everything in the unit's order."""
    place = unit.categories.index
    equal: dict[tuple[object, ...], Decision] = {}
    for decision in told:
        key = decision[:1] + decision[2:]  # all but the categories
        same = equal.get(key)
        if same is not None:
            together = sorted(same.categories + decision.categories, key=place)
            decision = same._replace(categories=tuple(together))
        equal[key] = decision
    return tuple(sorted(equal.values(), key=lambda decision: place(decision.categories[0])))
