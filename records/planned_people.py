"""Whom plans speak of: what is under way about somebody, and what was said about them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from lifecycle.plan import ERASURES, ItemState, PlanState
from lifecycle.retention.facts import Verdict
from records import bulk, came_back, plans
from records.tables import plan, plan_item


class Going(NamedTuple):
    """Something that goes by a plan and is not proven yet."""

    plan: int
    subject_id: int
    placement_id: int
    system: str
    rule: str
    not_before: str
    """The local date (ISO) it waits for; "" where it waits for none, or has begun."""


def going(
    connection: Connection, *, controller: str, states: Collection[PlanState], cases: str
) -> list[Going]:
    """What goes by the erasures in these states and is neither proven nor given up.

    Of the case system (`cases`) also what is proven while the rest of its plan waits: that its
    cases are nobody's any more is noted last of all.
    """
    unfinished = [str(s) for s in (ItemState.PLANNED, ItemState.INTENDED, ItemState.ACTED)]
    nobodys = and_(
        plan_item.c.system == cases,
        plan_item.c.state == str(ItemState.PROVEN),
        plan_item.c.answer != came_back.CAME_BACK,
    )
    rows = connection.execute(
        select(
            plan_item.c.plan_id,
            plan_item.c.subject_id,
            plan_item.c.placement_id,
            plan_item.c.system,
            plan_item.c.rule,
            plan_item.c.ripe_on,
            plan_item.c.state,
        )
        .join(plan, plan.c.id == plan_item.c.plan_id)
        .where(
            plan.c.controller == controller,
            plan.c.state.in_([str(state) for state in states]),
            plan.c.kind.in_([str(kind) for kind in ERASURES]),
            or_(plan_item.c.state.in_(unfinished), nobodys),
        )
    )
    return [
        Going(
            row.plan_id,
            row.subject_id,
            row.placement_id,
            row.system,
            row.rule,
            row.ripe_on or "" if row.state == ItemState.PLANNED else "",
        )
        for row in rows
    ]


def on_plans(
    connection: Connection, *, controller: str, subjects: Collection[int]
) -> dict[int, list[int]]:
    """Person → the erasures, drawn up, approved or begun, that something of theirs still goes by;
    the oldest first."""
    states = (PlanState.DRAWN, PlanState.APPROVED, PlanState.EXECUTING)
    unfinished = (ItemState.PLANNED, ItemState.INTENDED, ItemState.ACTED)
    rows = connection.execute(
        # PostgreSQL sorts distinct rows by what is selected only.
        select(plan_item.c.subject_id, plan.c.id, plan.c.created_at)
        .join(plan, plan.c.id == plan_item.c.plan_id)
        .where(
            plan.c.controller == controller,
            plan.c.state.in_([str(one) for one in states]),
            plan.c.kind.in_([str(kind) for kind in ERASURES]),
            plan_item.c.verdict == str(Verdict.GO),
            plan_item.c.state.in_([str(one) for one in unfinished]),
            plan_item.c.subject_id.in_(sorted(set(subjects))),
        )
        .distinct()
        .order_by(plan.c.created_at, plan.c.id)
    )
    found: dict[int, list[int]] = {}
    for person, number, _ in rows:
        found.setdefault(person, []).append(number)
    return found


def being_erased(
    connection: Connection, *, controller: str, subjects: Collection[int]
) -> set[tuple[int, int, str, str]]:
    """(person, placement, system, category) of what an erasure that has begun takes of these
    people, and is not proven yet."""
    begun = set(
        connection.execute(
            select(plan.c.id).where(
                plan.c.controller == controller,
                plan.c.state == str(PlanState.EXECUTING),
                plan.c.kind.in_([str(kind) for kind in ERASURES]),
            )
        ).scalars()
    )
    if not begun:
        return set()
    columns = (
        plan_item.c.plan_id,
        plan_item.c.subject_id,
        plan_item.c.placement_id,
        plan_item.c.system,
        plan_item.c.categories,
        plan_item.c.state,
    )
    rows = bulk.fetch_in(
        connection,
        columns,
        plan_item.c.subject_id,
        sorted(set(subjects)),
        also={plan_item.c.verdict: str(Verdict.GO)},
    )
    unfinished = {str(ItemState.PLANNED), str(ItemState.INTENDED), str(ItemState.ACTED)}
    return {
        (person, placement, system, category)
        for number, person, placement, system, categories, state in rows
        if number in begun and state in unfinished
        for category in categories.split()
    }


def mentions(
    connection: Connection, *, controller: str, subject: int
) -> list[tuple[plans.Plan, plans.StoredItem]]:
    """Every item of every erasure about one person, the newest plan first."""
    rows = connection.execute(
        plans.select_items()
        .add_columns(plan_item.c.plan_id)
        .join(plan, plan.c.id == plan_item.c.plan_id)
        .where(
            plan_item.c.subject_id == subject,
            plan.c.controller == controller,
            plan.c.kind.in_([str(kind) for kind in ERASURES]),
        )
        .order_by(plan.c.created_at.desc(), plan.c.id.desc(), plan_item.c.number)
    ).all()
    of = {row[-1] for row in rows}
    known = {
        row.id: plans.plan_of(row)
        for row in connection.execute(select(plan).where(plan.c.id.in_(of)))
    }
    return [(known[row[-1]], plans.stored(row)) for row in rows]
