"""Why which data is processed, on which legal basis, and where it comes from (A-35, T-07)."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.notice.facts import Length, Literal, Section, Statement, Term
from lifecycle.notice.governing import not_collected
from lifecycle.notice.parts import basis, categories, ground, says
from lifecycle.policy.data import DataClass, Information, Purpose
from lifecycle.policy.model import Policy


def purposes(policy: Policy, subject: str) -> Section:
    """Each purpose that uses this kind of person's data, with its basis and its interest."""
    said = tuple(
        _purpose(policy, subject, name, purpose)
        for name, purpose in policy.purposes.items()
        if subject in (purpose.subjects or ())
    )
    answers = ("13(1)(c)", "13(1)(d)", "14(1)(c)", "14(2)(b)")
    return Section("purposes", answers, (*said, says("purposes.new")))


def _purpose(policy: Policy, subject: str, name: str, purpose: Purpose) -> Statement:
    held = set(policy.held_of(subject))
    data = categories(policy, (need for need in purpose.needs if need in held))
    then = [says("purpose.data", data=data)] if data else []
    then.append(basis(purpose.legal_basis))
    sensitive = any(DataClass.SENSITIVE in term.holds for term in data)
    if sensitive and purpose.article_9 is not None:
        then.append(ground(purpose.article_9))
    if purpose.laws:
        then.append(says("purpose.laws", laws=tuple(Literal(law) for law in purpose.laws)))
    if purpose.interest is not None:
        then.append(says("purpose.interest", interest=Term("interests", name)))
    return says("purpose", *then, listed=True, purpose=Term("purposes", name))


def data(policy: Policy, subject: str) -> Section:
    """The categories of data, those that are sensitive named as such (art. 14(1)(d)), and what is
    not collected at all (A-03, H-93)."""
    held = categories(policy, policy.held_of(subject))
    said = []
    for term in held:
        if policy.categories[term.name].means is None:
            said.append(says("data.each", listed=True, data=term))
        else:
            detail = Term("details", term.name)
            said.append(says("data.detailed", listed=True, data=term, detail=detail))
    if sensitive := tuple(term for term in held if DataClass.SENSITIVE in term.holds):
        said.append(says("data.sensitive", data=sensitive))
    said.extend(_not_collected(policy, subject))
    return Section("data", ("14(1)(d)",), tuple(said))


def _not_collected(policy: Policy, subject: str) -> Iterator[Statement]:
    for name, dropped in not_collected(policy):
        if subject not in dropped.subjects:
            continue
        what = Term("not_collected", name)
        if dropped.unless is None:
            yield says("data.not_collected", what=what)
        else:
            unless = Term("unless", name)
            yield says("data.not_collected.unless", what=what, unless=unless)


def origin(policy: Policy, subject: str) -> Section:
    """From whom the data comes, and by when the person is told (art. 14(2)(f), 14(3))."""
    others = [each for each in policy.information if each.subject == subject]
    said = [_from_other(policy, each) for each in others]
    said.append(says("origin.rest" if others else "origin.person"))
    return Section("origin", ("14(2)(f)",), tuple(said))


def _from_other(policy: Policy, information: Information) -> Statement:
    return says(
        "origin.other",
        says("origin.public" if information.public else "origin.not_public"),
        says("origin.told", period=Length.of(information.within)),
        source=Term("sources", information.id),
        data=categories(policy, information.categories),
    )
