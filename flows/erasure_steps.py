"""The steps of erasure under Prefect: given a controller or a plan's reference, never a person.

What deletes, and what may send a mail, is never retried by Prefect: rerun the run.
"""

from __future__ import annotations

from typing import NamedTuple

from flows import approval_form, turns
from flows.calling_in import calling_in
from flows.parameters import Controller, PlanReference
from flows.steps import step
from lifecycle.approval import Decision
from lifecycle.errors import Refused
from lifecycle.plan import PlanKind
from tasks.erasing import due_plans, execution, inventory
from tasks.erasing.due_plans import Due
from tasks.erasing.execution import Outcome
from tasks.erasing.inventory_look import SystemCount
from tasks.house.wiring import open_house
from tasks.officers.approvals import approve
from tasks.watching import follow_up
from tasks.watching.follow_up import ToAct
from tasks.work_orders import orders as work_orders


class Heard(NamedTuple):
    """What came of the answers."""

    refusal: str
    """The reason code for which the last one was not taken; "" without one."""
    declined: bool


@step("hear what was answered", minutes=10, tags={"approval"}, tried_again=False)
def hear_answers(controller: Controller) -> Heard:
    """Hand what was typed in this run's forms to the executor, once."""
    refusal, declined = "", False
    with open_house(controller) as house:
        for answer in approval_form.taken():
            if answer is None:
                refusal = approval_form.MALFORMED
            elif answer.decides:
                try:
                    approve(house, answer.plan, officer=answer.officer, code=answer.code,
                            decision=answer.decision, reason=answer.reason,
                            received_at=answer.received_at)  # fmt: skip
                    declined = answer.decision == Decision.DECLINE
                except Refused as refused:
                    refusal = refused.code
    return Heard(refusal, declined)


@step("ask every system", minutes=240, tags={"inventory"}, tried_again=True)
def take_inventory(controller: Controller) -> dict[str, SystemCount]:
    """Whom every bound system holds, and since when; counts by system."""
    with open_house(controller, turns=turns.at) as house:
        return inventory.take_inventory(house)


@step("draw up the plan", minutes=60, tags={"planning"}, tried_again=True)
def draw_plan(controller: Controller, kind: PlanKind) -> Due:
    """What is due, as a plan; the one that waits already, if it still says the same."""
    with open_house(controller) as house:
        return due_plans.take_up(house, kind)


@step("find what is agreed", minutes=10, tags={"planning"}, tried_again=True)
def agreed_plans(controller: Controller) -> list[PlanReference]:
    """The plans that may go on now: under way, or approved."""
    with open_house(controller) as house:
        return [PlanReference(ref) for ref in due_plans.agreed(house)]


@step("is it open to decide", minutes=10, tags={"planning"}, tried_again=True)
def is_open_to_decide(controller: Controller, ref: PlanReference) -> bool:
    """Whether anybody can still say yes or no to that plan."""
    with open_house(controller) as house:
        return due_plans.is_open_to_decide(house, ref)


@step("carry out a plan", minutes=300, tags={"deletes"}, tried_again=False)
def carry_out(controller: Controller, ref: PlanReference) -> Outcome:
    """As far as it may and can go now; each item is judged anew, and read back."""
    with open_house(controller, call_in=calling_in(controller), turns=turns.at) as house:
        return execution.execute(house, ref)


@step("remind of work orders", minutes=10, tags={"work-orders"}, tried_again=False)
def remind(controller: Controller) -> int:
    """Write about every work order whose reminder is due; how many."""
    with open_house(controller) as house:
        return work_orders.remind(house)


@step("see what is left", minutes=10, tags={"work-orders"}, tried_again=False)
def what_is_left(controller: Controller) -> list[ToAct]:
    """Who must act on what; what is late or overdue becomes an alarm."""
    with open_house(controller) as house:
        return follow_up.what_is_left(house)
