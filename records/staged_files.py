"""Every file that was ever seen in a staging folder, and how far its deletion has come (A-101).

States: `seen` → `judged` → `deleting` → `deleted`; `replaced` and `removed` close a row whose
file another version or a person's hand took away before we did.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, Row, RowMapping, delete, select, update

from lifecycle.intake.outcomes import FileOutcome, FileReason
from records import bulk
from records.tables import file_import, staged_file

SEEN: Final = "seen"
JUDGED: Final = "judged"
DELETING: Final = "deleting"
DELETED: Final = "deleted"
REPLACED: Final = "replaced"
REMOVED: Final = "removed"
OPEN: Final = (SEEN, JUDGED, DELETING)


class Known(NamedTuple):
    """What the records know of one staged file."""

    id: int
    state: str
    outcome: str | None
    reason: str | None
    sha256: str | None
    import_id: int | None
    import_state: str | None
    arrived_at: str
    first_seen_at: str
    item_digest: bytes
    version: str
    size: int
    occupied_since: str | None
    """Since when something has lain under this name without a gap."""
    first_version_id: int | None
    """The row of the version that it began with."""

    def came(self) -> datetime:
        """When this file came, rather too early than too late: by what the folder says, by what
        we saw ourselves, and by what it replaced. UTC."""
        told = (self.arrived_at, self.first_seen_at, self.occupied_since)
        return min(datetime.fromisoformat(at) for at in told if at is not None)


_SELECT = select(
    staged_file.c.id,
    staged_file.c.state,
    staged_file.c.outcome,
    staged_file.c.reason,
    staged_file.c.sha256,
    staged_file.c.import_id,
    file_import.c.state.label("import_state"),
    staged_file.c.arrived_at,
    staged_file.c.first_seen_at,
    staged_file.c.item_digest,
    staged_file.c.version,
    staged_file.c.size,
    staged_file.c.occupied_since,
    staged_file.c.first_version_id,
).select_from(staged_file.outerjoin(file_import, staged_file.c.import_id == file_import.c.id))


def _known(row: Row[tuple[object, ...]]) -> Known:
    values: RowMapping = row._mapping
    return Known(**{**values, "item_digest": bytes(values["item_digest"])})


def open_files(connection: Connection, *, controller: str, place: str) -> list[Known]:
    """All files of a place that are not yet gone, oldest first."""
    rows = connection.execute(
        _SELECT.where(
            staged_file.c.controller == controller,
            staged_file.c.place == place,
            staged_file.c.state.in_(OPEN),
        ).order_by(staged_file.c.arrived_at, staged_file.c.id)
    )
    return [_known(row) for row in rows]


def one_file(connection: Connection, number: int) -> Known:
    """The file with this id; the caller got it from `open_files`."""
    return _known(connection.execute(_SELECT.where(staged_file.c.id == number)).one())


def find_file(connection: Connection, number: int) -> Known | None:
    """The file with this id, whatever became of it, if its row is still there."""
    row = connection.execute(_SELECT.where(staged_file.c.id == number)).one_or_none()
    return None if row is None else _known(row)


_NEW: Final = (
    "id",
    "controller",
    "place",
    "item_digest",
    "version",
    "sealed_name",
    "size",
    "arrived_at",
    "first_seen_at",
    "state",
    "occupied_since",
    "first_version_id",
)


def register(connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Write files down for the first time, each with a value per column of `_NEW`; one that
    another run wrote down meanwhile is left as it is."""
    identity = ("place", "item_digest", "version")
    bulk.upsert_rows(connection, staged_file, _NEW, rows, key=identity, update=())


def judge(
    connection: Connection,
    number: int,
    *,
    outcome: FileOutcome,
    reason: FileReason | None,
    sha256: str,
    import_id: int | None = None,
) -> None:
    """Write down what became of a file that now waits for its deletion."""
    connection.execute(
        update(staged_file)
        .where(staged_file.c.id == number)
        .values(
            state=JUDGED,
            outcome=outcome.value,
            reason=None if reason is None else reason.value,
            sha256=sha256,
            import_id=import_id,
        )
    )


def move(connection: Connection, numbers: Sequence[int], state: str, *, at: str) -> None:
    """Move files on; a file that is gone gives up its sealed name too."""
    values: dict[str, object] = {"state": state}
    if state not in OPEN:
        values |= {"deleted_at": at, "sealed_name": None}
    for number in numbers:
        connection.execute(update(staged_file).where(staged_file.c.id == number).values(values))


def close_deleted(connection: Connection, number: int, *, at: str) -> bool:
    """Note that a file whose deletion was intended is gone; False when another run noted it."""
    done = connection.execute(
        update(staged_file)
        .where(staged_file.c.id == number, staged_file.c.state == DELETING)
        .values(state=DELETED, deleted_at=at, sealed_name=None)
    )
    return done.rowcount == 1


def forget_closed(
    connection: Connection, place: str, identities: Sequence[tuple[bytes, str]]
) -> None:
    """Make room for the same version of a file seen again after its row was closed."""
    for digest, version in identities:
        connection.execute(
            delete(staged_file).where(
                staged_file.c.place == place,
                staged_file.c.item_digest == digest,
                staged_file.c.version == version,
                staged_file.c.state.not_in(OPEN),
            )
        )


def sealed_names(connection: Connection, numbers: Sequence[int]) -> dict[int, bytes]:
    """The sealed names of these files, as far as they are still kept."""
    rows = connection.execute(
        select(staged_file.c.id, staged_file.c.sealed_name).where(staged_file.c.id.in_(numbers))
    )
    return {row.id: bytes(row.sealed_name) for row in rows if row.sealed_name is not None}


def seen_since(connection: Connection, *, controller: str, place: str, moment: str) -> list[Known]:
    """Files first seen at or after `moment`, whatever became of them, oldest first."""
    rows = connection.execute(
        _SELECT.where(
            staged_file.c.controller == controller,
            staged_file.c.place == place,
            staged_file.c.first_seen_at >= moment,
        ).order_by(staged_file.c.first_seen_at, staged_file.c.id)
    )
    return [_known(row) for row in rows]
