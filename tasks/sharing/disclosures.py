"""A disclosure is prepared on purpose: whom about, what, to whom, why, until when (A-68, H-32).

It becomes a plan: people agree to it as to an erasure, and anything that changes voids it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from lifecycle.disclosure_condition import Condition
from lifecycle.errors import GallraError, Misconfigured, Refused
from lifecycle.ledger import EventKind
from lifecycle.passwords import RANDOM_BYTES
from lifecycle.plan import PlanItem, PlanKind, PlanState
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
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.codes import agree
from tasks.sharing.judging import Judged, Wish, bound_to, hash_of, judged_by
from tasks.sharing.reading_out import fingerprints, take_out

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
    """Whoever is chosen by case or project alone is meant with these cases alone: of what lies case
    by case nothing of their other cases is disclosed."""


def prepare(house: House, wish: Wish, selection: Selection, *, by: str, code: str) -> Plan:
    """Draw up a disclosure for others to agree to; `by`, an officer's handle, may not. The
    officer's one-time code shows who it is: else one person could prepare under a colleague's
    handle and agree under their own (H-32).

    What lies in other systems is read once now, so that the approval is bound to it, and thrown
    away. Preparing the same again on the same day gives the same plan. Raises `Refused`:
    `reference_malformed`, `case_reference_malformed`, `subject_unknown`, `selection_empty`,
    `nothing_to_disclose`, `lies_elsewhere`, `being_erased`, or what `require_sources`,
    `reading_out.take_out` and `lifecycle.disclosure.judge` say (that is a ledger event), or as
    `officer_codes.agree` does; `Unreachable`; and `Misconfigured`: `channel_not_bound`,
    `contact_not_bound`, `container_unknown`.
    """
    people, cases = chosen(house, selection)
    wish = wish._replace(cases=cases)
    house.doors.sealer(wish.container)
    refusal: Refused | None = None
    judged: Judged | None = None
    read: dict[int, bytes] = {}
    try:
        judged = judged_by(house, wish, people, as_of=local_today(house))
        read = fingerprints(house, take_out(house, judged.items))
    except Refused as refused:
        refusal = refused
    if judged is None or refusal is not None:
        _note_refusal(house, refusal)
        raise refusal or Refused("nothing_to_disclose")
    drawn: list[Plan] = []

    def act(work: UnitOfWork, who: Officer) -> str | None:
        same = _same(house, work.connection, judged, read, who.handle)
        plan = same or _store(house, work, judged, read, by=who)
        _note_prepared(work, plan, judged, by=who)
        drawn.append(plan)
        return None

    agree(house, handle=by, code=code, ref=None, act=act)
    [plan] = drawn
    return plan


class Chosen(NamedTuple):
    """A selection, looked up."""

    people: tuple[int, ...]
    """Each once."""
    cases: tuple[int, ...]
    """Of those who were chosen by case or project alone: the cases, and no other, are meant."""


def chosen(house: House, selection: Selection) -> Chosen:
    """Whom a selection means, and of whom only certain cases. Raises `Refused` as `prepare`
    does."""
    whole: set[int] = set()
    cases: list[lookups.Mine] = []
    named, controller = [one.strip() for one in selection.references], house.controller
    with reading(house.engine) as connection:
        for reference in named:
            if reference.upper().startswith(f"{ENGAGEMENT}-"):
                numbers = [from_reference(ENGAGEMENT, reference)]
                cases += _known(
                    lookups.cases_by_ids(connection, controller=controller, numbers=numbers)
                )
                continue
            number = from_reference(SUBJECT, reference)
            if not lookups.is_known(connection, controller=controller, number=number):
                raise Refused("subject_unknown")
            whole.add(number)
        for case in selection.cases:
            if not re.fullmatch(house.policy.intake_from().case_pattern, case.strip()):
                raise Refused("case_reference_malformed")
            cases += _known(
                lookups.cases_by_number(
                    connection, controller=controller, case_reference=case.strip()
                )
            )
        if selection.project is not None:
            cases += lookups.cases_in_project(
                connection, controller=controller, project=selection.project
            )
    people = whole.union(one.subject_id for one in cases)
    if not people:
        raise Refused("selection_empty")
    alone = {one.engagement_id for one in cases if one.subject_id not in whole}
    return Chosen(tuple(sorted(people)), tuple(sorted(alone)))


def still_current(house: House, plan: Plan) -> bool:
    """Whether the disclosure would be allowed and the same today, to the last item, address and
    sentence."""
    stored, judged = _judged_anew(house, plan)
    if judged is None:
        return False
    agreed = {item.placement_id: item.digest for item in stored}
    # What stands in other systems' records is held against these digests when it is sent.
    items = tuple(item._replace(digest=agreed.get(item.placement_id)) for item in judged.items)
    return hash_of(house, judged._replace(items=items)) == plan.hash


def still_allowed(house: House, plan: Plan) -> bool:
    """Whether all that has left sealed may be read by its recipient today: by the same policy, and
    nothing of it is erased or being erased. What has come since was never given."""
    stored, judged = _judged_anew(house, plan)
    if judged is None:
        return False
    there = {
        (item.subject_id, item.placement_id, item.system): set(item.categories)
        for item in judged.items
    }
    return all(
        there.get((item.subject_id, item.placement_id, item.system), set()) >= set(item.categories)
        for item in stored
    )


def _judged_anew(house: House, plan: Plan) -> tuple[list[PlanItem], Judged | None]:
    """The items that were agreed to, and what the policy makes of the same wish today; None where
    it is not the same policy, or refuses."""
    with reading(house.engine) as connection:
        stored = [one.item for one in plans.items(connection, plan.number)]
        if plan.policy_sha256 != house.policy.sha256 or plan.kind is not PlanKind.DISCLOSURE:
            return stored, None
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
        systems=tuple(sorted({item.system for item in stored})),
        cases=tuple(from_reference(ENGAGEMENT, one) for one in terms.cases),
    )
    people = [item.subject_id for item in stored]
    try:
        return stored, judged_by(house, wish, people, as_of=plan.as_of)
    except (Refused, Misconfigured):
        return stored, None


def _known(found: Sequence[lookups.Mine]) -> Sequence[lookups.Mine]:
    if not found:
        raise Refused("subject_unknown")
    return found


def _same(
    house: House, connection: Connection, judged: Judged, read: Mapping[int, bytes], by: str
) -> Plan | None:
    found = plans.find(
        connection,
        controller=house.controller,
        kind=PlanKind.DISCLOSURE,
        states=plans.OPEN,
    )
    for one in found:
        if one.created_by != by:
            continue
        bound = judged
        if read:
            sealed = disclosures.sealed(connection, one.number)
            if sealed is None:
                continue
            [seed] = house.vault.open([(one.number, one.number, SEED, sealed)])
            bound = bound_to(judged, read, seed=seed, number=one.number)
        if hash_of(house, bound) == one.hash:
            return one
    return None


def _store(
    house: House, work: UnitOfWork, judged: Judged, read: Mapping[int, bytes], *, by: Officer
) -> Plan:
    """Within the caller's transaction, in which the code is used up."""
    number, random = new_id(), os.urandom(RANDOM_BYTES)
    bound = bound_to(judged, read, seed=random, number=number)
    terms, items = bound.terms, bound.items
    counts = {
        "people": judged.people,
        "categories": len(terms.categories),
        "without": judged.without,
    }
    plan = Plan(
        number=number,
        controller=house.controller,
        kind=PlanKind.DISCLOSURE,
        as_of=judged.as_of,
        policy_sha256=house.policy.sha256,
        hash=hash_of(house, bound),
        approvals=APPROVALS,
        created_at=house.at(),
        created_by=by.handle,
        state=PlanState.DRAWN,
        closed_at=None,
        about_id=0,
        counts=counts | ({"elsewhere": judged.elsewhere} if judged.elsewhere else {}),
    )
    seed = house.vault.seal([(plan.number, plan.number, SEED, random)])
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


def _note_prepared(work: UnitOfWork, plan: Plan, judged: Judged, *, by: Officer) -> None:
    """Also of what was drawn up before: a code was used up for it."""
    terms = judged.terms
    work.record(
        EventKind.DISCLOSURE_PREPARED,
        ref=plan.ref,
        found=judged.people,
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
        people=judged.people,
        categories=len(terms.categories),
        without=judged.without,
        elsewhere=judged.elsewhere,
    )


def _note_refusal(house: House, refusal: GallraError | None) -> None:
    facts = {"reason": "nothing_to_disclose" if refusal is None else refusal.code}
    if refusal is not None and refusal.ref is not None:
        facts["sentence"] = refusal.ref
    with house.work() as work:
        work.record(EventKind.DISCLOSURE_REFUSED, facts=facts)
        work.commit()
