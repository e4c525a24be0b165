"""Our own records forget what is gone everywhere else: many people in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, String, Table, cast, literal, update

from lifecycle.erasure import Erased
from records import bulk, erasing, placements
from records.acquaintances import NATIONAL_ID
from records.tables import (
    NOBODY,
    anchor,
    blind_index,
    consent,
    due,
    engagement,
    holding,
    placement,
    shredding,
    subject,
)


class ToForget(NamedTuple):
    """What an approved and proven plan lets our records forget about one person."""

    subject_id: int
    categories: tuple[str, ...]
    """Of our own holdings."""
    placements: tuple[int, ...]
    cases: bool
    """Whether the case system forgot the person too."""
    stays: bool = False
    """Something of the person stays in a place that nobody but these records knows about: then
    the person is not gone, though nothing else is left."""


def forget(connection: Connection, people: Sequence[ToForget], *, at: str) -> list[Erased]:
    """Take all of it out of the records; what went, for the journal.

    Who has nothing left afterwards goes altogether: index, dates and relations too. Holdings and
    placements leave their numbers in `shredding`, whose keys the caller destroys after the
    commit. Repeating it changes nothing.
    """
    by_subject = {one.subject_id: one for one in people}
    numbers = sorted(by_subject)
    holdings = [
        row[0]
        for row in bulk.fetch_in(
            connection,
            (holding.c.id, holding.c.subject_id, holding.c.category),
            holding.c.subject_id,
            numbers,
        )
        if row[2] in by_subject[row[1]].categories
    ]
    _shred_later(connection, holdings)
    bulk.delete_in(connection, holding.c.id, holdings)
    _forget_consents(connection, by_subject)
    placements.remove(connection, sorted({n for one in people for n in one.placements}))
    release_cases(connection, [one.subject_id for one in people if one.cases])
    whole = without_anything(connection, [one.subject_id for one in people if not one.stays])
    digests = digests_of(connection, whole)
    erasing.remove_subjects(connection, sorted(whole), at=at)
    return [
        Erased(
            subject_id=one.subject_id,
            whole=one.subject_id in whole,
            categories=one.categories,
            placements=one.placements,
            cases=one.cases,
            digests=tuple(digests.get(one.subject_id, ())),
        )
        for one in people
    ]


def _forget_consents(connection: Connection, people: Mapping[int, ToForget]) -> None:
    """Who agreed to what is proven by a category: with it the answers go (A-51, H-105)."""
    rows = bulk.fetch_in(
        connection,
        (consent.c.id, consent.c.subject_id, consent.c.category),
        consent.c.subject_id,
        sorted(people),
    )
    gone = [row[0] for row in rows if row[2] in people[row[1]].categories]
    bulk.delete_in(connection, consent.c.id, gone)


def release_cases(connection: Connection, subjects: Sequence[int]) -> None:
    """What stays of a case is exactly its number, its date and its project (A-108): the service
    gives way to a number of ours that says nothing."""
    for part in _parts(subjects):
        connection.execute(
            update(engagement)
            .where(engagement.c.subject_id.in_(part))
            .values(
                subject_id=NOBODY,
                service=literal("#") + cast(engagement.c.id, String),
                ends_on=None,
                broke_off_on=None,
            )
        )


def without_anything(connection: Connection, subjects: Sequence[int]) -> set[int]:
    """Who of these has no holding, no record in an outer system and no case any more."""
    left = known(connection, subjects)
    for table in (holding, placement, engagement):
        left -= _having(connection, table, table.c.subject_id, subjects)
    return left


def known(connection: Connection, subjects: Sequence[int]) -> set[int]:
    """Who of these is in the records at all."""
    return _having(connection, subject, subject.c.id, subjects)


def still_there(connection: Connection, erased: Sequence[Erased]) -> list[int]:
    """Of whom something is still in the records that should have gone."""
    numbers = [one.subject_id for one in erased]
    whole = [one.subject_id for one in erased if one.whole]
    left: set[int] = set()
    for table in (holding, blind_index, engagement, placement, anchor, due):
        left |= _having(connection, table, table.c.subject_id, whole)
    left |= known(connection, whole)
    left |= _having(connection, engagement, engagement.c.subject_id, _with_cases(erased))
    by_subject: dict[int, set[str]] = {}
    for one in erased:
        by_subject.setdefault(one.subject_id, set()).update(one.categories)
    for number, category in bulk.fetch_in(
        connection, (holding.c.subject_id, holding.c.category), holding.c.subject_id, numbers
    ):
        if category in by_subject[number]:
            left.add(number)
    placements = {number: one.subject_id for one in erased for number in one.placements}
    for (number,) in bulk.fetch_in(
        connection, (placement.c.id,), placement.c.id, sorted(placements)
    ):
        left.add(placements[number])
    return sorted(left)


def _with_cases(erased: Iterable[Erased]) -> list[int]:
    return [one.subject_id for one in erased if one.cases]


def _having(
    connection: Connection, table: Table, column: Column[Any], subjects: Sequence[int]
) -> set[int]:
    return {row[0] for row in bulk.fetch_in(connection, (column,), column, subjects)}


def digests_of(connection: Connection, subjects: Iterable[int]) -> dict[int, list[str]]:
    """Keyed digests (hexadecimal) of these people's identity numbers."""
    found: dict[int, list[str]] = {}
    for number, digest in bulk.fetch_in(
        connection,
        (blind_index.c.subject_id, blind_index.c.digest),
        blind_index.c.subject_id,
        sorted(subjects),
        also={blind_index.c.kind: NATIONAL_ID},
    ):
        found.setdefault(number, []).append(bytes(digest).hex())
    return found


def _shred_later(connection: Connection, numbers: Sequence[int]) -> None:
    rows = [(number,) for number in numbers]
    bulk.upsert_rows(connection, shredding, ("holding_id",), rows, update=())


def known_by_digest(connection: Connection, digests: Iterable[str]) -> dict[str, int]:
    """Keyed digest (hexadecimal) of an identity number → who has it; only what one person has."""
    found: dict[str, set[int]] = {}
    for number, digest in bulk.fetch_in(
        connection,
        (blind_index.c.subject_id, blind_index.c.digest),
        blind_index.c.digest,
        sorted(bytes.fromhex(digest) for digest in digests),
        also={blind_index.c.kind: NATIONAL_ID},
    ):
        found.setdefault(bytes(digest).hex(), set()).add(number)
    return {digest: people.pop() for digest, people in found.items() if len(people) == 1}


_AT_ONCE: Final = 5_000


def _parts(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]
