"""Where in other systems a person stands (A-75): found again by a keyed digest, opened by the
vault only."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, text, update

from lifecycle.errors import NotProven
from lifecycle.plan import ItemState
from lifecycle.retention.facts import Verdict
from records import bulk
from records.scope import pairs_of
from records.tables import anchor, due, placement, plan_item, shredding
from records.vault import Vault

CATEGORY: Final = "#placement"
"""Under this name a system's key of a record is sealed: no category of a policy."""


class Place(NamedTuple):
    """One record in an outer system, without its key."""

    id: int
    subject_id: int
    kind: str
    system: str
    categories: tuple[str, ...]
    active_on: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPlace:
    """A record that something is to be done to; its key is personal data."""

    id: int
    subject_id: int
    kind: str
    system: str
    key: str = field(repr=False)
    categories: tuple[str, ...]
    """What the last inventory found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A record as an inventory found it."""

    id: int
    subject_id: int
    kind: str
    digest: bytes
    key: str = field(repr=False)
    categories: tuple[str, ...]
    active_on: date | None
    anchors: Mapping[str, date | None]


def digest_of(vault: Vault, *, system: str, key: str) -> bytes:
    """The keyed digest of a record: exactly this key of exactly this system."""
    return vault.index_digest(f"{CATEGORY}.{system}", key)


def lookup(
    connection: Connection, *, controller: str, system: str, digests: Iterable[bytes]
) -> dict[bytes, Place]:
    """The known ones of these records, by digest."""
    return {
        bytes(row[0]): _place(row[1:])
        for row in bulk.fetch_in(
            connection,
            (placement.c.digest, *_COLUMNS),
            placement.c.digest,
            list(digests),
            also={placement.c.controller: controller, placement.c.system: system},
        )
    }


def of_people(connection: Connection, subjects: Iterable[int]) -> Iterator[Place]:
    """Every record of these people in outer systems, in no order."""
    for row in bulk.fetch_in(connection, _COLUMNS, placement.c.subject_id, subjects):
        yield _place(row)


def of_system(connection: Connection, controller: str, system: str) -> list[Place]:
    """Every record in one system, by number."""
    query = select(*_COLUMNS).where(
        placement.c.controller == controller, placement.c.system == system
    )
    return [_place(tuple(row)) for row in connection.execute(query.order_by(placement.c.id))]


def opened(
    connection: Connection, vault: Vault, *, numbers: Iterable[int]
) -> dict[int, OpenedPlace]:
    """The systems' own keys of these placements, by placement; unknown ones are left out.

    Raises `KeyFailure`.
    """
    rows = list(
        bulk.fetch_in(
            connection,
            (
                placement.c.id,
                placement.c.subject_id,
                placement.c.kind,
                placement.c.system,
                placement.c.sealed,
                placement.c.categories,
            ),
            placement.c.id,
            list(numbers),
        )
    )
    keys = vault.open([(row[0], row[1], CATEGORY, bytes(row[4])) for row in rows])
    return {
        row[0]: OpenedPlace(
            id=row[0],
            subject_id=row[1],
            kind=row[2],
            system=row[3],
            key=key.decode(),
            categories=tuple(row[5].split()),
        )
        for row, key in zip(rows, keys, strict=True)
    }


def latest_activity(connection: Connection, subjects: Iterable[int]) -> dict[int, tuple[date, str]]:
    """When these people last did something in any system, and in which; without those who are
    not known to have done anything."""
    latest: dict[int, tuple[date, str]] = {}
    for place in of_people(connection, subjects):
        if place.active_on is not None:
            seen = (date.fromisoformat(place.active_on), place.system)
            latest[place.subject_id] = max(latest.get(place.subject_id, seen), seen)
    return latest


def add(
    connection: Connection,
    vault: Vault,
    *,
    controller: str,
    system: str,
    found: Sequence[NewPlace],
    at: str,
) -> None:
    """Store new records, keys sealed; the data keys are durable before the rows are written."""
    if not found:
        return
    sealed = vault.seal([(new.id, new.subject_id, CATEGORY, new.key.encode()) for new in found])
    vault.persist_keys(sealed.keys)
    bulk.insert_rows(
        connection,
        placement,
        tuple(column.name for column in placement.columns),
        (
            (
                new.id,
                controller,
                new.subject_id,
                new.kind,
                system,
                new.digest,
                blob,
                " ".join(sorted(new.categories)),
                _iso(new.active_on),
                at,
            )
            for new, blob in zip(found, sealed.sealed, strict=True)
        ),
    )
    _write_dates(
        connection,
        controller,
        [
            (new.subject_id, new.id, event, _iso(day))
            for new in found
            for event, day in sorted(new.anchors.items())
        ],
    )


def redate(
    connection: Connection,
    *,
    controller: str,
    rows: Mapping[tuple[int, int], Mapping[str, date | None]],
) -> None:
    """Other dates of known records: (person, placement) → all that the record tells now."""
    if not rows:
        return
    chosen, parameters = pairs_of(connection, sorted(rows))
    connection.execute(
        text(f"DELETE FROM anchor WHERE (subject_id, placement_id) IN ({chosen})"), parameters
    )
    _write_dates(
        connection,
        controller,
        [
            (subject, number, event, _iso(day))
            for (subject, number), dates in sorted(rows.items())
            for event, day in sorted(dates.items())
        ],
    )


def _write_dates(
    connection: Connection, controller: str, rows: Sequence[tuple[int, int, str, str | None]]
) -> None:
    bulk.insert_rows(
        connection,
        anchor,
        ("controller", "subject_id", "placement_id", "event", "on_date"),
        [(controller, *row) for row in rows],
    )


def change(connection: Connection, changed: Iterable[Place]) -> None:
    """Records that are known and say something else now; the same person, the same key."""
    rows = [
        {
            "number": place.id,
            "new_kind": place.kind,
            "new_categories": " ".join(sorted(place.categories)),
            "new_active_on": place.active_on,
        }
        for place in changed
    ]
    if rows:
        connection.execute(
            update(placement)
            .where(placement.c.id == bindparam("number"))
            .values(
                kind=bindparam("new_kind"),
                categories=bindparam("new_categories"),
                active_on=bindparam("new_active_on"),
            ),
            rows,
        )


def emptied(connection: Connection, gone: Iterable[tuple[int, Iterable[str]]]) -> None:
    """These categories of these records were read back and are gone. Unknown records are fine.

    Until the next inventory nothing else would say so, and of somebody who is being erased an
    inventory takes nothing away: what is gone would be planned a second time.
    """
    lost: dict[int, set[str]] = {}
    for number, categories in gone:
        lost.setdefault(number, set()).update(categories)
    rows = [
        {"number": number, "left": " ".join(c for c in words.split() if c not in lost[number])}
        for number, words in bulk.fetch_in(
            connection, (placement.c.id, placement.c.categories), placement.c.id, sorted(lost)
        )
    ]
    if rows:
        connection.execute(
            update(placement)
            .where(placement.c.id == bindparam("number"))
            .values(categories=bindparam("left")),
            rows,
        )


def left_empty(connection: Connection, subjects: Iterable[int]) -> dict[int, set[int]]:
    """Person → records of theirs that a plan was proven to have emptied, and that are empty still:
    until an inventory misses them nothing else says that there is nothing any more."""
    empty = {
        row[0]: row[1]
        for row in bulk.fetch_in(
            connection,
            (placement.c.id, placement.c.subject_id),
            placement.c.subject_id,
            sorted(set(subjects)),
            also={placement.c.categories: ""},
        )
    }
    proven = bulk.fetch_in(
        connection,
        (plan_item.c.placement_id, plan_item.c.subject_id),
        plan_item.c.subject_id,
        sorted(set(empty.values())),
        also={
            plan_item.c.state: str(ItemState.PROVEN),
            plan_item.c.verdict: str(Verdict.GO),
        },
    )
    found: dict[int, set[int]] = {}
    for number, subject in proven:
        if empty.get(number) == subject:
            found.setdefault(subject, set()).add(number)
    return found


def categories_of(connection: Connection, numbers: Iterable[int]) -> dict[int, frozenset[str]]:
    """What these records hold, as far as anybody has looked; those that hold nothing are left
    out."""
    rows = bulk.fetch_in(
        connection, (placement.c.id, placement.c.categories), placement.c.id, sorted(set(numbers))
    )
    return {number: frozenset(words.split()) for number, words in rows if words}


def mark_seen(connection: Connection, *, controller: str, system: str, at: str) -> None:
    """What is still there of a system has been seen."""
    connection.execute(
        update(placement)
        .where(placement.c.controller == controller, placement.c.system == system)
        .values(seen_at=at)
    )


def numbers_in(connection: Connection, *, controller: str, system: str) -> dict[int, int]:
    """Placement → person, of everything known in one system."""
    rows = connection.execute(
        select(placement.c.id, placement.c.subject_id).where(
            placement.c.controller == controller, placement.c.system == system
        )
    )
    return {row[0]: row[1] for row in rows}


def count(connection: Connection, *, controller: str, system: str) -> int:
    """How many records of a system are known."""
    return connection.execute(
        select(func.count()).where(
            placement.c.controller == controller, placement.c.system == system
        )
    ).scalar_one()


def existing(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Those of these placements that there still are."""
    return {
        row[0]
        for row in bulk.fetch_in(
            connection, (placement.c.id,), placement.c.id, sorted(set(numbers))
        )
    }


def any_known(connection: Connection, *, controller: str) -> bool:
    """Whether any record in any outer system is known."""
    found = connection.execute(
        select(placement.c.id).where(placement.c.controller == controller).limit(1)
    )
    return found.first() is not None


def remove(connection: Connection, numbers: Sequence[int]) -> int:
    """Forget records that are not there any more, with their dates; how many there were.

    Their data keys are noted for destruction: the caller destroys them after the commit.
    """
    rows = list(
        bulk.fetch_in(connection, (placement.c.id, placement.c.subject_id), placement.c.id, numbers)
    )
    ids = sorted({row[0] for row in rows})
    bulk.upsert_rows(connection, shredding, ("holding_id",), [(n,) for n in ids], update=())
    chosen, parameters = pairs_of(connection, sorted({(row[1], row[0]) for row in rows}))
    for table in (anchor.name, due.name):
        connection.execute(
            text(f"DELETE FROM {table} WHERE (subject_id, placement_id) IN ({chosen})"),
            parameters,
        )
    removed = bulk.delete_in(connection, placement.c.id, ids)
    if removed != len(ids):
        raise NotProven("placement_still_there")
    return removed


_COLUMNS: Final = (
    placement.c.id,
    placement.c.subject_id,
    placement.c.kind,
    placement.c.system,
    placement.c.categories,
    placement.c.active_on,
)


def _place(row: Sequence[Any]) -> Place:
    number, subject_id, kind, system, categories, active_on = row
    return Place(number, subject_id, kind, system, tuple(categories.split()), active_on)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
