"""What is needed still, what is due, and which of several rules decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from lifecycle.policy.erasure import Erasure
from lifecycle.policy.retention import RetentionRule, Then
from lifecycle.policy.values import Period, Term, Turn
from lifecycle.retention.calendar import day_after, subtract_period
from lifecycle.retention.covering import Candidate, RuleSet
from lifecycle.retention.facts import Verdict, WhyRefused
from lifecycle.retention.limits import last_day

_FIRST_ON_A_TIE: Final = (Then.ERASE, Then.ANONYMISE, Then.STRIP, Then.ARCHIVE)

NOT_HAPPENED: Final = "not_happened"
"""Reason of `STAYS`: the only rule that speaks of it waits for an event that may never happen."""


class Weighed(NamedTuple):
    """What the rules of a set say to some dates, whoever the person is."""

    verdict: Verdict
    rule: RetentionRule
    ripe_on: date | None = None
    last_day: date | None = None
    reason: str | None = None
    goes_by: date | None = None
    """The last day that a rule has given it, whatever keeps it today."""


class _Need(NamedTuple):
    """How long every `at_least` beside a candidate needs the data."""

    through: date | None = None
    """The last day on which one of them does."""
    rule: RetentionRule | None = None
    unknown: RetentionRule | None = None
    """One of which nobody knows, since its date is missing."""
    mistaken: RetentionRule | None = None
    """One whose date lies in the far past."""


def weigh(
    ruleset: RuleSet, anchors: Mapping[str, date | None], *, erasure: Erasure, as_of: date
) -> Weighed:
    """Which rule of a set with rules decides, and what. Raises as `limits.last_day`.

    A rule that waits for an event that may never happen says nothing; the data stays by it only
    where no other rule has anything to say either.
    """
    candidates = ruleset.candidates
    if ruleset.perhaps:
        candidates, idle = _speaking(ruleset, anchors)
        if idle is not None:
            return Weighed(Verdict.STAYS, idle, reason=NOT_HAPPENED)
    weighed = [
        _weigh(candidate, ruleset, anchors, erasure=erasure, as_of=as_of)
        for candidate in candidates
    ]
    for each in weighed:
        # One impossible date casts doubt on the others.
        if each.reason is WhyRefused.ANCHOR_IN_FAR_PAST:
            return each
    return weighed[0] if len(weighed) == 1 else min(weighed, key=_order)


def _speaking(
    ruleset: RuleSet, anchors: Mapping[str, date | None]
) -> tuple[tuple[Candidate, ...], RetentionRule | None]:
    """The candidates whose event has happened or should have; or the rule that waits alone."""
    idle = [
        candidate.rule
        for candidate in ruleset.candidates
        if candidate.rule is not None and not has_happened(candidate.rule, ruleset, anchors)
    ]
    speaking = tuple(each for each in ruleset.candidates if each.rule not in idle)
    quiet = ruleset.quiet
    if speaking or quiet is None:
        return speaking or ruleset.candidates, None
    needed = any(has_happened(rule, ruleset, anchors) for rule in quiet.needed_by)
    if quiet.forever or needed or quiet.undecided or ruleset.undecided:
        return (quiet,), None
    return (), idle[0]


def has_happened(rule: RetentionRule, ruleset: RuleSet, anchors: Mapping[str, date | None]) -> bool:
    """Whether the rule's event has happened, or should have."""
    return rule.anchor not in ruleset.perhaps or _anchor(rule, anchors) is not None


def _order(weighed: Weighed) -> tuple[int, date, int, str]:
    """Known last days first, then what is needed, then what nobody knows."""
    if weighed.goes_by is not None:
        place = 0
    elif weighed.verdict is Verdict.STAYS:
        place = 1
    else:
        place = 2 if weighed.verdict is Verdict.REFUSED else 3
    rule = weighed.rule
    return place, weighed.goes_by or date.max, _FIRST_ON_A_TIE.index(rule.then), rule.id


def _weigh(
    candidate: Candidate,
    ruleset: RuleSet,
    anchors: Mapping[str, date | None],
    *,
    erasure: Erasure,
    as_of: date,
) -> Weighed:
    if candidate.forever is not None:
        return Weighed(Verdict.STAYS, candidate.forever)
    need = _need(candidate, ruleset, anchors, erasure)
    rule = candidate.rule
    anchor = _anchor(rule, anchors) if rule is not None else None
    mistaken = rule if anchor is not None and anchor < erasure.earliest_anchor else need.mistaken
    if mistaken is not None:
        return Weighed(Verdict.REFUSED, mistaken, reason=WhyRefused.ANCHOR_IN_FAR_PAST)
    last = _end(rule, rule.keep.at_most, anchor, erasure) if rule is not None else None
    unknown = rule if rule is not None and last is None else need.unknown
    undecided = candidate.undecided or (ruleset.undecided if rule is None else None)
    if rule is None or anchor is None or last is None or unknown or undecided:
        if need.through is not None and need.rule is not None and as_of <= need.through:
            return Weighed(Verdict.STAYS, need.rule, day_after(need.through), need.through)
        if unknown is not None:
            return Weighed(Verdict.REFUSED, unknown, reason=WhyRefused.ANCHOR_MISSING)
        # Somebody has said how long at least, and nobody how long at most.
        return Weighed(Verdict.UNDECIDED, undecided or need.rule or ruleset.rules[0])
    return _dated(rule, anchor, last, need, erasure=erasure, as_of=as_of)


def _dated(
    rule: RetentionRule,
    anchor: date,
    last: date,
    need: _Need,
    *,
    erasure: Erasure,
    as_of: date,
) -> Weighed:
    """Everything is known: it goes near its last day, and not before nothing needs it."""
    ripe = anchor
    if need.through is not None:
        free = day_after(need.through)
        ripe, last = max(ripe, free), max(last, free)
    if subtract_period(last, erasure.lead) <= as_of:
        return Weighed(Verdict.GO, rule, ripe, last, goes_by=last)
    if need.through is not None and need.rule is not None and as_of <= need.through:
        return Weighed(Verdict.STAYS, need.rule, ripe, need.through, goes_by=last)
    return Weighed(Verdict.STAYS, rule, ripe, last, goes_by=last)


def _need(
    candidate: Candidate,
    ruleset: RuleSet,
    anchors: Mapping[str, date | None],
    erasure: Erasure,
) -> _Need:
    need = _Need()
    for rule in candidate.needed_by:
        if not has_happened(rule, ruleset, anchors):
            continue
        anchor = _anchor(rule, anchors)
        through = _end(rule, rule.keep.at_least, anchor, erasure)
        if anchor is None or through is None:
            need = need._replace(unknown=need.unknown or rule)
        elif anchor < erasure.earliest_anchor:
            need = need._replace(mistaken=need.mistaken or rule)
        elif need.through is None or through > need.through:
            need = need._replace(through=through, rule=rule)
    return need


def _anchor(rule: RetentionRule, anchors: Mapping[str, date | None]) -> date | None:
    return anchors.get(rule.anchor) if rule.anchor is not None else None


def _end(
    rule: RetentionRule,
    span: Period | Turn | Term | None,
    anchor: date | None,
    erasure: Erasure,
) -> date | None:
    if anchor is None or span is None:
        return None
    return last_day(span, anchor, accounting_year_begins=erasure.accounting_year_begins)
