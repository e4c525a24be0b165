"""Whether all that is kept has a rule, every rule something, and no two contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lifecycle.configuration.problems import Path
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import RetentionRule
from lifecycle.policy.values import Period, Term, Turn

Finding = tuple[Path, str]


def check_coverage(policy: Policy) -> Iterator[Finding]:
    """Gaps, idle rules and contradictions: what shows only when the rules are seen together."""
    yield from _check_gaps(policy)
    yield from _check_idle(policy)
    yield from _check_contradictions(policy)


def _check_gaps(policy: Policy) -> Iterator[Finding]:
    """Data without a rule is refused: it would be kept for ever by nobody's decision."""
    for name, system in policy.systems.items():
        for subject, categories in system.holds.items():
            for position, category in enumerate(categories):
                rules = [r for r in policy.retention if _speaks(r, name, subject, category)]
                if not rules:
                    missing = f"no retention rule covers '{category}' of a {subject} here"
                elif all(_may_stay_silent(policy, rule) for rule in rules):
                    missing = f"every rule about '{category}' here waits for what may not happen"
                else:
                    continue
                yield (
                    ("systems", name, "holds", subject, position),
                    f"{missing}; write one, with `keep: {{at_most: undecided}}` if nobody knows",
                )


def _speaks(rule: RetentionRule, system: str, subject: str, category: str) -> bool:
    covers = rule.covers
    return covers.subject == subject and category in covers.categories and covers.in_system(system)


def _may_stay_silent(policy: Policy, rule: RetentionRule) -> bool:
    anchor = policy.anchors.get(rule.anchor or "")
    return anchor is not None and anchor.may_not_happen


def _check_idle(policy: Policy) -> Iterator[Finding]:
    """A rule about what lies nowhere promises something that nobody does."""
    for position, rule in enumerate(policy.retention):
        covers = rule.covers
        if covers.subject not in policy.subjects:
            continue
        here: Path = ("retention", position, "covers")
        places = covers.systems if covers.systems is not None else tuple(policy.systems)
        held = {
            name: set(policy.systems[name].holds.get(covers.subject, ()))
            for name in places
            if name in policy.systems
        }
        found: set[str] = set().union(*held.values())
        for index, category in enumerate(covers.categories):
            if category in policy.categories and category not in found:
                yield (
                    (*here, "categories", index),
                    f"no system that this rule speaks of holds '{category}' of a "
                    f"{covers.subject}; take it away, or add it to that system's holds",
                )
        if found & set(covers.categories):
            for index, name in enumerate(covers.systems or ()):
                if name in held and not held[name] & set(covers.categories):
                    yield (
                        (*here, "systems", index),
                        f"'{name}' holds nothing that this rule covers; take it away, or add it "
                        "to that system's holds",
                    )


def _check_contradictions(policy: Policy) -> Iterator[Finding]:
    for position, rule in enumerate(policy.retention):
        for other in policy.retention:
            least, most = rule.keep.at_least, other.keep.at_most
            if least is None or most is None or rule.decision or other.decision:
                continue
            if other.left_to == rule.id:
                continue  # what is stripped is what that rule does not need
            if rule is other or (_same_event(rule, other) and _overlap(rule, other)):
                if not _later(least, most):
                    continue
                whose = "at_most" if rule is other else f"at_most of {other.id}"
                yield (
                    ("retention", position, "keep", "at_least"),
                    f"{least} is later than {whose} {most}; shorten it, or name the decision "
                    "that settles it",
                )


def _same_event(one: RetentionRule, other: RetentionRule) -> bool:
    """Whether both limits can be compared: from the same event, or one never ends."""
    return one.anchor == other.anchor or one.keep.at_least is Term.FOREVER


def _overlap(one: RetentionRule, other: RetentionRule) -> bool:
    a, b = one.covers, other.covers
    same_place = a.systems is None or b.systems is None or set(a.systems) & set(b.systems)
    return bool(a.subject == b.subject and set(a.categories) & set(b.categories) and same_place)


def _later(least: Period | Turn | Term, most: Period | Turn | Term) -> bool:
    """Whether `least` can end after `most`, both counted from the same event."""
    if Term.UNDECIDED in (least, most):
        return False
    if least is Term.FOREVER:
        return True
    if isinstance(least, Term):
        return False
    if isinstance(most, Term):
        return _longest(least) > (timedelta(days=1) if most is Term.EVERY_DAY else timedelta(0))
    if isinstance(least, Period) and isinstance(most, Period):
        return _longer(least, most)
    if isinstance(least, Turn) and isinstance(most, Turn) and least.boundary is most.boundary:
        if least.period is None or most.period is None:
            return least.period is not None
        return _longer(least.period, most.period)
    return _longest(least) > _shortest(most)


def _longer(least: Period, most: Period) -> bool:
    if (least.days, least.minutes) == (most.days, most.minutes):
        return least.months > most.months
    if least.months == most.months:
        return (least.days, least.minutes) > (most.days, most.minutes)
    return least.longest > most.shortest


def _longest(span: Period | Turn) -> timedelta:
    """A year's end may be a whole year away: for comparing rules only."""
    if isinstance(span, Period):
        return span.longest
    return timedelta(days=366) + (span.period.longest if span.period else timedelta(0))


def _shortest(span: Period | Turn) -> timedelta:
    """A year's end may be the event's own day: for comparing rules only."""
    if isinstance(span, Period):
        return span.shortest
    return span.period.shortest if span.period else timedelta(0)
