"""What the records say of the time gone by: promises kept in time and too late, work that was open
(art. 5(2))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from lifecycle.plan import ItemState
from lifecycle.retention.facts import Verdict
from records.tables import disclosure, plan, plan_item, work_order


class Kept(NamedTuple):
    """Something with a last day, and the day on which it was done."""

    last_day: date
    done_on: date


def erased(connection: Connection, *, controller: str, since: date) -> Iterator[Kept]:
    """Items of erasure plans that were proven gone since that day, each with its last day."""
    rows = connection.execute(
        select(plan_item.c.last_day, plan_item.c.proven_at)
        .join(plan, plan.c.id == plan_item.c.plan_id)
        .where(
            plan.c.controller == controller,
            plan_item.c.verdict == str(Verdict.GO),
            plan_item.c.state == str(ItemState.PROVEN),
            plan_item.c.last_day.is_not(None),
            plan_item.c.proven_at >= since.isoformat(),
        )
    )
    return (Kept(date.fromisoformat(last), _day(at)) for last, at in rows)


def ended_disclosures(connection: Connection, *, controller: str, since: date) -> Iterator[Kept]:
    """Disclosures that ended since that day, each with the recipient's last day."""
    rows = connection.execute(
        select(disclosure.c.until_on, disclosure.c.ended_at).where(
            disclosure.c.controller == controller,
            disclosure.c.sent_at.is_not(None),
            disclosure.c.ended_at >= since.isoformat(),
        )
    )
    return (Kept(date.fromisoformat(until), _day(at)) for until, at in rows)


def days_out(connection: Connection, *, controller: str, since: date) -> Iterator[Kept]:
    """Disclosures that ended since that day; in place of a last day the day on which each left."""
    rows = connection.execute(
        select(disclosure.c.sent_at, disclosure.c.ended_at).where(
            disclosure.c.controller == controller,
            disclosure.c.sent_at.is_not(None),
            disclosure.c.ended_at >= since.isoformat(),
        )
    )
    return (Kept(_day(sent), _day(ended)) for sent, ended in rows)


def finished_orders(connection: Connection, *, controller: str, since: date) -> Iterator[Kept]:
    """Work orders with a last day that somebody finished since that day."""
    rows = connection.execute(
        select(work_order.c.due_on, work_order.c.confirmed_at).where(
            work_order.c.controller == controller,
            work_order.c.due_on != "",
            work_order.c.done_at.is_not(None),
            work_order.c.confirmed_at >= since.isoformat(),
        )
    )
    return (Kept(date.fromisoformat(due), _day(at)) for due, at in rows)


def open_orders_at(connection: Connection, *, controller: str, ends: list[date]) -> dict[date, int]:
    """How many work orders were open at the end of each of these days."""
    rows = connection.execute(
        select(work_order.c.opened_at, work_order.c.confirmed_at).where(
            work_order.c.controller == controller
        )
    ).all()
    found: Counter[date] = Counter()
    for opened, closed in rows:
        for end in ends:
            if _day(opened) <= end and (closed is None or _day(closed) > end):
                found[end] += 1
    return {end: found[end] for end in ends}


def _day(instant: str) -> date:
    return date.fromisoformat(instant[:10])
