"""One person is erased from our records and from the case system, and the proof is read back.

The retention rules decide who and when; this is the one path by which anybody is erased.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import orjson
from sqlalchemy import select

from connectors.base import CaseKey
from lifecycle.errors import Busy, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.references import SUBJECT, from_reference
from records import erasing, leases, to_dos
from records.acquaintances import ERASED, IDENTITY
from records.engines import reading
from records.scrub import scrub
from records.tables import blind_index, engagement, holding, subject
from tasks.house import House
from tasks.proof import witness

UNFINISHED: Final = "erasure_unfinished"
"""The to-do that stands from the intent until the proof: whatever is killed in between is
finished by the next run."""


def erase_subject(house: House, ref: str) -> int:
    """Erase one person everywhere; returns how many holdings went.

    Safe to repeat: what an earlier run left is finished first. In the case system number, date
    and project stay (A-108). Raises `Refused("subject_unknown")`, `Busy` while another worker is
    erasing the same person, `NotProven` when anything is still found, `LedgerFailure` before
    anything is erased when no witness can be reached.
    """
    finished = finish_erasures(house)
    if ref in finished:
        return finished[ref]
    number = from_reference(SUBJECT, ref)
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
    for ref in _unfinished(house):
        with suppress(Busy), leases.hold(house.engine, ref, now=house.now):
            if ref in _unfinished(house):
                finished[ref] = _erase(house, ref, from_reference(SUBJECT, ref))
    return finished


def _erase(house: House, ref: str, number: int) -> int:
    """Do what was intended, as far as it is not done yet, and prove it."""
    gone = _remove(house, ref, number) if _is_known(house, number) else 0
    _destroy_keys(house)
    _require_gone(house, number)
    scrub(house.engine)
    with house.work() as work:
        to_dos.close_to_do(
            work.connection,
            controller=house.controller,
            kind=UNFINISHED,
            ref=ref,
            at=house.at(),
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
        identity = connection.execute(
            select(holding.c.id, holding.c.sealed).where(
                holding.c.subject_id == number, holding.c.category == IDENTITY
            )
        ).one_or_none()
    if cases:
        house.case_system.anonymise(cases)
        _require_anonymous(house, cases)
    listed = None if identity is None else _listed(house, number, identity.id, identity.sealed)
    with house.work() as work:
        gone = erasing.remove_subject(work.connection, number, listed=listed, at=house.at())
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


def _unfinished(house: House) -> list[str]:
    """Erasures that were begun and are not proven, oldest first."""
    with reading(house.engine) as connection:
        to_do = to_dos.open_to_dos(connection, controller=house.controller)
    return [one.ref for one in to_do if one.kind == UNFINISHED]


def _is_known(house: House, number: int) -> bool:
    with reading(house.engine) as connection:
        found = connection.execute(
            select(subject.c.id).where(
                subject.c.id == number, subject.c.controller == house.controller
            )
        )
        return found.one_or_none() is not None


def _listed(house: House, number: int, holding_id: int, sealed: bytes) -> bytes | None:
    """The keyed hash that outlives the person: tomorrow's export must not resurrect them."""
    (opened,) = house.vault.open([(holding_id, number, IDENTITY, bytes(sealed))])
    national_id = orjson.loads(opened).get("national_id")
    return None if national_id is None else house.vault.index_digest(ERASED, national_id)


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
