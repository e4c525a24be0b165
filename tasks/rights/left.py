"""Before a request is answered with yes, what was begun for it is done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from lifecycle.plan import PlanState
from lifecycle.references import PLAN, from_reference
from records import plans, work_orders
from records.rights import Done, Request
from tasks.house.parts import House


def is_left(house: House, connection: Connection, request: Request, done: Sequence[Done]) -> bool:
    """Whether somebody or some run has still to do something for that request.

    `done`: what was carried out. An erasure is done when the last plan drawn up for it is proven.
    """
    orders = work_orders.of_plan(connection, request.number)
    if any(order.state in {"open", "done"} for order in orders):
        return True
    drawn = [one.ref for one in done if one.ref.startswith(f"{PLAN}-")]
    if not drawn:
        return False
    plan = plans.get(
        connection, controller=house.controller, number=from_reference(PLAN, drawn[-1])
    )
    return plan.state is not PlanState.PROVEN
