"""Each recipient is told of what was erased, and each telling is on record (art. 19, H-31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from lifecycle.errors import Changed, Refused
from lifecycle.references import PLAN, TELLING, new_id, to_reference
from records import bulk
from records.tables import telling

_c = telling.c


class Telling(NamedTuple):
    """One recipient that must be, or was, told of one erasure."""

    number: int
    disclosure_id: int
    plan_id: int
    people: int
    opened_at: str
    done_at: str | None
    done_by: str | None

    @property
    def ref(self) -> str:
        """`N-…`."""
        return to_reference(TELLING, self.number)

    @property
    def disclosure(self) -> str:
        """The disclosure, `P-…`."""
        return to_reference(PLAN, self.disclosure_id)

    @property
    def erasure(self) -> str:
        """The erasure, `P-…`."""
        return to_reference(PLAN, self.plan_id)


def open_all(
    connection: Connection, *, controller: str, plan_id: int, people: Mapping[int, int], at: str
) -> list[Telling]:
    """Note that these disclosures' recipients must be told of that erasure (disclosure → people);
    what was noted before stays. Every telling of the erasure."""
    bulk.upsert_rows(
        connection,
        telling,
        ("id", "controller", "disclosure_id", "plan_id", "number", "opened_at"),
        [(new_id(), controller, one, plan_id, count, at) for one, count in people.items()],
        key=("disclosure_id", "plan_id"),
        update=(),
    )
    rows = connection.execute(select(*_COLUMNS).where(_c.plan_id == plan_id).order_by(_c.id))
    return [Telling(*row) for row in rows]


def get(connection: Connection, *, controller: str, number: int) -> Telling:
    """The telling. Raises `Refused("telling_unknown")`."""
    row = connection.execute(
        select(*_COLUMNS).where(_c.id == number, _c.controller == controller)
    ).first()
    if row is None:
        raise Refused("telling_unknown")
    return Telling(*row)


def find(
    connection: Connection, *, controller: str, disclosure_id: int | None = None
) -> list[Telling]:
    """Tellings that are still to be done, or all of one disclosure; the oldest first."""
    query = select(*_COLUMNS).where(_c.controller == controller)
    if disclosure_id is None:
        query = query.where(_c.done_at.is_(None))
    else:
        query = query.where(_c.disclosure_id == disclosure_id)
    rows = connection.execute(query.order_by(_c.opened_at, _c.id))
    return [Telling(*row) for row in rows]


def note_done(connection: Connection, number: int, *, by: str, at: str) -> None:
    """Somebody has told the recipient. Raises `Changed("telling_changed")` if it was done."""
    done = connection.execute(
        update(telling).where(_c.id == number, _c.done_at.is_(None)).values(done_at=at, done_by=by)
    )
    if done.rowcount != 1:
        raise Changed("telling_changed")


_COLUMNS = (
    _c.id,
    _c.disclosure_id,
    _c.plan_id,
    _c.number,
    _c.opened_at,
    _c.done_at,
    _c.done_by,
)
