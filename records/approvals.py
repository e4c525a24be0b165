"""An approval is one officer's yes or no to exactly the plan with that hash, and no one's twice."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from lifecycle.approval import Approver, Decision, Given
from records import bulk
from records.tables import approval, officer, plan, plan_item


class PlanLine(NamedTuple):
    """What a plan says about one system, summed up for whoever decides."""

    system: str
    verdict: str
    action: str
    items: int
    people: int
    first_last_day: str | None
    """The earliest last day of these items."""


def summary(connection: Connection, plan_id: int) -> list[PlanLine]:
    """A plan in numbers: system by system, what goes and what stays."""
    which = (plan_item.c.system, plan_item.c.verdict, plan_item.c.action)
    rows = connection.execute(
        select(
            *which,
            func.count(),
            func.count(plan_item.c.subject_id.distinct()),
            func.min(plan_item.c.last_day),
        )
        .where(plan_item.c.plan_id == plan_id)
        .group_by(*which)
        .order_by(*which)
    )
    return [PlanLine(*row) for row in rows]


def lock_plan(connection: Connection, number: int) -> None:
    """Nobody else decides on this plan before the transaction ends: of two who agree at the same
    moment the second one sees the first."""
    connection.execute(select(plan.c.id).where(plan.c.id == number).with_for_update()).all()


def note(
    connection: Connection,
    *,
    plan_id: int,
    officer_id: int,
    role: str,
    decision: Decision,
    plan_hash: str,
    at: str,
) -> None:
    """Write down a decision; it takes the place of an earlier one of the same officer, which
    does not count any more."""
    bulk.upsert_rows(
        connection,
        approval,
        ("plan_id", "officer_id", "role", "decision", "plan_hash", "decided_at"),
        [(plan_id, officer_id, role, str(decision), plan_hash, at)],
    )


def given_to(connection: Connection, plan_id: int) -> list[Given]:
    """The approvals of a plan by officers who are officers still, with the roles they have
    today, oldest first."""
    rows = connection.execute(
        select(
            officer.c.id,
            officer.c.handle,
            officer.c.roles,
            approval.c.plan_hash,
            approval.c.decided_at,
        )
        .join(officer, officer.c.id == approval.c.officer_id)
        .where(
            approval.c.plan_id == plan_id,
            approval.c.decision == str(Decision.APPROVE),
            officer.c.removed_at.is_(None),
        )
        .order_by(approval.c.decided_at, officer.c.id)
    )
    return [
        Given(
            Approver(number, handle, frozenset(roles.split())),
            plan_hash,
            datetime.fromisoformat(decided_at),
        )
        for number, handle, roles, plan_hash, decided_at in rows
    ]


def deciders(connection: Connection, plan_id: int, *, plan_hash: str) -> frozenset[int]:
    """Who approved exactly that plan, officers still or not."""
    found = connection.execute(
        select(approval.c.officer_id).where(
            approval.c.plan_id == plan_id,
            approval.c.decision == str(Decision.APPROVE),
            approval.c.plan_hash == plan_hash,
        )
    )
    return frozenset(found.scalars())


class Decided(NamedTuple):
    """One decision as it was taken, whoever is an officer today."""

    officer_id: int
    role: str
    decision: str
    decided_at: str


def of_plan(connection: Connection, plan_id: int) -> list[Decided]:
    """Every decision on a plan, oldest first."""
    c = approval.c
    rows = connection.execute(
        select(c.officer_id, c.role, c.decision, c.decided_at)
        .where(c.plan_id == plan_id)
        .order_by(c.decided_at, c.officer_id)
    )
    return [Decided(*row) for row in rows]
