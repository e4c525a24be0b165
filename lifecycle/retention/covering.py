"""Which rules speak of which data, and which of them waits until another is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lifecycle.policy.retention import RetentionRule, Then
from lifecycle.policy.values import Period, Term, Turn
from lifecycle.retention.limits import makes_due


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A rule that can make data go, beside every rule that can keep it."""

    rule: RetentionRule | None
    """None: no rule of the set gives a last day; what keeps the data is told all the same."""
    forever: RetentionRule | None
    """A rule that keeps it for ever."""
    needed_by: tuple[RetentionRule, ...]
    """Rules with an `at_least` that a date ends."""
    undecided: RetentionRule | None
    """A rule whose `at_least` nobody has decided."""


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """All rules that cover some category, as they stand to each other."""

    rules: tuple[RetentionRule, ...]
    """Those that still have something to say."""
    candidates: tuple[Candidate, ...]
    undecided: RetentionRule | None
    """A rule whose `at_most` nobody has decided: it speaks where no other does."""
    carried_out: RetentionRule | None
    """What has been done here already, where nothing is left to decide."""
    events: tuple[str, ...]
    """Names of the anchors that matter."""
    perhaps: frozenset[str] = frozenset()
    """Those of events that may never happen."""
    quiet: Candidate | None = None
    """What is left where every candidate waits for such an event."""


def covering(
    retention: Sequence[RetentionRule], *, kind: str, system: str, category: str
) -> tuple[RetentionRule, ...]:
    """The rules that speak of this category of such a person in this place."""
    return tuple(
        rule
        for rule in retention
        if rule.covers.subject == kind
        and category in rule.covers.categories
        and rule.covers.in_system(system)
    )


def rule_set(
    covers: Sequence[RetentionRule],
    *,
    settled: frozenset[str],
    perhaps: frozenset[str] = frozenset(),
) -> RuleSet:
    """How the rules that cover a category stand to each other, after `settled` was carried out.

    `perhaps`: anchors of events that may never happen.
    """
    done = [rule for rule in covers if rule.id in settled]
    rules = tuple(rule for rule in covers if rule.id not in settled)
    gone = [rule for rule in done if rule.then in {Then.ERASE, Then.ANONYMISE}]
    if gone or (done and not rules):
        return RuleSet((), (), None, (gone or done)[-1], ())
    candidates = _candidates(rules, perhaps)
    weighing = {rule.anchor for rule in rules if rule.anchor is not None}
    return RuleSet(
        rules,
        candidates,
        next((rule for rule in rules if rule.keep.at_most is Term.UNDECIDED), None),
        None,
        tuple(sorted(weighing)),
        perhaps.intersection(weighing),
        _beside(None, rules, frozenset()),
    )


def _candidates(rules: tuple[RetentionRule, ...], perhaps: frozenset[str]) -> tuple[Candidate, ...]:
    after = {rule.id: _after(rule, rules) for rule in rules}
    # A strip that will have its day is carried out first: until then nothing is erased by the
    # rule that speaks of what it leaves. Somebody may be a pupil still, and have old accounts.
    certain = [rule for rule in rules if makes_due(rule) and rule.anchor not in perhaps]
    waiting = frozenset[str]().union(*(after[rule.id] for rule in certain))
    candidates = tuple(
        _beside(rule, rules, after[rule.id])
        for rule in rules
        if _has_last_day(rule) and rule.id not in waiting
    )
    return candidates or (_beside(None, rules, waiting),)


def _after(rule: RetentionRule, rules: tuple[RetentionRule, ...]) -> frozenset[str]:
    """The rules that speak of what this strip leaves, of what theirs leaves, and so on."""
    by_id = {other.id: other for other in rules}
    found: set[str] = set()
    following = rule.left_to
    while following is not None and following not in found and following != rule.id:
        found.add(following)
        following = by_id[following].left_to if following in by_id else None
    return frozenset(found)


def _has_last_day(rule: RetentionRule) -> bool:
    most = rule.keep.at_most
    return isinstance(most, Period | Turn) or most is Term.ON_THE_EVENT


def _beside(
    rule: RetentionRule | None, rules: tuple[RetentionRule, ...], silent: frozenset[str]
) -> Candidate:
    keeping = [
        other for other in rules if other.keep.at_least is not None and other.id not in silent
    ]
    return Candidate(
        rule,
        next((r for r in keeping if r.keep.at_least is Term.FOREVER), None),
        tuple(r for r in keeping if isinstance(r.keep.at_least, Period | Turn)),
        next((r for r in keeping if r.keep.at_least is Term.UNDECIDED), None),
    )
