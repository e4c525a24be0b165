"""Parents and relatives go along with the one they are known through (H-84)."""

from __future__ import annotations

from sqlalchemy import Connection, exists, select

from records.tables import relation


def known_only_through(connection: Connection, person: int) -> list[int]:
    """The people who are known because of `person` and of nobody else, sorted.

    A parent whose other child is here as well is not among them.
    """
    others = relation.alias("others")
    rows = connection.execute(
        select(relation.c.subject_id)
        .where(
            relation.c.to_id == person,
            ~exists().where(others.c.subject_id == relation.c.subject_id, others.c.to_id != person),
        )
        .order_by(relation.c.subject_id)
    )
    return list(rows.scalars())
