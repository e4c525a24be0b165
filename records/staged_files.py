"""Every file that was ever seen in a staging folder, and how far its deletion has come (A-101).

States: `seen` → `judged` → `deleting` → `deleted`; `replaced` and `removed` close a row whose
file another version or a person's hand took away before we did.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, Row, RowMapping, delete, select, update

from lifecycle.errors import Changed
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
    """The file with this id; the caller got it from `open_files`.

    Raises `Changed("file_no_longer_there")` when it went meanwhile, and came back as another.
    """
    row = connection.execute(_SELECT.where(staged_file.c.id == number)).one_or_none()
    if row is None:
        raise Changed("file_no_longer_there")
    return _known(row)


def find_file(connection: Connection, number: int) -> Known | None:
    """The file with this id, whatever became of it, if its row is still there."""
    row = connection.execute(_SELECT.where(staged_file.c.id == number)).one_or_none()
    return None if row is None else _known(row)


_AT_A_TIME: Final = 5_000
"""Values in one IN list."""
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


def of_versions(connection: Connection, place: str, versions: Sequence[str]) -> list[Known]:
    """Every row, open or closed, of these versions, under whatever name."""
    found = []
    for start in range(0, len(versions), _AT_A_TIME):
        some = staged_file.c.version.in_(versions[start : start + _AT_A_TIME])
        rows = connection.execute(_SELECT.where(staged_file.c.place == place, some))
        found += [_known(row) for row in rows]
    return found


def register(connection: Connection, rows: Sequence[tuple[object, ...]]) -> int:
    """Write files down for the first time, each with a value per column of `_NEW`; how many.
    One that another run wrote down meanwhile is left as it is."""
    identity = ("place", "item_digest", "version")
    bulk.upsert_rows(connection, staged_file, _NEW, rows, key=identity, update=())
    number = staged_file.c.id
    return sum(1 for _ in bulk.fetch_in(connection, (number,), number, [row[0] for row in rows]))


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


def close_gone(connection: Connection, numbers: Sequence[int], state: str, *, at: str) -> int:
    """Note that files went by another's hand; how many. One that we delete is not among them."""
    closed = 0
    for number in numbers:
        closed += connection.execute(
            update(staged_file)
            .where(staged_file.c.id == number, staged_file.c.state.in_((SEEN, JUDGED)))
            .values(state=state, deleted_at=at, sealed_name=None)
        ).rowcount
    return closed


def begin_deleting(connection: Connection, number: int) -> bool:
    """Note that a file is about to be deleted; False when its deletion is noted already."""
    begun = connection.execute(
        update(staged_file)
        .where(staged_file.c.id == number, staged_file.c.state.in_((SEEN, JUDGED)))
        .values(state=DELETING)
    )
    return begun.rowcount == 1


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
