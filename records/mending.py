"""Which work order mends which finding: each stands on one, until that is finished and it is there
all the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, or_, select, update

from records.findings import CLEARED
from records.tables import finding, work_order

_c = finding.c
_AT_ONCE: Final = 500


class ToMend(NamedTuple):
    """A finding on no open order."""

    number: int
    sign: str
    rule: str
    state: str


class OnOrder(NamedTuple):
    """A finding on an order, and where it is, sealed."""

    number: int
    sign: str
    rule: str
    sealed: bytes


def to_mend(connection: Connection, *, controller: str, place: str, told_at: str) -> list[ToMend]:
    """What stands at a place and is on no order, or on one that was finished before it was seen
    there (`told_at`, UTC): then whoever said that it was mended was wrong, and it is mended anew.
    """
    rows = connection.execute(
        select(_c.id, _c.sign, _c.rule, _c.state)
        .outerjoin(work_order, work_order.c.id == _c.order_id)
        .where(
            _c.controller == controller,
            _c.place == place,
            _c.state != CLEARED,
            or_(work_order.c.id.is_(None), work_order.c.confirmed_at <= told_at),
        )
        .order_by(_c.first_seen_at, _c.id)
    )
    return [ToMend(*row) for row in rows]


def put_on_order(connection: Connection, numbers: Collection[int], *, order: int) -> None:
    """These findings are mended by that order."""
    every = list(numbers)
    for start in range(0, len(every), _AT_ONCE):
        connection.execute(
            update(finding).where(_c.id.in_(every[start : start + _AT_ONCE])).values(order_id=order)
        )


def on_order(connection: Connection, order: int) -> list[OnOrder]:
    """What of an order stands still, oldest first."""
    rows = connection.execute(
        select(_c.id, _c.sign, _c.rule, _c.sealed)
        .where(_c.order_id == order, _c.state != CLEARED, _c.sealed.is_not(None))
        .order_by(_c.first_seen_at, _c.id)
    )
    return [OnOrder(row[0], row[1], row[2], bytes(row[3])) for row in rows]


def standing_of(connection: Connection, *, controller: str) -> Mapping[int, int]:
    """Order → how many of its findings stand still; an order of which none does is left out."""
    rows = connection.execute(
        select(_c.order_id, func.count())
        .where(_c.controller == controller, _c.state != CLEARED, _c.order_id != 0)
        .group_by(_c.order_id)
    )
    return {row[0]: row[1] for row in rows}
