"""How long the data is kept: what is stated here is the retention rule itself (A-35, A-71)."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.notice.facts import Length, Literal, Nested, Section, Statement, Term
from lifecycle.notice.parts import categories, says
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import RetentionRule, Then
from lifecycle.policy.values import Boundary, Period, Turn
from lifecycle.policy.values import Term as Span


def retention(policy: Policy, subject: str) -> Section:
    """Every rule about this kind of person's data, with its period, event, place and end."""
    said = [
        _rule(policy, rule, data)
        for rule in policy.retention
        if rule.covers.subject == subject and (data := _states(policy, rule))
    ]
    kind = policy.subjects[subject]
    if kind.goes_with is not None:
        said.append(says("retention.goes_with", other=Term("subjects", kind.goes_with)))
    said.append(says("retention.hold"))
    return Section("retention", ("13(2)(a)", "14(2)(a)"), tuple(said))


def stated(policy: Policy, subject: str) -> tuple[RetentionRule, ...]:
    """The rules that the notice states: all but the undecided that decided ones go before."""
    rules = (rule for rule in policy.retention if rule.covers.subject == subject)
    return tuple(rule for rule in rules if _states(policy, rule))


def _states(policy: Policy, rule: RetentionRule) -> frozenset[tuple[str, str]]:
    """(category, system) that the rule has something to say of.

    A decided rule goes before an undecided one. Criteria are told all the same: the article asks
    for them where there is no period.
    """
    found = _covered(policy, rule)
    if not rule.undecided or rule.criteria is not None:
        return found
    decided: set[tuple[str, str]] = set()
    for other in policy.retention:
        anchor = policy.anchors.get(other.anchor or "")
        silent = anchor is not None and anchor.may_not_happen
        if other.covers.subject == rule.covers.subject and not other.undecided and not silent:
            ends = other.then is Then.STRIP and other.left_to == rule.id
            decided |= set() if ends or other.keep.at_most is None else _covered(policy, other)
    return found - decided


def _covered(policy: Policy, rule: RetentionRule) -> frozenset[tuple[str, str]]:
    covers = rule.covers
    return frozenset(
        (category, name)
        for name, system in policy.systems.items()
        if covers.in_system(name)
        for category in system.holds.get(covers.subject, ())
        if category in covers.categories
    )


def _rule(policy: Policy, rule: RetentionRule, pairs: frozenset[tuple[str, str]]) -> Statement:
    places = {system for _, system in pairs}
    where = tuple(Term("systems", name) for name in policy.systems if name in places)
    data = categories(policy, (category for category, _ in pairs))
    anchor = policy.anchors.get(rule.anchor or "")
    perhaps = anchor is not None and anchor.may_not_happen
    then = [*_limits(rule, perhaps=perhaps), *_end(rule)]
    if rule.criteria is not None:
        then.append(says("retention.criteria", criteria=Term("criteria", rule.id)))
    return says("retention.data", *then, listed=True, data=data, where=where)


def _limits(rule: RetentionRule, *, perhaps: bool) -> Iterator[Statement]:
    """`perhaps`: the event need not happen; nobody is told that it is waited for."""
    most, least = rule.keep.at_most, rule.keep.at_least
    if isinstance(most, Period | Turn) and str(most) == str(least):
        yield says("keep.exactly", end=_until(rule, most))
        return
    if least is not None:
        if least is Span.FOREVER:
            yield says("keep.forever")
        elif isinstance(least, Period | Turn):
            yield says("keep.at_least", end=_until(rule, least))
        else:
            yield says("keep.at_least.undecided")
    if most is Span.EVERY_DAY:
        yield says("keep.every_day")
    elif most is Span.ON_THE_EVENT:
        phrase = "keep.if_it_happens" if perhaps else "keep.on_the_event"
        yield says(phrase, event=_event(rule))
    elif isinstance(most, Period | Turn):
        yield says("keep.at_most", end=_until(rule, most))
    elif most is not None:
        yield says("keep.undecided")


def _until(rule: RetentionRule, span: Period | Turn) -> Nested:
    event = ("event", _event(rule))
    if isinstance(span, Period):
        return Nested("end.period", (event, ("period", Length.of(span))))
    year = "year" if span.boundary is Boundary.END_OF_YEAR else "accounting_year"
    if span.period is None:
        return Nested(f"end.{year}", (event,))
    return Nested(f"end.{year}.period", (event, ("period", Length.of(span.period))))


def _event(rule: RetentionRule) -> Term:
    return Term("anchors", rule.anchor or "")


def _end(rule: RetentionRule) -> Iterator[Statement]:
    if rule.undecided or rule.keep.at_least is Span.FOREVER:
        return  # nobody has said when, or never
    if rule.then is Then.STRIP:
        yield says("then.strip", fields=_fields(rule.stays or ()))
    elif rule.then is Then.ANONYMISE and rule.residue is not None:
        purpose = Term("purposes", rule.residue.purpose)
        yield says("then.anonymise", fields=_fields(rule.residue.fields), purpose=purpose)
    else:
        yield says(f"then.{rule.then}")


def _fields(names: tuple[str, ...]) -> tuple[Term | Literal, ...]:
    return tuple(Term("fields", name) for name in names)
