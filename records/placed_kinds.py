"""As what people stand in outer systems, and with which data: so that nothing is without a rule."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from records.tables import placement


class PlacedKind(NamedTuple):
    """Records of one system that look alike to a rule."""

    system: str
    kind: str
    categories: tuple[str, ...]
    records: int


def placed_kinds(connection: Connection, *, controller: str) -> list[PlacedKind]:
    """Every system, kind and set of categories that occurs, with how many records; sorted."""
    rows = connection.execute(
        select(placement.c.system, placement.c.kind, placement.c.categories, func.count())
        .where(placement.c.controller == controller)
        .group_by(placement.c.system, placement.c.kind, placement.c.categories)
        .order_by(placement.c.system, placement.c.kind, placement.c.categories)
    )
    return [PlacedKind(row[0], row[1], tuple(row[2].split()), row[3]) for row in rows]
