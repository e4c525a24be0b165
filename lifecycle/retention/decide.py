"""What goes, what stays and why: every decision names the rule that makes it.

Planning and execution both decide here: what is approved and what is erased come from one place.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from lifecycle.policy.erasure import Erasure
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import RetentionRule
from lifecycle.retention.calendar import add_period, subtract_period
from lifecycle.retention.covering import RuleSet
from lifecycle.retention.facts import EVERYTHING, Decision, Unit, Verdict, WhyRefused
from lifecycle.retention.rules import Rules
from lifecycle.retention.weighing import Weighed

CARRIED_OUT: Final = "carried_out"
"""Reason of `STAYS`: what the rule demands of this data has been done; what is left may stay."""


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

    Of several rules that make it go the one with the earliest last day decides; on the same day
    erase before anonymise before strip before archive. Categories with equal decisions are
    grouped, in the unit's order. Raises `Misconfigured("accounting_year_missing")`.
    """
    shares = rules.shares(
        kind=unit.kind, system=unit.system, categories=unit.categories, settled=unit.settled
    )
    grouped: dict[Decision, list[str]] = {}
    for categories, ruleset in shares:
        free = _judged(unit, ruleset, rules)
        kept = _held(free) if held and free.reason not in _NOT_HELD else free
        for category in categories:
            decision = kept if EVERYTHING in held or category in held else free
            grouped.setdefault(decision, []).append(category)
    place = unit.categories.index
    told = [
        decision._replace(categories=tuple(sorted(categories, key=place)))
        for decision, categories in grouped.items()
    ]
    return tuple(sorted(told, key=lambda decision: place(decision.categories[0])))


def is_late(decision: Decision, *, as_of: date, erasure: Erasure) -> bool:
    """Whether it should be gone already: its last day and the `grace` after it are over.

    What is held or still needed is not late. What goes is, and so is what a person must look at.
    """
    if decision.last_day is None or decision.verdict not in {Verdict.GO, Verdict.REFUSED}:
        return False
    return as_of > add_period(decision.last_day, erasure.grace)


_NOT_HELD: Final = frozenset({WhyRefused.NO_RULE, CARRIED_OUT})


def _judged(unit: Unit, ruleset: RuleSet, rules: Rules) -> Decision:
    """The decision about one share, without its categories and as if nothing were held."""
    done = ruleset.carried_out
    if done is not None:
        return Decision(Verdict.STAYS, (), done.id, stays=_stays(done), reason=CARRIED_OUT)
    if not ruleset.rules:
        return Decision(Verdict.REFUSED, (), "", reason=WhyRefused.NO_RULE)
    weighed = rules.weighed(ruleset, unit.anchors)
    verdict, rule = weighed.verdict, weighed.rule
    if verdict is Verdict.REFUSED:
        return Decision(verdict, (), rule.id, reason=weighed.reason)
    if unit.own_purpose:
        return Decision(Verdict.STAYS, (), rule.id, reason=WhyRefused.HAS_OWN_PURPOSE)
    dated = Decision(verdict, (), rule.id, ripe_on=weighed.ripe_on, last_day=weighed.last_day)
    if verdict is not Verdict.GO:
        return dated
    if _active_since(unit, weighed, rules):
        return dated._replace(verdict=Verdict.REFUSED, reason=WhyRefused.ACTIVE_SINCE)
    return dated._replace(action=str(rule.then), stays=_stays(rule))


def _held(free: Decision) -> Decision:
    return Decision(Verdict.HELD, (), free.rule, ripe_on=free.ripe_on, last_day=free.last_day)


def _stays(rule: RetentionRule) -> tuple[str, ...]:
    return rule.stays or (rule.residue.fields if rule.residue is not None else ())


def _active_since(unit: Unit, weighed: Weighed, rules: Rules) -> bool:
    event = weighed.rule.anchor
    anchor = unit.anchors.get(event) if event is not None else None
    if unit.active_on is None or anchor is None or unit.active_on <= anchor:
        return False
    return unit.active_on >= subtract_period(rules.as_of, rules.erasure.recent_activity)
