"""One person is erased from our records and from the case system, and the proof is read back.

The retention rules decide who and when; this is the one path by which anybody is erased.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select

from connectors.base import CaseKey
from lifecycle.errors import Busy, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.references import SUBJECT, from_reference
from records import erasing, leases, to_dos
from records.engines import reading
from records.scrub import scrub
from records.tables import blind_index, engagement, holding, subject
from tasks.exchange import clear_exchange
from tasks.house import House
from tasks.proof import witness

UNFINISHED: Final = "erasure_unfinished"
"""The to-do that stands from the intent until the proof: whatever is killed in between is
finished by the next run."""
ANONYMISE: Final = "anonymise_in_workbuster"
"""The to-do of an erasure that waits for a person: until it is done nothing is erased anywhere."""
_NEEDS_A_PERSON: Final = "needs_a_person"
_ANY_LIST_STAYS: Final = datetime.min.replace(tzinfo=UTC)


def erase_subject(house: House, ref: str) -> int:
    """Erase one person everywhere; returns how many holdings went.

    Safe to repeat: what an earlier run left is finished first. In the case system number, date
    and project stay (A-108). Raises `Refused("subject_unknown")`, `Busy` while another worker is
    erasing the same person, `NotProven` when anything is still found, `LedgerFailure` before
    anything is erased when no witness can be reached. Raises `Refused("needs_a_person")` where
    only a person can anonymise in the case system: a to-do says what, nothing is erased before
    that is proven, and the next run goes on by itself.
    """
    finished = finish_erasures(house)
    if ref in finished:
        return finished[ref]
    number = from_reference(SUBJECT, ref)
    if ref in _open(house, ANONYMISE):
        raise Refused(_NEEDS_A_PERSON, ref=ref)
    with leases.hold(house.engine, ref, now=house.now):
        if not _is_known(house, number):
            raise Refused("subject_unknown")
        witness(house)
        with house.work() as work:
            to_dos.open_to_do(
                work.connection,
                controller=house.controller,
                kind=UNFINISHED,
                ref=ref,
                number=1,
                at=house.at(),
            )
            work.record(EventKind.ERASURE_INTENDED, ref=ref, rule="A-70", expected=1)
            work.commit()
        return _erase(house, ref, number)


def finish_erasures(house: House) -> dict[str, int]:
    """Finish what an earlier run began, keys to be destroyed among it; reference → holdings.

    What another worker is erasing right now is left to it.
    """
    _destroy_keys(house)
    finished = {}
    for ref in _open(house, UNFINISHED):
        with suppress(Busy), leases.hold(house.engine, ref, now=house.now):
            if ref in _open(house, UNFINISHED):
                try:
                    finished[ref] = _erase(house, ref, from_reference(SUBJECT, ref))
                except Refused as refusal:
                    if refusal.code != _NEEDS_A_PERSON:
                        raise
    return finished


def _erase(house: House, ref: str, number: int) -> int:
    """Do what was intended, as far as it is not done yet, and prove it."""
    gone = _remove(house, ref, number) if _is_known(house, number) else 0
    _destroy_keys(house)
    _require_gone(house, number)
    # An import workbook that waits may hold the person; the next import lays it without them.
    clear_exchange(house, lists_before=_ANY_LIST_STAYS)
    scrub(house.engine)
    with house.work() as work:
        for kind in (UNFINISHED, ANONYMISE):
            to_dos.close_to_do(
                work.connection, controller=house.controller, kind=kind, ref=ref, at=house.at()
            )
        work.record(EventKind.ERASURE_VERIFIED, ref=ref, rule="A-75", expected=1, verified=1)
        work.commit()
    witness(house)
    return gone


def _remove(house: House, ref: str, number: int) -> int:
    """Anonymise the person's cases in the case system, then take the person out of the records."""
    with reading(house.engine) as connection:
        cases = [
            CaseKey(row.case_reference, row.service)
            for row in connection.execute(
                select(engagement.c.case_reference, engagement.c.service).where(
                    engagement.c.subject_id == number
                )
            )
        ]
    if cases:
        waited = ref in _open(house, ANONYMISE)
        try:
            house.case_system.anonymise(cases)
        except Refused as refusal:
            if refusal.code == _NEEDS_A_PERSON and not waited:
                _wait_for_a_person(house, ref, len(cases))
            raise
        _require_anonymous(house, cases)
        if waited:
            witness(house)  # the one before the wait is old by now
    with house.work() as work:
        gone = erasing.remove_subjects(work.connection, [number], at=house.at())
        work.record(
            EventKind.ERASURE_DONE,
            ref=ref,
            rule="A-70",
            expected=1,
            found=1,
            acted=1,
            holdings=gone,
            cases=len(cases),
        )
        work.commit()
    return gone


def _destroy_keys(house: House) -> None:
    """Destroy the keys of holdings that are gone."""
    numbers = erasing.pending_shredding(house.engine)
    if numbers:
        with house.work() as work:
            erasing.finish_shredding(house.engine, house.vault, work, numbers)
            work.record(EventKind.KEYS_DESTROYED, expected=len(numbers), verified=len(numbers))
            work.commit()


def _wait_for_a_person(house: House, ref: str, cases: int) -> None:
    """Say once what somebody has to do in the case system."""
    with house.work() as work:
        to_dos.open_to_do(
            work.connection,
            controller=house.controller,
            kind=ANONYMISE,
            ref=ref,
            number=cases,
            at=house.at(),
        )
        work.record(EventKind.ERASURE_WAITING, ref=ref, rule="A-108", expected=cases, acted=0)
        work.commit()


def _open(house: House, kind: str) -> list[str]:
    """References of the people with an open to-do of that kind, oldest first."""
    with reading(house.engine) as connection:
        to_do = to_dos.open_to_dos(connection, controller=house.controller)
    return [one.ref for one in to_do if one.kind == kind]


def _is_known(house: House, number: int) -> bool:
    with reading(house.engine) as connection:
        found = connection.execute(
            select(subject.c.id).where(
                subject.c.id == number, subject.c.controller == house.controller
            )
        )
        return found.one_or_none() is not None


def _require_anonymous(house: House, cases: list[CaseKey]) -> None:
    left = [s for s in house.case_system.read_back(cases) if s.fingerprint is not None]
    if left:
        raise NotProven("case_still_personal", left=len(left))


def _require_gone(house: House, number: int) -> None:
    with reading(house.engine) as connection:
        for table in (holding, blind_index, engagement):
            found = connection.execute(
                select(table.c.subject_id).where(table.c.subject_id == number).limit(1)
            ).one_or_none()
            if found is not None:
                raise NotProven("subject_still_there")
