"""In the case system a participant's personal data is erased; number, date and project stay
(A-108)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from connectors.base import CaseKey
from connectors.system import Answer
from lifecycle.errors import Misconfigured, Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState
from lifecycle.policy.retention import Then
from records import bulk, leases, plans, to_dos
from records.engines import reading
from records.plans import Plan, StoredItem
from records.tables import engagement
from tasks.erasing.carrying_out import ripe
from tasks.erasing.item_steps import begin, note_answers, note_done
from tasks.house.parts import House
from tasks.importing.intake import STORING_PATIENCE

ANONYMISE: Final = "anonymise_in_workbuster"
"""The to-do of a plan that waits for a person: only a person can anonymise in Workbuster."""
NEEDS_A_PERSON: Final = "needs_a_person"


def anonymise_cases(
    house: House, plan: Plan, *, today: str, witnessed: Callable[[], object]
) -> None:
    """Anonymise the cases of everybody whose day has come, in one call.

    `witnessed` is called before anything goes; it raises where no witness takes a checkpoint.
    Raises `Refused("needs_a_person")` where a person has to do it first: what to do stands in a
    to-do, and the same call goes on when it is done. `Unreachable`, `Busy`.
    """
    name = house.case_system.system
    due = ripe(house, plan, name, today=today)
    if not due:
        _stop_waiting(house, plan)  # a killed run was done with it and came no further
        return
    # A case that an import brings in after this look would be anonymised with the others.
    storing = f"storing/{house.controller}"
    with leases.hold(house.engine, storing, now=house.now, patience=STORING_PATIENCE):
        _anonymise(house, plan, due, name=name, witnessed=witnessed)


def _anonymise(
    house: House,
    plan: Plan,
    due: Sequence[StoredItem],
    *,
    name: str,
    witnessed: Callable[[], object],
) -> None:
    if any(one.item.action == Then.ARCHIVE for one in due):
        raise Misconfigured("no_archive", ref=name)  # a case is anonymised, and never copied
    stored = begin(house, plan, due, system=name)
    if not stored:
        _stop_waiting(house, plan)
        return
    cases = _cases(house, stored)
    keys = [key for one in stored for key in cases[one.item.subject_id]]
    if ANONYMISE not in _open_kinds(house, plan):
        witnessed()
    waiting = False
    try:
        if keys:
            house.case_system.anonymise(keys)
    except Refused as refusal:
        if refusal.code != NEEDS_A_PERSON:
            raise
        waiting = True
    if waiting:
        _wait_for_a_person(house, plan, len(keys))
        raise Refused(NEEDS_A_PERSON, ref=plan.ref, cases=len(keys))
    note_done(house, plan, stored, system=name)
    _stop_waiting(house, plan)


def read_cases_back(house: House, plan: Plan, *, acted_before: datetime) -> None:
    """Ask the case system of each anonymised case: does it still say whose it is?"""
    limit = acted_before.isoformat(timespec="microseconds")
    with reading(house.engine) as connection:
        acted = [
            one
            for one in plans.items(
                connection,
                plan.number,
                states=[ItemState.ACTED],
                system=house.case_system.system,
            )
            if (one.acted_at or "") <= limit
        ]
    if not acted:
        return
    cases = _cases(house, acted)
    personal: set[CaseKey] = set()
    reached = True
    try:
        keys = [key for one in acted for key in cases[one.item.subject_id]]
        personal = {
            state.key
            for state in house.case_system.read_back(keys)
            if state.fingerprint is not None
        }
    except Unreachable:
        reached = False
    answers = {
        one.number: str(_answer(cases[one.item.subject_id], personal, reached=reached))
        for one in acted
    }
    note_answers(house, plan, answers, acted)


def _answer(keys: Sequence[CaseKey], personal: set[CaseKey], *, reached: bool) -> Answer:
    if not reached:
        return Answer.COULD_NOT_LOOK
    return Answer.GONE if personal.isdisjoint(keys) else Answer.STILL_THERE


def _cases(house: House, stored: Sequence[StoredItem]) -> dict[int, list[CaseKey]]:
    """The cases of these people, by person, always in the same order."""
    subjects = sorted({one.item.subject_id for one in stored})
    found: dict[int, list[CaseKey]] = defaultdict(list)
    with reading(house.engine) as connection:
        for subject, reference, service in bulk.fetch_in(
            connection,
            (engagement.c.subject_id, engagement.c.case_reference, engagement.c.service),
            engagement.c.subject_id,
            subjects,
        ):
            found[subject].append(CaseKey(reference, service))
    for keys in found.values():
        keys.sort()
    return found


def _wait_for_a_person(house: House, plan: Plan, cases: int) -> None:
    """Say once what somebody has to do in the case system."""
    if ANONYMISE in _open_kinds(house, plan):
        return
    with house.work() as work:
        work.record(EventKind.ERASURE_WAITING, ref=plan.ref, rule="A-108", found=cases)
        to_dos.open_to_do(
            work.connection,
            controller=house.controller,
            kind=ANONYMISE,
            ref=plan.ref,
            number=cases,
            at=house.at(),
        )
        work.commit()


def _stop_waiting(house: House, plan: Plan) -> None:
    if ANONYMISE not in _open_kinds(house, plan):
        return
    with house.work() as work:
        to_dos.close_to_do(
            work.connection,
            controller=house.controller,
            kind=ANONYMISE,
            ref=plan.ref,
            at=house.at(),
        )
        work.record(EventKind.TO_DO_CLOSED, ref=plan.ref, facts={"kind": ANONYMISE})
        work.commit()


def _open_kinds(house: House, plan: Plan) -> set[str]:
    with reading(house.engine) as connection:
        open_ones = to_dos.open_to_dos(connection, controller=house.controller)
    return {one.kind for one in open_ones if one.ref == plan.ref}
