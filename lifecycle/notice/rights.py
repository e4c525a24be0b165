"""What a person can ask for, take back and complain about, and what must be given (A-35, H-60)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lifecycle.notice.facts import Literal, Section, Statement, Term
from lifecycle.notice.parts import says
from lifecycle.policy.data import LegalBasis
from lifecycle.policy.model import Policy

_PORTABLE = (LegalBasis.CONSENT, LegalBasis.CONTRACT)
_OBJECTION = (LegalBasis.PUBLIC_TASK, LegalBasis.LEGITIMATE_INTERESTS)


class Use(NamedTuple):
    """Something that data is used for, and what allows it."""

    purpose: Term
    basis: LegalBasis


def uses_of(policy: Policy, subject: str) -> tuple[Use, ...]:
    """The purposes that use this kind of person's data."""
    return tuple(
        Use(Term("purposes", name), purpose.legal_basis)
        for name, purpose in policy.purposes.items()
        if subject in (purpose.subjects or ())
    )


def rights(policy: Policy, uses: Iterable[Use]) -> Section:
    """Access, rectification, erasure, restriction, portability, and how to use them."""
    said = [
        says(f"right.{name}", listed=True)
        for name in ("access", "rectification", "erasure", "restriction")
    ]
    said.append(_if_based_on(uses, _PORTABLE, "right.portability", listed=True))
    how = says("rights.how", says("rights.when"), email=Literal(policy.controller.privacy_mailbox))
    return Section("rights", ("13(2)(b)", "14(2)(c)"), (*said, how))


def objection(uses: Iterable[Use]) -> Section:
    """The right to object, apart from all other information (art. 21(4))."""
    said = _if_based_on(uses, _OBJECTION, "right.objection", listed=False)
    return Section("objection", ("13(2)(b)", "14(2)(c)"), (said, says("objection.marketing")))


def consent(policy: Policy, subject: str) -> Section:
    """What the person may be asked for, where it is taken back, and what that ends."""
    asked = [each for each in policy.consents if each.subject == subject]
    answers = ("13(2)(c)", "14(2)(d)")
    if not asked:
        return Section("consent", answers, (says("consent.none"),))
    where = {each.withdrawn_at or policy.controller.privacy_mailbox for each in asked}
    ends = {each.withdrawal for each in asked}
    said = []
    for each in asked:
        then = []
        if len(where) > 1:
            then.append(_withdrawn_at(each.withdrawn_at or policy.controller.privacy_mailbox))
        if len(ends) > 1:
            then.append(says(f"withdrawal.{each.withdrawal}"))
        if each.consequence is not None:
            then.append(says("consent.consequence", text=Term("consequences", each.id)))
        said.append(says("consent", *then, listed=True, consent=Term("consents", each.id)))
    # What holds for all of them is said once.
    same = [_withdrawn_at(mailbox) for mailbox in where] if len(where) == 1 else []
    same += [says(f"withdrawal.{end}") for end in ends] if len(ends) == 1 else []
    return Section("consent", answers, (says("consent.any_time", *same), *said))


def _withdrawn_at(mailbox: str) -> Statement:
    return says("consent.where", email=Literal(mailbox))


def complaint(policy: Policy) -> Section:
    """To the controller, and to the authority (art. 77)."""
    authority = policy.controller.authority
    ways = (authority.web, authority.email, authority.phone)
    return Section(
        "complaint",
        ("13(2)(d)", "14(2)(e)"),
        (
            says("complaint.here", email=Literal(policy.controller.privacy_mailbox)),
            says(
                "complaint.authority",
                authority=Literal(authority.name),
                ways=tuple(Literal(way) for way in ways if way is not None),
            ),
        ),
    )


def must_be_given(policy: Policy, subject: str) -> Section:
    """Whether data must be given, and what happens otherwise."""
    said = []
    for given in policy.must_be_given:
        if subject in given.subjects:
            then: tuple[Statement, ...] = ()
            if given.otherwise is not None:
                then = (says("given.otherwise", text=Term("given", given.id)),)
            said.append(says(f"given.{given.duty}", *then))
    return Section("given", ("13(2)(e)",), tuple(said))


def automated(policy: Policy) -> Section:
    """Whether a machine alone decides about the person."""
    decisions = policy.automated_decisions
    made = "undecided" if decisions is None else decisions.made
    then: tuple[Statement, ...] = ()
    if decisions is not None and decisions.logic is not None:
        then = (says("automated.logic", text=Term("automated", "logic")),)
    return Section("automated", ("13(2)(f)", "14(2)(g)"), (says(f"automated.{made}", *then),))


def _if_based_on(
    uses: Iterable[Use], bases: Iterable[LegalBasis], phrase: str, *, listed: bool
) -> Statement:
    """The right exists for purposes on these bases; where one is undecided it may exist."""
    wanted, concerned = set(bases), tuple(uses)
    on = tuple(use.purpose for use in concerned if use.basis in wanted)
    open_ = any(use.basis is LegalBasis.UNDECIDED for use in concerned)
    then = (says(f"{phrase}.undecided"),) if open_ else ()
    if on:
        return says(phrase, *then, listed=listed, purposes=on)
    return says(f"{phrase}.undecided" if open_ else f"{phrase}.none", listed=listed)
