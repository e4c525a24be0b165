"""What was imported once is imported for ever: one row for certain bytes, and its hand-over."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, func, insert, select, update

from records import bulk
from records.tables import engagement, file_import, handover, holding

STORED: Final = "stored"
WAITING: Final = "waiting"
VERIFIED: Final = "verified"

PENDING: Final = "pending"
UNCHANGED: Final = "unchanged"

_IN_CLEAR: Final = ("service", "start_date", "end_date", "break_off_date")

RowOutcomeEntry = tuple[int, int, str | None]
"""(sheet, row, reason or None): never a value."""


class Import(NamedTuple):
    """One import as the records know it."""

    id: int
    sha256: str
    state: str
    stored_at: str
    counts: dict[str, int]


class Part(NamedTuple):
    """A case that must be in the case system, with the holdings to hand over."""

    engagement_id: int
    subject_id: int
    case_reference: str
    service: str
    project: str
    started_on: str
    state: str
    holdings: list[tuple[int, str, bytes]]
    """(holding id, category, sealed): empty when the person was erased meanwhile."""
    told: frozenset[str]
    """Which fields of the export this case has in clear, filled."""


def create(
    connection: Connection,
    *,
    number: int,
    controller: str,
    sha256: str,
    at: str,
    counts: Mapping[str, int],
    rows: Sequence[RowOutcomeEntry],
) -> None:
    """Write the import down. A second one of the same bytes breaks `file_import_bytes`."""
    connection.execute(
        insert(file_import).values(
            id=number,
            controller=controller,
            sha256=sha256,
            state=STORED,
            stored_at=at,
            counts=orjson.dumps(dict(counts), option=orjson.OPT_SORT_KEYS),
            rows=zlib.compress(orjson.dumps(rows), 1),
        )
    )


_SELECT = select(
    file_import.c.id,
    file_import.c.sha256,
    file_import.c.state,
    file_import.c.stored_at,
    file_import.c.counts,
)


def _import(row: Any) -> Import:
    return Import(row.id, row.sha256, row.state, row.stored_at, orjson.loads(bytes(row.counts)))


def by_bytes(connection: Connection, *, controller: str, sha256: str) -> Import | None:
    """The import of these bytes, if there ever was one."""
    row = connection.execute(
        _SELECT.where(file_import.c.controller == controller, file_import.c.sha256 == sha256)
    ).one_or_none()
    return None if row is None else _import(row)


def by_id(connection: Connection, number: int) -> Import:
    """The import with this id."""
    return _import(connection.execute(_SELECT.where(file_import.c.id == number)).one())


def find_import(connection: Connection, *, controller: str, number: int) -> Import | None:
    """The import with this id, if it is one of this controller's."""
    row = connection.execute(
        _SELECT.where(file_import.c.id == number, file_import.c.controller == controller)
    ).one_or_none()
    return None if row is None else _import(row)


def row_outcomes(connection: Connection, number: int) -> list[RowOutcomeEntry]:
    """The rows of an import's report."""
    packed = connection.execute(
        select(file_import.c.rows).where(file_import.c.id == number)
    ).scalar_one()
    return [(s, r, reason) for s, r, reason in orjson.loads(zlib.decompress(bytes(packed)))]


def unfinished(connection: Connection, *, controller: str) -> list[int]:
    """Imports whose cases are not all verified in the case system, oldest first."""
    return list(
        connection.execute(
            select(file_import.c.id)
            .where(file_import.c.controller == controller, file_import.c.state != VERIFIED)
            .order_by(file_import.c.stored_at, file_import.c.id)
        ).scalars()
    )


def advance(connection: Connection, number: int, state: str, *, at: str) -> None:
    """Move an import to `state`; `at` is kept for the verified one."""
    values = {"state": state} | ({"verified_at": at} if state == VERIFIED else {})
    connection.execute(update(file_import).where(file_import.c.id == number).values(values))


def chunks(connection: Connection, number: int, size: int) -> list[list[int]]:
    """The cases of an import in parts of `size`, the same parts at every call.

    A person's cases come together, so that what they share is read and opened once.
    """
    ids = list(
        connection.execute(
            select(handover.c.engagement_id)
            .select_from(handover.join(engagement, engagement.c.id == handover.c.engagement_id))
            .where(handover.c.import_id == number)
            .order_by(engagement.c.subject_id, engagement.c.id)
        ).scalars()
    )
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def parts(connection: Connection, number: int, cases: Sequence[int]) -> list[Part]:
    """Those of `cases` that are not verified yet, with what has to be handed over."""
    states = {
        case: state
        for case, state in bulk.fetch_in(
            connection,
            (handover.c.engagement_id, handover.c.state),
            handover.c.engagement_id,
            cases,
            also={handover.c.import_id: number},
        )
        if state != VERIFIED
    }
    found: dict[int, Part] = {}
    of_person: dict[int, list[Part]] = {}
    for case, person, reference, service, project, started, ends, broke_off in bulk.fetch_in(
        connection,
        (
            engagement.c.id,
            engagement.c.subject_id,
            engagement.c.case_reference,
            engagement.c.service,
            engagement.c.project,
            engagement.c.started_on,
            engagement.c.ends_on,
            engagement.c.broke_off_on,
        ),
        engagement.c.id,
        list(states),
    ):
        clear = zip(_IN_CLEAR, (service, started, ends, broke_off), strict=True)
        told = frozenset(name for name, value in clear if value)
        part = Part(case, person, reference, service, project, started, states[case], [], told)
        found[case] = part
        of_person.setdefault(person, []).append(part)
    for person, case, holding_id, category, sealed in bulk.fetch_in(
        connection,
        (
            holding.c.subject_id,
            holding.c.engagement_id,
            holding.c.id,
            holding.c.category,
            holding.c.sealed,
        ),
        holding.c.subject_id,
        list(of_person),
    ):
        entry = (holding_id, category, bytes(sealed))
        if case is None:
            for part in of_person[person]:
                part.holdings.append(entry)
        elif case in found:
            found[case].holdings.append(entry)
    return [found[case] for case in cases if case in found]


def let_go(connection: Connection, subjects: Sequence[int]) -> None:
    """Hand over nothing any more of these people's cases: they cannot be told whole."""
    cases = [
        case
        for (case,) in bulk.fetch_in(
            connection, (engagement.c.id,), engagement.c.subject_id, subjects
        )
    ]
    columns = (handover.c.import_id, handover.c.engagement_id)
    waiting = bulk.fetch_in(connection, columns, handover.c.engagement_id, cases)
    bulk.upsert_rows(
        connection,
        handover,
        ("import_id", "engagement_id", "state"),
        [(number, case, VERIFIED) for number, case in waiting],
    )


def mark_verified(connection: Connection, number: int, cases: Sequence[int]) -> None:
    """These cases of the import were read back from the case system and agree."""
    bulk.upsert_rows(
        connection,
        handover,
        ("import_id", "engagement_id", "state"),
        [(number, case, VERIFIED) for case in cases],
    )


def open_cases(connection: Connection, number: int) -> int:
    """How many cases of an import are not verified yet."""
    return connection.execute(
        select(func.count())
        .select_from(handover)
        .where(handover.c.import_id == number, handover.c.state != VERIFIED)
    ).scalar_one()


def cases_of(connection: Connection, number: int) -> int:
    """How many cases an import concerns."""
    return connection.execute(
        select(func.count()).select_from(handover).where(handover.c.import_id == number)
    ).scalar_one()
