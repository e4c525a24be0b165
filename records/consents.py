"""Answers to the policy's questions are kept one by one, with the words they were given to, and
found again by person (A-46, A-55)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, select, update

from lifecycle.consent import Answer, Given
from lifecycle.errors import Changed
from records import bulk
from records.tables import consent, engagement, holding, placement, seen_event, shredding, subject
from records.vault import Vault

_c = consent.c
_COLUMNS: Final = (
    _c.id, _c.subject_id, _c.question, _c.category, _c.version, _c.started_on, _c.answer,
    _c.given_on, _c.giver, _c.evidence, _c.added_at, _c.decided_by, _c.withdrawn_on,
)  # fmt: skip


class Row(NamedTuple):
    """One answer on record."""

    number: int
    subject_id: int
    question: str
    category: str
    version: str
    started_on: str
    """ISO date; "": for all starts."""
    answer: str
    given_on: str
    giver: str
    evidence: str
    added_at: str
    decided_by: str
    withdrawn_on: str | None = None

    @property
    def given(self) -> Given:
        """As the rules read it."""
        return Given(
            question=self.question,
            version=self.version,
            start_on=date.fromisoformat(self.started_on) if self.started_on else None,
            answer=Answer(self.answer),
            given_on=date.fromisoformat(self.given_on),
            withdrawn_on=None
            if self.withdrawn_on is None
            else date.fromisoformat(self.withdrawn_on),
        )

    @property
    def same(self) -> tuple[int, str, str, str, str]:
        """Two rows that are equal in this say the same."""
        return self.subject_id, self.question, self.started_on, self.given_on, self.answer


def add(connection: Connection, *, controller: str, rows: Iterable[Row]) -> list[Row]:
    """Keep these answers; those that were not on record already, each once."""
    new = {row.same: row for row in rows}
    people = {row.subject_id for row in new.values()}
    for theirs in of_people(connection, controller=controller, subjects=people).values():
        for row in theirs:
            new.pop(row.same, None)
    bulk.insert_rows(
        connection,
        consent,
        ("controller", *(column.name for column in _COLUMNS)),
        [(controller, *row) for row in new.values()],
    )
    return list(new.values())


def of_people(
    connection: Connection, *, controller: str, subjects: Iterable[int]
) -> dict[int, list[Row]]:
    """The answers of these people, in the order in which they were written down."""
    found: dict[int, list[Row]] = {}
    rows = bulk.fetch_in(
        connection, _COLUMNS, _c.subject_id, sorted(set(subjects)), also={_c.controller: controller}
    )
    for row in sorted((Row(*one) for one in rows), key=lambda one: (one.added_at, one.number)):
        found.setdefault(row.subject_id, []).append(row)
    return found


def withdraw(connection: Connection, number: int, *, on: str, at: str, by: str) -> None:
    """It does not stand from that local day on. Raises `Changed("consent_changed")` when it was
    withdrawn before."""
    ended = connection.execute(
        update(consent)
        .where(_c.id == number, _c.withdrawn_on.is_(None))
        .values(withdrawn_on=on, ended_at=at, ended_by=by)
    )
    if ended.rowcount != 1:
        raise Changed("consent_changed")


def stored(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Which of these answers are on record."""
    return {row[0] for row in bulk.fetch_in(connection, (_c.id,), _c.id, sorted(set(numbers)))}


def numbers(connection: Connection, *, controller: str) -> set[int]:
    """Every answer that is on record, whether it was taken back or not."""
    return set(connection.execute(select(_c.id).where(_c.controller == controller)).scalars())


def standing(connection: Connection, numbers: Iterable[int]) -> list[int]:
    """Which of these answers are on record and were not taken back."""
    rows = bulk.fetch_in(connection, (_c.id, _c.withdrawn_on), _c.id, sorted(set(numbers)))
    return sorted(row[0] for row in rows if row[1] is None)


def everybody(connection: Connection, *, controller: str) -> set[int]:
    """Everybody who answered anything."""
    rows = connection.execute(select(_c.subject_id).where(_c.controller == controller).distinct())
    return set(rows.scalars())


class Asked(NamedTuple):
    """Somebody who may have to be asked."""

    kinds: frozenset[str]
    """As what the person stands anywhere: kinds of data subject."""
    starts: tuple[date, ...]
    """When the person's cases began."""


def people(
    connection: Connection,
    *,
    controller: str,
    case_kind: str | None,
    subjects: Sequence[int] | None,
) -> dict[int, Asked]:
    """As what these people (None: everybody) stand, and since when. `case_kind`: what a person of
    an imported case is."""
    kinds: dict[int, set[str]] = {}
    starts: dict[int, list[date]] = {}
    for number, kind in _of(connection, controller, subjects, subject, "id", "kind"):
        kinds.setdefault(number, set()).add(kind)
    for number, kind in _of(connection, controller, subjects, placement, "subject_id", "kind"):
        if number in kinds:
            kinds[number].add(kind)
    for number, on in _of(connection, controller, subjects, engagement, "subject_id", "started_on"):
        if number in kinds and case_kind is not None:
            kinds[number].add(case_kind)
            if on:
                starts.setdefault(number, []).append(date.fromisoformat(on))
    return {
        number: Asked(frozenset(names), tuple(starts.get(number, ())))
        for number, names in kinds.items()
    }


def _of(
    connection: Connection,
    controller: str,
    subjects: Sequence[int] | None,
    table: object,
    key: str,
    column: str,
) -> Iterable[tuple[int, str]]:
    c = table.c  # type: ignore[attr-defined]
    if subjects is None:
        query = select(c[key], c[column]).where(c.controller == controller, c[key] != 0)
        return [(row[0], row[1]) for row in connection.execute(query)]
    rows = bulk.fetch_in(
        connection, (c[key], c[column]), c[key], subjects, also={c.controller: controller}
    )
    return [(row[0], row[1]) for row in rows]


def set_events(
    connection: Connection, *, controller: str, dates: Mapping[tuple[int, str], str | None]
) -> None:
    """Write down when these events (person, event) happened here; None: not, or not any more."""
    bulk.upsert_rows(
        connection,
        seen_event,
        ("controller", "subject_id", "event", "on_date"),
        [(controller, person, event, on) for (person, event), on in sorted(dates.items())],
        key=("subject_id", "event"),
        update=("on_date",),
    )


def events_of(connection: Connection, subjects: Iterable[int]) -> dict[tuple[int, str], str]:
    """(person, event) → the day on which it happened here."""
    c = seen_event.c
    rows = bulk.fetch_in(connection, (c.subject_id, c.event, c.on_date), c.subject_id, subjects)
    return {(row[0], row[1]): row[2] for row in rows if row[2] is not None}


def put_proof(
    connection: Connection,
    vault: Vault,
    proofs: Mapping[tuple[int, str], bytes],
    *,
    numbers: Iterable[int],
) -> None:
    """What says who agreed to what (person, category → content) is held sealed like anything else
    about a person: extracts show it, and retention rules weed it.

    A changed one is replaced by a new one with a new key (`numbers`: one free number for each); the
    old key goes by `erasing.finish_shredding`.
    """
    c = holding.c
    rows = bulk.fetch_in(
        connection, (c.id, c.subject_id, c.category, c.digest), c.subject_id,
        sorted({person for person, _ in proofs}),
    )  # fmt: skip
    digests = {key: vault.holding_digest(*key, content) for key, content in proofs.items()}
    kept: set[tuple[int, str]] = set()
    dropped = []
    for number, person, category, digest in rows:
        if (person, category) in digests:
            if bytes(digest) == digests[person, category]:
                kept.add((person, category))
            else:
                dropped.append(number)
    free = iter(numbers)
    new = {next(free): key for key in sorted(proofs) if key not in kept}
    sealed = vault.seal([(number, *key, proofs[key]) for number, key in new.items()])
    # Keys first and durably, as an import does it.
    vault.persist_keys(sealed.keys)
    bulk.delete_in(connection, c.id, dropped)
    bulk.upsert_rows(connection, shredding, ("holding_id",), [(n,) for n in dropped], update=())
    bulk.insert_rows(
        connection,
        holding,
        ("id", "subject_id", "engagement_id", "category", "digest", "sealed"),
        [
            (number, key[0], None, key[1], digests[key], blob)
            for (number, key), blob in zip(new.items(), sealed.sealed, strict=True)
        ],
    )
