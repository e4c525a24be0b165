"""What a legal hold keeps is not erased; a hold has a reason, somebody who decided, and a day on
which it is looked at again (A-73, A-74)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, func, insert, select, update

from lifecycle.errors import Refused
from records import bulk
from records.tables import held, legal_hold, subject

EVERYTHING: Final = "*"
"""In place of a category: all that there is about the person, now and later."""


class Hold(NamedTuple):
    """A legal hold, without whom it is about."""

    id: int
    reason: str
    decided_by: str
    """The officer's reference, `O-…`."""
    placed_at: str
    review_on: str
    released_at: str | None
    released_by: str | None
    people: int
    """How many people it is about."""


def place(
    connection: Connection,
    *,
    number: int,
    controller: str,
    reason: str,
    decided_by: str,
    placed_at: str,
    review_on: str,
    subjects: Iterable[int],
    categories: Iterable[str],
) -> None:
    """Hold every one of `categories` (or `*`) of every one of `subjects`."""
    connection.execute(
        insert(legal_hold).values(
            id=number,
            controller=controller,
            reason=reason,
            decided_by=decided_by,
            placed_at=placed_at,
            review_on=review_on,
        )
    )
    words = sorted(set(categories))
    bulk.insert_rows(
        connection,
        held,
        ("hold_id", "subject_id", "category"),
        ((number, person, word) for person in sorted(set(subjects)) for word in words),
    )


def place_again(
    connection: Connection,
    *,
    number: int,
    controller: str,
    reason: str,
    decided_by: str,
    placed_at: str,
    review_on: str,
    subject: int,
    category: str,
) -> None:
    """The same after a restore, for one category of one person; what is there stays."""
    bulk.upsert_rows(
        connection,
        legal_hold,
        ("id", "controller", "reason", "decided_by", "placed_at", "review_on"),
        [(number, controller, reason, decided_by, placed_at, review_on)],
        update=(),
    )
    bulk.upsert_rows(
        connection,
        held,
        ("hold_id", "subject_id", "category"),
        [(number, subject, category)],
        update=(),
    )


def release(connection: Connection, number: int, *, at: str, by: str) -> None:
    """Let go of what a hold keeps. Raises `Refused("hold_released")` when that was done."""
    changed = connection.execute(
        update(legal_hold)
        .where(legal_hold.c.id == number, legal_hold.c.released_at.is_(None))
        .values(released_at=at, released_by=by)
    )
    if changed.rowcount != 1:
        raise Refused("hold_released")


def set_review(connection: Connection, number: int, *, review_on: str) -> None:
    """Look at a standing hold again on that day. Raises `Refused("hold_released")`."""
    changed = connection.execute(
        update(legal_hold)
        .where(legal_hold.c.id == number, legal_hold.c.released_at.is_(None))
        .values(review_on=review_on)
    )
    if changed.rowcount != 1:
        raise Refused("hold_released")


def get(connection: Connection, *, controller: str, number: int) -> Hold:
    """That hold, released or not. Raises `Refused("hold_unknown")`."""
    row = connection.execute(
        _holds().where(legal_hold.c.controller == controller, legal_hold.c.id == number)
    ).one_or_none()
    if row is None:
        raise Refused("hold_unknown")
    return Hold(*row)


def standing(connection: Connection, *, controller: str) -> list[Hold]:
    """The holds that are not released, oldest first."""
    rows = connection.execute(
        _holds()
        .where(legal_hold.c.controller == controller, legal_hold.c.released_at.is_(None))
        .order_by(legal_hold.c.placed_at, legal_hold.c.id)
    )
    return [Hold(*row) for row in rows]


def due_reviews(connection: Connection, *, controller: str, today: date) -> list[Hold]:
    """The standing holds whose review day is `today` or before."""
    return [
        hold
        for hold in standing(connection, controller=controller)
        if date.fromisoformat(hold.review_on) <= today
    ]


def held_categories(
    connection: Connection, *, controller: str, subjects: Iterable[int]
) -> dict[int, frozenset[str]]:
    """What is held of each of `subjects`; `*` stands for all. Who has nothing held is left out."""
    rows = list(
        bulk.fetch_in(
            connection,
            [held.c.subject_id, held.c.hold_id, held.c.category],
            held.c.subject_id,
            subjects,
        )
    )
    unreleased = {
        number
        for number, released_at in bulk.fetch_in(
            connection,
            [legal_hold.c.id, legal_hold.c.released_at],
            legal_hold.c.id,
            {row[1] for row in rows},
            also={legal_hold.c.controller: controller},
        )
        if released_at is None
    }
    found: dict[int, set[str]] = {}
    for person, hold, category in rows:
        if hold in unreleased:
            found.setdefault(person, set()).add(category)
    return {person: frozenset(words) for person, words in found.items()}


def categories_by_hold(connection: Connection, numbers: Iterable[int]) -> dict[int, frozenset[str]]:
    """The categories that each of these holds keeps."""
    found: dict[int, set[str]] = {}
    for number, category in bulk.fetch_in(
        connection, [held.c.hold_id, held.c.category], held.c.hold_id, numbers
    ):
        found.setdefault(number, set()).add(category)
    return {number: frozenset(words) for number, words in found.items()}


def on_person(
    connection: Connection, *, controller: str, subject: int
) -> list[tuple[Hold, frozenset[str]]]:
    """The standing holds that keep something of a person, with what each keeps of them."""
    rows = connection.execute(
        select(held.c.hold_id, held.c.category).where(held.c.subject_id == subject)
    )
    kept: dict[int, set[str]] = {}
    for number, category in rows:
        kept.setdefault(number, set()).add(category)
    return [
        (hold, frozenset(kept[hold.id]))
        for hold in standing(connection, controller=controller)
        if hold.id in kept
    ]


def known_subjects(
    connection: Connection, *, controller: str, numbers: Iterable[int]
) -> frozenset[int]:
    """Those of `numbers` that are people of this controller."""
    rows = bulk.fetch_in(
        connection, [subject.c.id], subject.c.id, numbers, also={subject.c.controller: controller}
    )
    return frozenset(row[0] for row in rows)


def _holds() -> Select[tuple[Any, ...]]:
    people = (
        select(func.count(held.c.subject_id.distinct()))
        .where(held.c.hold_id == legal_hold.c.id)
        .scalar_subquery()
    )
    return select(
        legal_hold.c.id,
        legal_hold.c.reason,
        legal_hold.c.decided_by,
        legal_hold.c.placed_at,
        legal_hold.c.review_on,
        legal_hold.c.released_at,
        legal_hold.c.released_by,
        people,
    )
