"""What a machine cannot reach a person weeds: a work order with role, deadline and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, select, update

from lifecycle.errors import Changed, Refused
from records import bulk
from records.tables import work_order


class WorkOrder(NamedTuple):
    """One place that somebody weeds by hand."""

    number: int
    plan_number: int
    system: str
    role: str
    items: int
    opened_at: str
    due_on: str
    """ISO date, the last local day; "" where nobody has decided one."""
    reminded_on: str | None
    done_at: str | None
    done_by: str | None
    evidence: str | None
    confirmed_at: str | None
    confirmed_by: str | None

    @property
    def state(self) -> str:
        """`open`, `done` (waits for a second person), `confirmed`, or `withdrawn`: everybody on
        its slip is held or no longer due."""
        if self.confirmed_at is not None:
            return "withdrawn" if self.done_at is None else "confirmed"
        return "open" if self.done_at is None else "done"

    def is_late(self, today: str) -> bool:
        """Whether its last day is over on `today` (ISO date), and it is not finished."""
        return self.confirmed_at is None and "" < self.due_on < today


_c = work_order.c
_COLUMNS: Final = (
    _c.id,
    _c.plan_id,
    _c.system,
    _c.role,
    _c["items"],
    _c.opened_at,
    _c.due_on,
    _c.reminded_on,
    _c.done_at,
    _c.done_by,
    _c.evidence,
    _c.confirmed_at,
    _c.confirmed_by,
)


def open_order(
    connection: Connection,
    *,
    controller: str,
    number: int,
    plan_number: int,
    system: str,
    role: str,
    items: int,
    at: str,
    due_on: str,
    sealed: bytes | None,
) -> bool:
    """Open the order of a plan for a place; False where it is open already (that one stays).
    `sealed`: the slip; None where nobody's papers are looked for: something is handed over."""
    columns = ("id", "controller", "plan_id", "system", "role", "items")
    bulk.upsert_rows(
        connection,
        work_order,
        (*columns, "opened_at", "due_on", "sealed"),
        [(number, controller, plan_number, system, role, items, at, due_on, sealed)],
        key=("plan_id", "system"),
        update=(),
    )
    found = connection.execute(
        select(_c.id).where(_c.plan_id == plan_number, _c.system == system)
    ).scalar_one()
    return bool(found == number)


def get(connection: Connection, *, controller: str, number: int) -> WorkOrder:
    """The work order. Raises `Refused("work_order_unknown")`."""
    row = connection.execute(
        select(*_COLUMNS).where(_c.id == number, _c.controller == controller)
    ).one_or_none()
    if row is None:
        raise Refused("work_order_unknown")
    return WorkOrder(*row)


def of_plan(connection: Connection, plan_number: int) -> list[WorkOrder]:
    """The work orders of one plan, by place."""
    rows = connection.execute(
        select(*_COLUMNS).where(_c.plan_id == plan_number).order_by(_c.system)
    )
    return [WorkOrder(*row) for row in rows]


def unconfirmed(connection: Connection, *, controller: str) -> list[WorkOrder]:
    """What is not finished, the earliest deadline first."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(_c.controller == controller, _c.confirmed_at.is_(None))
        .order_by(_c.due_on, _c.id)
    )
    return [WorkOrder(*row) for row in rows]


def slip(connection: Connection, number: int) -> bytes | None:
    """The sealed slip; None when the order is confirmed."""
    sealed = connection.execute(select(_c.sealed).where(_c.id == number)).scalar_one_or_none()
    return None if sealed is None else bytes(sealed)


def note_done(connection: Connection, number: int, *, by: str, evidence: str, at: str) -> None:
    """Somebody has weeded the place. Raises `Changed("work_order_changed")` if it was done."""
    _require_one(
        connection.execute(
            update(work_order)
            .where(_c.id == number, _c.done_at.is_(None), _c.confirmed_at.is_(None))
            .values(done_at=at, done_by=by, evidence=evidence)
        ).rowcount
    )


def note_confirmed(connection: Connection, number: int, *, by: str, at: str) -> None:
    """A second person has looked (or none is asked for): the slip goes. Raises
    `Changed("work_order_changed")` unless it is done and not confirmed."""
    _require_one(
        connection.execute(
            update(work_order)
            .where(_c.id == number, _c.done_at.is_not(None), _c.confirmed_at.is_(None))
            .values(confirmed_at=at, confirmed_by=by, sealed=None)
        ).rowcount
    )


def note_items(connection: Connection, number: int, *, items: int) -> None:
    """Fewer are to be weeded than when the order was opened."""
    connection.execute(update(work_order).where(_c.id == number).values(items=items))


def withdraw(connection: Connection, number: int, *, at: str) -> None:
    """Nothing is to be weeded any more: the slip goes. Raises `Changed("work_order_changed")`
    where somebody has weeded already."""
    _require_one(
        connection.execute(
            update(work_order)
            .where(_c.id == number, _c.done_at.is_(None), _c.confirmed_at.is_(None))
            .values(confirmed_at=at, items=0, sealed=None)
        ).rowcount
    )


def note_reminded(connection: Connection, numbers: Sequence[int], *, on: str) -> None:
    """A reminder was written on that local day."""
    connection.execute(update(work_order).where(_c.id.in_(list(numbers))).values(reminded_on=on))


def _require_one(rows: int) -> None:
    if rows != 1:
        raise Changed("work_order_changed")
