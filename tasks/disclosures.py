"""A disclosure is prepared on purpose: whom about, what, to whom, why, until when (A-68, H-32).

It becomes a plan: people agree to it as to an erasure, and anything that changes voids it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from lifecycle.disclosure import Allowed, Condition, Terms, Wanted, judge
from lifecycle.errors import GallraError, Misconfigured, Refused
from lifecycle.ledger import EventKind
from lifecycle.passwords import RANDOM_BYTES
from lifecycle.plan import DISCLOSE, PlanItem, PlanKind, PlanState, plan_hash
from lifecycle.references import (
    ENGAGEMENT,
    OFFICER,
    SUBJECT,
    from_reference,
    new_id,
    to_reference,
)
from records import disclosures, lookups, plans
from records.engines import reading
from records.officers import Officer
from records.plans import Plan
from records.unit_of_work import UnitOfWork
from tasks.doors import contact_digest, way
from tasks.house import House
from tasks.intake import local_today
from tasks.officer_codes import agree

SEED: Final = "#disclosure"
"""What the seed of a password is bound to, beside the disclosure's number."""
APPROVALS: Final = 1
"""At least one person of flesh and blood agrees, whatever the policy's rules say (H-32)."""


class Selection(NamedTuple):
    """Whom it is about: named one by one, by case or by project. There is no other way to choose,
    so nobody is ever chosen by sensitive data."""

    references: tuple[str, ...] = ()
    """`S-…` (people) and `E-…` (cases of people)."""
    cases: tuple[str, ...] = ()
    """Case numbers."""
    project: str | None = None


class Wish(NamedTuple):
    """A disclosure as somebody asks for it; words of policy and bindings."""

    recipient: str
    contact: str
    categories: tuple[str, ...]
    purpose: str
    channel: str
    container: str
    until: date
    """Local date: the last day on which the recipient may have it."""
    condition: Condition = Condition.NONE


class _Judged(NamedTuple):
    items: tuple[PlanItem, ...]
    terms: Terms
    hash: str
    without: int
    """People of whom there is nothing of these categories."""


def prepare(house: House, wish: Wish, selection: Selection, *, by: str, code: str) -> Plan:
    """Draw up a disclosure for others to agree to; `by`, an officer's handle, may not. The
    officer's one-time code shows who it is: else one person could prepare under a colleague's
    handle and agree under their own (H-32).

    Preparing the same again on the same day gives the same plan. Raises `Refused`:
    `reference_malformed`, `case_reference_malformed`, `subject_unknown`, `selection_empty`,
    `nothing_to_disclose`, or what `lifecycle.disclosure.judge` says (that is a ledger event), or
    as `officer_codes.agree` does; and `Misconfigured`: `channel_not_bound`, `contact_not_bound`,
    `container_unknown`.
    """
    people = chosen(house, selection)
    house.doors.sealer(wish.container)
    refusal: Refused | None = None
    judged: _Judged | None = None
    try:
        judged = _judge(house, wish, people, as_of=local_today(house))
    except Refused as refused:
        refusal = refused
    if judged is None:
        _note_refusal(house, refusal)
        raise refusal or Refused("nothing_to_disclose")
    drawn: list[Plan] = []

    def act(work: UnitOfWork, who: Officer) -> str | None:
        same = _same(house, work.connection, judged.hash, who.handle)
        plan = same or _store(house, work, judged, by=who)
        _note_prepared(work, plan, judged, by=who)
        drawn.append(plan)
        return None

    agree(house, handle=by, code=code, ref=None, act=act)
    [plan] = drawn
    return plan


def chosen(house: House, selection: Selection) -> list[int]:
    """The people of a selection, each once. Raises `Refused` as `prepare` does."""
    people: set[int] = set()
    with reading(house.engine) as connection:
        for reference in selection.references:
            if reference.strip().upper().startswith(f"{ENGAGEMENT}-"):
                number = from_reference(ENGAGEMENT, reference)
                found = lookups.subject_of_engagement(
                    connection, controller=house.controller, number=number
                )
            else:
                number = from_reference(SUBJECT, reference)
                known = lookups.is_known(connection, controller=house.controller, number=number)
                found = [number] if known else []
            people.update(_known(found))
        for case in selection.cases:
            if not re.fullmatch(house.policy.intake_from().case_pattern, case.strip()):
                raise Refused("case_reference_malformed")
            people.update(
                _known(
                    lookups.subject_of_case(
                        connection, controller=house.controller, case_reference=case.strip()
                    )
                )
            )
        if selection.project is not None:
            people.update(
                lookups.subjects_of_project(
                    connection, controller=house.controller, project=selection.project
                )
            )
    if not people:
        raise Refused("selection_empty")
    return sorted(people)


def still_current(house: House, plan: Plan) -> bool:
    """Whether the disclosure would be allowed and the same today, to the last item, address and
    sentence."""
    if plan.policy_sha256 != house.policy.sha256 or plan.kind is not PlanKind.DISCLOSURE:
        return False
    with reading(house.engine) as connection:
        stored = plans.items(connection, plan.number)
        terms = disclosures.get(connection, controller=house.controller, number=plan.number).terms
    wish = Wish(
        recipient=terms.recipient,
        contact=terms.contact,
        categories=terms.categories,
        purpose=terms.purpose,
        channel=terms.channel,
        container=terms.container,
        until=date.fromisoformat(terms.until_on),
        condition=Condition(terms.condition),
    )
    people = [one.item.subject_id for one in stored]
    try:
        judged = _judge(house, wish, people, as_of=plan.as_of)
    except (Refused, Misconfigured):
        return False
    return judged.hash == plan.hash


def _known(found: Sequence[int]) -> Sequence[int]:
    if not found:
        raise Refused("subject_unknown")
    return found


def _judge(house: House, wish: Wish, people: Sequence[int], *, as_of: date) -> _Judged:
    """What the policy makes of it today, as a plan of the day `as_of` would have it."""
    contact = house.doors.contact(wish.recipient, wish.contact)
    with reading(house.engine) as connection:
        present = disclosures.present(connection, controller=house.controller, subjects=people)
    if len(present) < len(set(people)):
        raise Refused("subject_unknown")
    wanted = Wanted(
        recipient=wish.recipient,
        kinds=frozenset(kind for kind, _ in present.values()),
        categories=tuple(sorted(set(wish.categories))),
        channel=wish.channel,
        purpose=wish.purpose,
        condition=wish.condition,
        until=wish.until,
    )
    allowed = judge(
        house.policy, wanted, way(house.doors, wish.channel, contact), today=local_today(house)
    )
    if house.doors.door(wish.channel).about.file is None:
        raise Misconfigured("channel_carries_no_files", ref=wish.channel)
    items = tuple(
        _item(house, number, categories, allowed, wish.until)
        for number, (_, held) in sorted(present.items())
        if (categories := tuple(sorted(held.intersection(wanted.categories))))
    )
    if not items:
        raise Refused("nothing_to_disclose")
    terms = Terms(
        recipient=wish.recipient,
        contact=wish.contact,
        contact_digest=contact_digest(house.vault, house.doors, wish.channel, contact),
        channel=wish.channel,
        password_by=contact.password_by,
        container=wish.container,
        categories=wanted.categories,
        purpose=wish.purpose,
        legal_basis=str(allowed.recipient.legal_basis),
        condition=str(wish.condition),
        rule=allowed.rule.id,
        until_on=wish.until.isoformat(),
    )
    hashed = plan_hash(
        items,
        controller=house.controller,
        kind=PlanKind.DISCLOSURE,
        as_of=as_of.isoformat(),
        policy_sha256=house.policy.sha256,
        about_id=0,
        terms=terms.digest(),
    )
    return _Judged(items, terms, hashed, without=len(present) - len(items))


def _item(
    house: House, number: int, categories: tuple[str, ...], allowed: Allowed, until: date
) -> PlanItem:
    return PlanItem(
        subject_id=number,
        placement_id=0,
        system=house.own_system,
        verdict=DISCLOSE,
        action=DISCLOSE,
        categories=categories,
        stays=(),
        rule=allowed.rule.id,
        ripe_on=None,
        last_day=until.isoformat(),
        reason=None,
    )


def _same(house: House, connection: Connection, hashed: str, by: str) -> Plan | None:
    found = plans.find(
        connection,
        controller=house.controller,
        kind=PlanKind.DISCLOSURE,
        states=plans.OPEN,
    )
    return next((one for one in found if one.hash == hashed and one.created_by == by), None)


def _store(house: House, work: UnitOfWork, judged: _Judged, *, by: Officer) -> Plan:
    """Within the caller's transaction, in which the code is used up."""
    terms, items = judged.terms, judged.items
    plan = Plan(
        number=new_id(),
        controller=house.controller,
        kind=PlanKind.DISCLOSURE,
        as_of=local_today(house),
        policy_sha256=house.policy.sha256,
        hash=judged.hash,
        approvals=APPROVALS,
        created_at=house.at(),
        created_by=by.handle,
        state=PlanState.DRAWN,
        closed_at=None,
        about_id=0,
        counts={
            "people": len(items),
            "categories": len(terms.categories),
            "without": judged.without,
        },
    )
    seed = house.vault.seal([(plan.number, plan.number, SEED, os.urandom(RANDOM_BYTES))])
    house.vault.persist_keys(seed.keys)
    plans.insert(work.connection, plan, items)
    disclosures.insert(
        work.connection,
        controller=house.controller,
        number=plan.number,
        terms=terms,
        sealed=seed.sealed[0],
    )
    work.record(
        EventKind.PLAN_DRAWN,
        ref=plan.ref,
        expected=len(items),
        found=len(items),
        facts={"kind": str(plan.kind), "as_of": plan.as_of.isoformat(), "hash": plan.hash},
        approvals=plan.approvals,
    )
    return plan


def _note_prepared(work: UnitOfWork, plan: Plan, judged: _Judged, *, by: Officer) -> None:
    """Also of what was drawn up before: a code was used up for it."""
    terms = judged.terms
    work.record(
        EventKind.DISCLOSURE_PREPARED,
        ref=plan.ref,
        found=len(judged.items),
        facts={
            "recipient": terms.recipient,
            "channel": terms.channel,
            "purpose": terms.purpose,
            "basis": terms.legal_basis,
            "condition": terms.condition,
            "rule": terms.rule,
            "until": terms.until_on,
            "officer": to_reference(OFFICER, by.id),
        },
        people=len(judged.items),
        categories=len(terms.categories),
        without=judged.without,
    )


def _note_refusal(house: House, refusal: GallraError | None) -> None:
    facts = {"reason": "nothing_to_disclose" if refusal is None else refusal.code}
    if refusal is not None and refusal.ref is not None:
        facts["sentence"] = refusal.ref
    with house.work() as work:
        work.record(EventKind.DISCLOSURE_REFUSED, facts=facts)
        work.commit()
