"""Anyone can always ask for deletion of all data (B-23), except what must be kept (B-24)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from lifecycle.policy.retention import RetentionRule, Then
from lifecycle.policy.values import Period, Term, Turn
from lifecycle.retention.calendar import day_after
from lifecycle.retention.covering import RuleSet
from lifecycle.retention.decide import CARRIED_OUT, decide
from lifecycle.retention.facts import Decision, Unit, Verdict, WhyRefused
from lifecycle.retention.limits import last_day
from lifecycle.retention.rules import Rules
from lifecycle.retention.weighing import has_happened


def decide_on_request(
    unit: Unit, *, rules: Rules, held: frozenset[str], themselves: bool
) -> tuple[Decision, ...]:
    """What is to become of one unit when its person, or whom they are known through, asks for
    erasure (art. 17); a person approves it, and answers for it (H-63).

    `themselves`: it is the data of whoever asked; False for a relative who goes along. For each
    category, the first that applies:

    1. what goes anyway goes, as it would have; what is held stays held (A-73); what is done is
       done; what no rule covers is refused;
    2. a relative with a purpose of their own stays, unless they ask themselves, also where
       nobody knows when those left whom they are known through;
    3. a rule keeps it for ever, or through a day that is not over → STAYS, by that rule (B-24);
       nobody can say how long (no figure, no date, a date that is taken for a mistake) →
       UNDECIDED or REFUSED, by that rule;
    4. what only a strip's successor keeps is stripped; everything else goes at once, whether its
       last day lies far ahead, or nobody has decided it, or its event has no date (B-16, B-23).

    Raises `Misconfigured("accounting_year_missing")`.
    """
    plain = {
        category: decision
        for decision in decide(unit, rules=rules, held=held)
        for category in decision.categories
    }
    grouped: dict[Decision, list[str]] = {}
    for categories, ruleset in rules.shares(unit):
        for category in categories:
            decision = plain[category]._replace(categories=())
            if not _stands(decision, unit, themselves=themselves):
                decision = _asked(decision, unit, ruleset, rules)
            grouped.setdefault(decision, []).append(category)
    place = unit.categories.index
    decisions = [
        decision._replace(categories=tuple(sorted(categories, key=place)))
        for decision, categories in grouped.items()
    ]
    return tuple(sorted(decisions, key=lambda decision: place(decision.categories[0])))


def _stands(decision: Decision, unit: Unit, *, themselves: bool) -> bool:
    """Whether a request changes nothing about a decision."""
    if decision.verdict in {Verdict.GO, Verdict.HELD}:
        return True
    if unit.own_purpose and not themselves:
        return True
    return decision.reason in {CARRIED_OUT, WhyRefused.NO_RULE}


def _asked(decision: Decision, unit: Unit, ruleset: RuleSet, rules: Rules) -> Decision:
    strips = {rule.left_to: rule for rule in ruleset.rules if rule.then is Then.STRIP}
    keeping = [
        kept
        for rule in ruleset.rules
        if has_happened(rule, ruleset, unit.anchors)
        and (kept := _kept(rule, unit, ruleset, rules)) is not None
    ]
    at_once = [kept for kept in keeping if kept.rule.id not in strips]
    if at_once:
        return _strongest(at_once).decision
    if keeping:
        # What stays of a strip must be kept, and nothing else.
        kept = _strongest(keeping)
        strip = strips[kept.rule.id]
        return _goes(strip, decision, as_of=rules.as_of, action=Then.STRIP)
    rule = next((r for r in ruleset.rules if r.id == decision.rule), ruleset.rules[0])
    action = Then.ERASE if rule.then is Then.STRIP else rule.then
    return _goes(rule, decision, as_of=rules.as_of, action=action)


class _Kept(NamedTuple):
    rule: RetentionRule
    decision: Decision


def _kept(rule: RetentionRule, unit: Unit, ruleset: RuleSet, rules: Rules) -> _Kept | None:
    """What a rule's `at_least` says on the day; None where it keeps nothing (any more)."""
    least = rule.keep.at_least
    if least is None:
        return None
    if least is Term.FOREVER:
        return _Kept(rule, Decision(Verdict.STAYS, (), rule.id))
    if not isinstance(least, Period | Turn):
        return _Kept(rule, Decision(Verdict.UNDECIDED, (), rule.id))
    anchor = unit.anchors.get(rule.anchor) if rule.anchor is not None else None
    if anchor is None and rule.anchor in ruleset.perhaps:
        return None  # an event that has not happened: the rule says nothing yet
    if anchor is None:
        return _Kept(rule, _refused(rule, WhyRefused.ANCHOR_MISSING))
    if anchor < rules.erasure.earliest_anchor:
        return _Kept(rule, _refused(rule, WhyRefused.ANCHOR_IN_FAR_PAST))
    through = last_day(least, anchor, accounting_year_begins=rules.erasure.accounting_year_begins)
    if through is None or through < rules.as_of:
        return None
    return _Kept(
        rule,
        Decision(Verdict.STAYS, (), rule.id, ripe_on=day_after(through), last_day=through),
    )


def _refused(rule: RetentionRule, reason: WhyRefused) -> Decision:
    return Decision(Verdict.REFUSED, (), rule.id, reason=str(reason))


def _strongest(keeping: Iterable[_Kept]) -> _Kept:
    """What is kept for ever before what is kept longest, before what nobody can say."""
    return min(keeping, key=_order)


def _order(kept: _Kept) -> tuple[int, int, str]:
    decision = kept.decision
    if decision.verdict is Verdict.STAYS:
        return 0, -(decision.last_day or date.max).toordinal(), kept.rule.id
    return 1 if decision.verdict is Verdict.UNDECIDED else 2, 0, kept.rule.id


def _goes(rule: RetentionRule, decision: Decision, *, as_of: date, action: Then) -> Decision:
    stays: tuple[str, ...] = ()
    if action is Then.STRIP:
        stays = rule.stays or ()
    elif action is Then.ANONYMISE and rule.residue is not None:
        stays = rule.residue.fields
    # By the rule the last day may lie years ahead: that is no deadline for who asked.
    return Decision(Verdict.GO, (), rule.id, str(action), stays, ripe_on=as_of)
