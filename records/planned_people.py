"""Whom plans speak of: what is under way about somebody, and what was said about them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, select

from lifecycle.plan import ERASURES, ItemState, PlanState
from records import plans
from records.tables import plan, plan_item


class Going(NamedTuple):
    """Something that goes by a plan and is not proven yet."""

    plan: int
    subject_id: int
    placement_id: int
    system: str
    rule: str


def going(connection: Connection, *, controller: str, states: Collection[PlanState]) -> list[Going]:
    """What goes by the erasures in these states and is neither proven nor given up."""
    unfinished = (ItemState.PLANNED, ItemState.INTENDED, ItemState.ACTED)
    rows = connection.execute(
        select(
            plan_item.c.plan_id,
            plan_item.c.subject_id,
            plan_item.c.placement_id,
            plan_item.c.system,
            plan_item.c.rule,
        )
        .join(plan, plan.c.id == plan_item.c.plan_id)
        .where(
            plan.c.controller == controller,
            plan.c.state.in_([str(state) for state in states]),
            plan.c.kind.in_([str(kind) for kind in ERASURES]),
            plan_item.c.state.in_([str(state) for state in unfinished]),
        )
    )
    return [Going(*row) for row in rows]


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
