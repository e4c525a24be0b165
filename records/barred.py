"""What a person has said no to stands until somebody ends it (art. 18, 21)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from lifecycle.barred import Bar, Barred
from lifecycle.errors import Refused
from records import bulk
from records.tables.barred import barred

_c = barred.c


class Standing(NamedTuple):
    """A bar on record."""

    number: int
    subject_id: int
    bar: Bar
    since_at: str
    decided_by: str
    cause_id: int


def put(
    connection: Connection,
    *,
    controller: str,
    rows: Iterable[tuple[int, int, Bar]],
    at: str,
    by: str,
    cause_id: int = 0,
) -> None:
    """Bar these (own number, person, bar); what stands already stays as it is."""
    columns = (
        "id", "controller", "subject_id", "kind", "purpose", "category", "since_at", "decided_by",
        "cause_id",
    )  # fmt: skip
    wanted = list(rows)
    there = {
        (one.subject_id, one.bar)
        for one in standing(connection, controller=controller, subjects={r[1] for r in wanted})
    }
    bulk.insert_rows(
        connection,
        barred,
        columns,
        [
            (number, controller, person, str(bar.kind), bar.purpose, bar.category, at, by, cause_id)
            for number, person, bar in wanted
            if (person, bar) not in there
        ],
    )


def standing(connection: Connection, *, controller: str, subjects: Iterable[int]) -> list[Standing]:
    """What stands in the way of anything with these people's data, oldest first."""
    columns = (
        _c.id, _c.subject_id, _c.kind, _c.purpose, _c.category, _c.since_at, _c.decided_by,
        _c.cause_id, _c.ended_at,
    )  # fmt: skip
    rows = bulk.fetch_in(
        connection, columns, _c.subject_id, sorted(set(subjects)), also={_c.controller: controller}
    )
    found = [
        Standing(row[0], row[1], Bar(Barred(row[2]), row[3], row[4]), row[5], row[6], row[7])
        for row in rows
        if row[8] is None
    ]
    return sorted(found, key=lambda one: (one.since_at, one.number))


def restricted(connection: Connection, *, controller: str) -> set[int]:
    """Everybody of whom anything may only be stored (art. 18)."""
    rows = connection.execute(
        select(_c.subject_id)
        .where(
            _c.controller == controller,
            _c.kind == str(Barred.RESTRICTION),
            _c.ended_at.is_(None),
        )
        .distinct()
    )
    return set(rows.scalars())


def end(connection: Connection, numbers: Iterable[int], *, at: str, by: str) -> int:
    """End these bars; how many stood. Raises `Refused("bar_ended")` when none did."""
    wanted = sorted(set(numbers))
    ended = connection.execute(
        update(barred)
        .where(_c.id.in_(wanted), _c.ended_at.is_(None))
        .values(ended_at=at, ended_by=by)
    )
    if not ended.rowcount:
        raise Refused("bar_ended")
    return ended.rowcount


def stored(connection: Connection, numbers: Iterable[int]) -> dict[int, bool]:
    """Which of these bars are on record (number), and whether they stand."""
    rows = bulk.fetch_in(connection, (_c.id, _c.ended_at), _c.id, sorted(set(numbers)))
    return {row[0]: row[1] is None for row in rows}


def numbers(connection: Connection, *, controller: str) -> set[int]:
    """Every bar that is on record, whether it stands or not."""
    return set(connection.execute(select(_c.id).where(_c.controller == controller)).scalars())


def of_cause(connection: Connection, cause_id: int) -> dict[int, int]:
    """The bars (number → person) that stand because of that request or hold."""
    rows = connection.execute(
        select(_c.id, _c.subject_id)
        .where(_c.cause_id == cause_id, _c.ended_at.is_(None))
        .order_by(_c.id)
    )
    return {row[0]: row[1] for row in rows}
