"""The epochs of the key-encryption key, as the key database knows them."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from lifecycle.errors import Busy, KeyFailure
from records.kek import KekSource
from records.tables import data_key, epoch, named_key

CURRENT: Final = "current"
RETIRING: Final = "retiring"
DESTROYED: Final = "destroyed"


class Switched(NamedTuple):
    """Where a rotation stands."""

    current: int
    retiring: tuple[int, ...]


def find_current(connection: Connection) -> int | None:
    """The current epoch; None in a key database that has not begun."""
    found = connection.execute(select(epoch.c.number).where(epoch.c.state == CURRENT)).scalar()
    return None if found is None else int(found)


def hold_current(connection: Connection) -> int:
    """The current epoch, which cannot be retired before this transaction ends."""
    for _ in range(3):
        found = connection.execute(
            select(epoch.c.number).where(epoch.c.state == CURRENT).with_for_update(read=True)
        ).scalar()
        if found is not None:
            return int(found)
        # PostgreSQL waited for a rotation to commit and then saw the old row only: look again.
    raise Busy("keys_rotating")


def begin_first(connection: Connection, keks: KekSource, now: str) -> int:
    """Begin epoch 1 unless another process has.

    Raises `KeyFailure("key_database_lost")` when there are KEKs of later epochs: then keys were
    here before, and starting afresh would hide the loss.
    """
    _lock(connection)
    current = find_current(connection)
    if current is not None:
        return current
    if connection.execute(select(func.count()).select_from(epoch)).scalar_one() or any(
        number > 1 for number in keks.epochs()
    ):
        raise KeyFailure("key_database_lost")
    keks.create(1)  # durable before anything can be wrapped with it
    connection.execute(insert(epoch).values(number=1, created_at=now, state=CURRENT))
    return 1


def switch(connection: Connection, keks: KekSource, now: str) -> Switched:
    """Begin the next epoch and retire the current one, unless a rotation is under way.

    Killed between the KEK and the commit, the KEK is there unused and the next call takes it.
    """
    _lock(connection)
    current = find_current(connection)
    if current is None:
        raise KeyFailure("key_database_lost")
    retiring = _in_state(connection, RETIRING)
    if retiring:
        return Switched(current, retiring)
    following = current + 1
    keks.create(following)
    connection.execute(update(epoch).where(epoch.c.number == current).values(state=RETIRING))
    connection.execute(insert(epoch).values(number=following, created_at=now, state=CURRENT))
    return Switched(following, (current,))


def close(connection: Connection, retired: tuple[int, ...], now: str) -> None:
    """Note that the KEKs of `retired` are proven destroyed."""
    connection.execute(
        update(epoch)
        .where(epoch.c.number.in_(retired), epoch.c.state == RETIRING)
        .values(state=DESTROYED, destroyed_at=now)
    )


def counts(connection: Connection) -> tuple[dict[int, int], dict[int, int]]:
    """How many data keys and how many named keys each epoch wraps."""
    data, named = (
        connection.execute(select(table.c.epoch, func.count()).group_by(table.c.epoch)).all()
        for table in (data_key, named_key)
    )
    return {row[0]: row[1] for row in data}, {row[0]: row[1] for row in named}


def _in_state(connection: Connection, state: str) -> tuple[int, ...]:
    found = connection.execute(select(epoch.c.number).where(epoch.c.state == state))
    return tuple(sorted(int(number) for (number,) in found))


def _lock(connection: Connection) -> None:
    """One process at a time changes epochs; on SQLite every writing transaction is alone."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE epoch IN SHARE ROW EXCLUSIVE MODE")
