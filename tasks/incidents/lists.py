"""Whom to tell is a list that the operations manager and the data protection officer agree to
(A-30): a plan of its own kind, approved as every plan is."""

from __future__ import annotations

from typing import Final

from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from records import plans
from records.incidents import Incident
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House

OVERTAKEN: Final = "incident_decided_anew"
"""Why a list is void: by the newest decision nobody is told, or others are."""
_OPEN: Final = frozenset({PlanState.DRAWN, PlanState.APPROVED})


def void_list(house: House, work: UnitOfWork, one: Incident, *, reason: str = OVERTAKEN) -> None:
    """The list that stands is void, within the caller's transaction; nobody is told by it."""
    if not one.plan_id:
        return
    plan = plans.get(work.connection, controller=house.controller, number=one.plan_id)
    if plan.state in _OPEN:
        plans.set_state(
            work.connection,
            plan.number,
            was=plan.state,
            to=PlanState.VOID,
            closed_at=house.at(),
        )
        work.record(EventKind.PLAN_VOID, ref=plan.ref, facts={"reason": reason, "hash": plan.hash})
