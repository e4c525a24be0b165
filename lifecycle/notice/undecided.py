"""What a notice cannot tell yet, because nobody has decided it: no notice with such a sentence is
whole (art. 13, 14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from lifecycle.notice.facts import Facts, Statement
from lifecycle.notice.how_long import stated
from lifecycle.policy.data import LegalBasis, SpecialGround
from lifecycle.policy.model import Policy
from lifecycle.policy.notices import Notice

_ENDING: Final = ".undecided"
_FOLLOWS: Final = "right."
"""Rights hang on the legal basis: what is undecided there is named once, where the basis is."""


class Undecided(NamedTuple):
    """One fact that people must be told and that is not decided."""

    points: tuple[str, ...]
    """Of articles 13 and 14, as `13(2)(a)`."""
    where: str
    """The place in the policy file: `retention.clinic.orders`."""
    decision: str
    """The open decision that it waits for; "" where the policy names none."""
    subjects: tuple[str, ...]
    """The kinds of people whose notice it is missing in, in the notice's order."""


def says_undecided(phrase: str) -> bool:
    """Whether that sentence says of something that it is not decided."""
    return phrase.endswith(_ENDING)


def undecided_in(facts: Facts) -> tuple[str, ...]:
    """The sections of a notice in which something is said to be undecided, in their order; of
    rights only what does not follow from a legal basis."""
    return tuple(
        section.id
        for section in facts.sections
        if any(_open(statement) for statement in section.statements)
    )


def undecided(policy: Policy, notice: Notice) -> tuple[Undecided, ...]:
    """Everything that this notice leaves open, each once, for all whom it concerns."""
    found: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for subject in notice.subjects:
        places = _of_cameras(policy) if notice.about == "cameras" else ()
        for where, points, decision in (*places, *_of_person(policy, notice, subject)):
            found.setdefault((where, points, decision or ""), []).append(subject)
    return tuple(
        Undecided(points, where, decision, tuple(subjects))
        for (where, points, decision), subjects in found.items()
    )


_Place = tuple[str, tuple[str, ...], str | None]


def _of_person(policy: Policy, notice: Notice, subject: str) -> Iterator[_Place]:
    if notice.about != "cameras":
        yield from _of_purposes(policy, subject)
        yield from _of_recipients(policy, subject)
        for rule in stated(policy, subject):
            if rule.undecided:
                yield f"retention.{rule.id}", ("13(2)(a)", "14(2)(a)"), rule.decision
        for given in policy.must_be_given:
            if subject in given.subjects and given.duty == "undecided":
                yield f"must_be_given.{given.id}", ("13(2)(e)",), given.decision
    third, automated = policy.third_countries, policy.automated_decisions
    if third is None or third.happens == "undecided":
        yield "third_countries", ("13(1)(f)", "14(1)(f)"), None if third is None else third.decision
    if automated is None or automated.made == "undecided":
        decision = None if automated is None else automated.decision
        yield "automated_decisions", ("13(2)(f)", "14(2)(g)"), decision


def _of_purposes(policy: Policy, subject: str) -> Iterator[_Place]:
    held = set(policy.held_of(subject))
    for name, purpose in policy.purposes.items():
        if subject not in (purpose.subjects or ()):
            continue
        sensitive = any(
            policy.categories[need].data_class == "sensitive" for need in held & set(purpose.needs)
        )
        ground = sensitive and purpose.article_9 is SpecialGround.UNDECIDED
        if purpose.legal_basis is LegalBasis.UNDECIDED or ground:
            yield f"purposes.{name}", ("13(1)(c)", "14(1)(c)"), purpose.decision


def _of_recipients(policy: Policy, subject: str) -> Iterator[_Place]:
    for name, recipient in (policy.sharing.recipients if policy.sharing else {}).items():
        if subject in recipient.subjects and recipient.legal_basis is LegalBasis.UNDECIDED:
            yield f"recipients.{name}", ("13(1)(c)", "14(1)(c)"), recipient.decision


def _of_cameras(policy: Policy) -> tuple[_Place, ...]:
    points = ("13(1)(c)", "13(2)(a)", "14(1)(c)", "14(2)(a)")
    return tuple(
        (f"cameras.{name}", points, camera.decision)
        for name, camera in policy.cameras.items()
        if camera.undecided
    )


def _open(statement: Statement) -> bool:
    return any(
        says_undecided(phrase) and not phrase.startswith(_FOLLOWS) for phrase in statement.phrases()
    )
