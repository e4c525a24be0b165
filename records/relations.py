"""Who is known only because of whom: parents and other relatives, and their pupils (H-84)."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, text

from records import bulk
from records.scope import pairs_of
from records.tables import relation, subject

Pair = tuple[int, int]
"""(who is known, because of whom)"""


def add(connection: Connection, pairs: Iterable[Pair]) -> None:
    """Note relations; those that are known stay."""
    rows = sorted({pair for pair in pairs if pair[0] != pair[1]})
    bulk.upsert_rows(connection, relation, ("subject_id", "to_id"), rows, update=())


def of_controller(connection: Connection, *, controller: str) -> set[Pair]:
    """Every relation between the controller's people."""
    rows = connection.execute(
        select(relation.c.subject_id, relation.c.to_id)
        .join(subject, subject.c.id == relation.c.subject_id)
        .where(subject.c.controller == controller)
    )
    return {(row[0], row[1]) for row in rows}


def known_because_of(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Who is known because of these people."""
    return {
        number
        for (number,) in bulk.fetch_in(
            connection, (relation.c.subject_id,), relation.c.to_id, numbers
        )
    }


def known_through(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Because of whom these people are known."""
    return {
        number
        for (number,) in bulk.fetch_in(
            connection, (relation.c.to_id,), relation.c.subject_id, numbers
        )
    }


def remove(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Forget relations that no system tells of any more."""
    if pairs:
        chosen, parameters = pairs_of(connection, sorted(pairs))
        connection.execute(
            text(f"DELETE FROM relation WHERE (subject_id, to_id) IN ({chosen})"), parameters
        )
