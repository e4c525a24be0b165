"""What stands between us and a broken promise, until it is mended."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, exists, func, insert, select, update

from lifecycle.references import new_id
from records.file_imports import VERIFIED
from records.tables import alarm, checkpoint, file_import, ledger_event


class Alarm(NamedTuple):
    """One alarm; `ref` is what it concerns."""

    id: int
    kind: str
    ref: str
    raised_at: str


def standing(connection: Connection, *, controller: str) -> list[Alarm]:
    """The alarms that are not over, oldest first."""
    rows = connection.execute(
        select(alarm.c.id, alarm.c.kind, alarm.c.ref, alarm.c.raised_at)
        .where(alarm.c.controller == controller, alarm.c.cleared_at.is_(None))
        .order_by(alarm.c.raised_at, alarm.c.id)
    )
    return [Alarm(*row) for row in rows]


def raise_alarm(connection: Connection, *, controller: str, kind: str, ref: str, at: str) -> None:
    """Raise an alarm; the caller has looked that it does not stand already."""
    connection.execute(
        insert(alarm).values(id=new_id(), controller=controller, kind=kind, ref=ref, raised_at=at)
    )


def clear_alarm(connection: Connection, number: int, *, at: str) -> None:
    """The alarm is over."""
    connection.execute(update(alarm).where(alarm.c.id == number).values(cleared_at=at))


def imports_not_verified(connection: Connection, *, controller: str) -> list[tuple[int, str, str]]:
    """(id, state, stored at) of the imports whose cases are not all proven."""
    rows = connection.execute(
        select(file_import.c.id, file_import.c.state, file_import.c.stored_at).where(
            file_import.c.controller == controller, file_import.c.state != VERIFIED
        )
    )
    return [(row.id, row.state, row.stored_at) for row in rows]


def last_witnessed(connection: Connection) -> str | None:
    """When a witness last took a checkpoint."""
    last: str | None = connection.execute(select(func.max(checkpoint.c.witnessed_at))).scalar_one()
    return last


def ledger_has_events(connection: Connection) -> bool:
    """False for a house in which nothing has happened yet."""
    return bool(connection.execute(select(exists(ledger_event))).scalar_one())
