"""Whoever decides on a plan sees what is in it, in numbers, and the hash that they agree to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lifecycle import approval
from lifecycle.references import PLAN, from_reference
from records import approvals, plans
from records.approvals import PlanLine
from records.engines import reading
from tasks.house.parts import House


class PlanShown(NamedTuple):
    """A plan as an officer sees it before deciding."""

    ref: str
    kind: str
    state: str
    as_of: str
    hash: str
    needed: int
    given: int
    """Approvals that count now."""
    counts: Mapping[str, int]
    lines: Sequence[PlanLine]


def show_plan(house: House, ref: str) -> PlanShown:
    """What stands in the plan `P-…`. Raises `Refused("plan_unknown")`."""
    number = from_reference(PLAN, ref)
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=number)
        given = approvals.given_to(connection, number)
        lines = approvals.summary(connection, number)
    counting = approval.counting(
        given,
        plan_hash=plan.hash,
        created_by=plan.created_by,
        now=house.now(),
        valid_for=house.policy.approvals.valid_for.exact,
    )
    return PlanShown(
        ref=plan.ref,
        kind=str(plan.kind),
        state=str(plan.state),
        as_of=plan.as_of.isoformat(),
        hash=plan.hash,
        needed=plan.approvals,
        given=len(counting),
        counts=plan.counts,
        lines=lines,
    )
