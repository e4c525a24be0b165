"""Officers agree to erasures: who they are by handle and role, and the state of their codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select, update

from lifecycle.errors import Refused
from records import bulk
from records.tables import officer


class Officer(NamedTuple):
    """One officer of a controller. `sealed` is opened by `Vault.open_secret` alone."""

    id: int
    handle: str
    """A staff word such as `chef-nord`; no name."""
    roles: frozenset[str]
    sealed: bytes
    last_step: int
    """The newest time step whose code was used."""
    failures: int
    """Wrong codes since the last right one."""
    locked_until: datetime | None
    added_at: str
    removed_at: str | None


def enrol(
    connection: Connection,
    *,
    number: int,
    controller: str,
    handle: str,
    roles: frozenset[str],
    sealed: bytes,
    last_step: int,
    at: str,
) -> None:
    """Write down an officer with a fresh secret; one of the same `number` is enrolled anew.

    A handle stands for one officer for good: `number` is the old one where it was known before
    (see `by_handle`), so that nobody becomes a second person by enrolling twice.
    """
    bulk.upsert_rows(
        connection,
        officer,
        (
            "id",
            "controller",
            "handle",
            "roles",
            "sealed",
            "last_step",
            "failures",
            "locked_until",
            "added_at",
            "removed_at",
        ),
        [
            (
                number,
                controller,
                handle,
                " ".join(sorted(roles)),
                sealed,
                last_step,
                0,
                None,
                at,
                None,
            )
        ],
    )


def remove(connection: Connection, number: int, *, at: str) -> None:
    """Officer no more, and their secret is gone. Raises `Refused("officer_removed")`."""
    changed = connection.execute(
        update(officer)
        .where(officer.c.id == number, officer.c.removed_at.is_(None))
        .values(removed_at=at, sealed=b"")
    )
    if changed.rowcount != 1:
        raise Refused("officer_removed")


def by_handle(
    connection: Connection, *, controller: str, handle: str, lock: bool = False
) -> Officer | None:
    """The officer of that handle, removed or not. With `lock` nobody else can try a code of
    theirs before this transaction ends."""
    query = _officers().where(officer.c.controller == controller, officer.c.handle == handle)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _officer(row)


def every(connection: Connection, *, controller: str) -> list[Officer]:
    """All that ever were, by handle."""
    rows = connection.execute(
        _officers().where(officer.c.controller == controller).order_by(officer.c.handle)
    )
    return [_officer(row) for row in rows]


def note_code(connection: Connection, number: int, *, step: int) -> None:
    """A right code was shown: none of its step or of an earlier one is taken again."""
    connection.execute(
        update(officer)
        .where(officer.c.id == number)
        .values(last_step=step, failures=0, locked_until=None)
    )


def note_wrong_code(
    connection: Connection, number: int, *, failures: int, locked_until: str | None
) -> None:
    """A wrong code was shown: that stands until the next right one, whatever is restarted."""
    connection.execute(
        update(officer)
        .where(officer.c.id == number)
        .values(failures=failures, locked_until=locked_until)
    )


def _officers() -> Select[tuple[Any, ...]]:
    return select(
        officer.c.id,
        officer.c.handle,
        officer.c.roles,
        officer.c.sealed,
        officer.c.last_step,
        officer.c.failures,
        officer.c.locked_until,
        officer.c.added_at,
        officer.c.removed_at,
    )


def _officer(row: Any) -> Officer:
    number, handle, roles, sealed, last_step, failures, locked, added_at, removed_at = row
    return Officer(
        id=number,
        handle=handle,
        roles=frozenset(roles.split()),
        sealed=bytes(sealed),
        last_step=last_step,
        failures=failures,
        locked_until=None if locked is None else datetime.fromisoformat(locked),
        added_at=added_at,
        removed_at=removed_at,
    )
