"""What stands between us and a broken promise, until it is mended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lifecycle.references import new_id
from records.file_imports import VERIFIED
from records.tables import alarm, checkpoint, file_import, ledger_event

_TAIL: Final = 1000
"""Events looked back on: more than any run but a large purge writes between two looks."""


class Alarm(NamedTuple):
    """One alarm; `ref` is what it concerns."""

    id: int
    kind: str
    ref: str
    raised_at: str


class Untold(NamedTuple):
    """An alarm that no mail server has taken yet."""

    id: int
    kind: str
    ref: str
    raised_at: str
    cleared_at: str | None
    telling_at: str | None
    """When a mail about it was about to be sent: it may have arrived."""


def standing(connection: Connection, *, controller: str) -> list[Alarm]:
    """The alarms that are not over, oldest first."""
    rows = connection.execute(
        select(alarm.c.id, alarm.c.kind, alarm.c.ref, alarm.c.raised_at)
        .where(alarm.c.controller == controller, alarm.c.cleared_at.is_(None))
        .order_by(alarm.c.raised_at, alarm.c.id)
    )
    return [Alarm(*row) for row in rows]


def raise_alarm(connection: Connection, *, controller: str, kind: str, ref: str, at: str) -> bool:
    """Raise an alarm; False when it stands already."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    raised = connection.execute(
        make(alarm)
        .values(id=new_id(), controller=controller, kind=kind, ref=ref, raised_at=at)
        .on_conflict_do_nothing()
        .returning(alarm.c.id)
    )
    return raised.first() is not None


def clear_alarm(connection: Connection, number: int, *, at: str) -> bool:
    """The alarm is over; False when another run has said so."""
    cleared = connection.execute(
        update(alarm)
        .where(alarm.c.id == number, alarm.c.cleared_at.is_(None))
        .values(cleared_at=at)
    )
    return cleared.rowcount == 1


def untold(connection: Connection, *, controller: str, over_since: str) -> list[Untold]:
    """The alarms that nobody was told of: those that stand, and those over at `over_since` or
    later; oldest first."""
    rows = connection.execute(
        select(
            alarm.c.id,
            alarm.c.kind,
            alarm.c.ref,
            alarm.c.raised_at,
            alarm.c.cleared_at,
            alarm.c.telling_at,
        )
        .where(
            alarm.c.controller == controller,
            alarm.c.told_at.is_(None),
            or_(alarm.c.cleared_at.is_(None), alarm.c.cleared_at >= over_since),
        )
        .order_by(alarm.c.raised_at, alarm.c.id)
    )
    return [Untold(*row) for row in rows]


def of_kinds(connection: Connection, *, controller: str, kinds: Sequence[str]) -> list[Untold]:
    """Every alarm of these kinds that was ever raised, those that are over too, oldest first."""
    rows = connection.execute(
        select(
            alarm.c.id,
            alarm.c.kind,
            alarm.c.ref,
            alarm.c.raised_at,
            alarm.c.cleared_at,
            alarm.c.telling_at,
        )
        .where(alarm.c.controller == controller, alarm.c.kind.in_(list(kinds)))
        .order_by(alarm.c.raised_at, alarm.c.id)
    )
    return [Untold(*row) for row in rows]


def mark_telling(connection: Connection, numbers: Sequence[int], *, at: str) -> None:
    """A mail about these alarms is about to be sent."""
    connection.execute(update(alarm).where(alarm.c.id.in_(numbers)).values(telling_at=at))


def mark_told(connection: Connection, numbers: Sequence[int], *, at: str) -> None:
    """The mail server has taken a mail about these alarms."""
    connection.execute(update(alarm).where(alarm.c.id.in_(numbers)).values(told_at=at))


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
    # Of the longest ledger: a clock that once ran years ahead has not had the last word.
    newest = select(checkpoint.c.witnessed_at).order_by(
        checkpoint.c.size.desc(), checkpoint.c.witnessed_at.desc()
    )
    last: str | None = connection.scalar(newest.limit(1))
    return last


def ledger_began(connection: Connection) -> datetime | None:
    """When the ledger's first event was written; None for an empty ledger."""
    return next(iter(_instants(connection, 1, ledger_event.c.position)), None)


def ledger_tail(connection: Connection) -> list[datetime]:
    """When the last events were written by the clock of their moment, newest first."""
    return _instants(connection, _TAIL, ledger_event.c.position.desc())


def _instants(connection: Connection, number: int, order: ColumnElement[Any]) -> list[datetime]:
    bodies = connection.execute(select(ledger_event.c.body).order_by(order).limit(number)).scalars()
    return [datetime.fromisoformat(orjson.loads(bytes(body))["at"]) for body in bodies]
