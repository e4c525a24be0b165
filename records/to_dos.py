"""What a person must still do: a to-do stays until it is done, and is never opened twice."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from lifecycle.references import new_id
from records import bulk
from records.tables import to_do


class ToDo(NamedTuple):
    """One thing to do; `kind` tells which, `ref` where, `number` how many."""

    id: int
    kind: str
    ref: str
    number: int
    opened_at: str


def open_to_do(
    connection: Connection, *, controller: str, kind: str, ref: str, number: int, at: str
) -> None:
    """Open a to-do; the same kind for the same reference again changes nothing."""
    bulk.upsert_rows(
        connection,
        to_do,
        ("id", "controller", "kind", "ref", "number", "opened_at"),
        [(new_id(), controller, kind, ref, number, at)],
        key=("controller", "kind", "ref"),
        update=(),
    )


def close_to_do(connection: Connection, *, controller: str, kind: str, ref: str, at: str) -> None:
    """Close a to-do; one that is not open is left as it is."""
    connection.execute(
        update(to_do)
        .where(
            to_do.c.controller == controller,
            to_do.c.kind == kind,
            to_do.c.ref == ref,
            to_do.c.closed_at.is_(None),
        )
        .values(closed_at=at)
    )


def stand(
    connection: Connection, *, controller: str, kind: str, ref: str, number: int, at: str
) -> None:
    """A to-do that stands as long as `number` is not 0, and comes back when it rises again."""
    if number == 0:
        close_to_do(connection, controller=controller, kind=kind, ref=ref, at=at)
        return
    found = to_do.c.controller == controller, to_do.c.kind == kind, to_do.c.ref == ref
    connection.execute(
        update(to_do).where(*found, to_do.c.closed_at.is_not(None)).values(opened_at=at)
    )
    open_to_do(connection, controller=controller, kind=kind, ref=ref, number=number, at=at)
    connection.execute(update(to_do).where(*found).values(number=number, closed_at=None))


def open_to_dos(connection: Connection, *, controller: str) -> list[ToDo]:
    """All that are open, oldest first."""
    rows = connection.execute(
        select(to_do.c.id, to_do.c.kind, to_do.c.ref, to_do.c.number, to_do.c.opened_at)
        .where(to_do.c.controller == controller, to_do.c.closed_at.is_(None))
        .order_by(to_do.c.opened_at, to_do.c.id)
    )
    return [ToDo(*row) for row in rows]
