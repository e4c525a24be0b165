"""A work order is opened, done and withdrawn together with what the ledger says of it."""

from __future__ import annotations

from collections.abc import Mapping

from lifecycle.ledger import EventKind
from lifecycle.references import WORK_ORDER, new_id, to_reference
from records import work_orders
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house.parts import House


def open_noted(
    house: House,
    work: UnitOfWork,
    *,
    place: str,
    role: str,
    due_on: str,
    facts: Mapping[str, str],
    items: int = 1,
    plan_number: int | None = None,
    number: int | None = None,
    sealed: bytes | None = None,
) -> int:
    """Open the order for a place and note it, within the caller's transaction.

    `due_on`: a local date, "" for none; `facts`: what the ledger says besides the role and that
    date; `plan_number`: the plan or request it belongs to, without one it is of no plan: of itself,
    which is nobody else's number; `number`: where the caller has sealed a slip under it. Returns
    its number; 0 where the place has its order already, which stays.
    """
    if number is None:
        number = new_id()
    opened = work_orders.open_order(
        work.connection,
        controller=house.controller,
        number=number,
        plan_number=number if plan_number is None else plan_number,
        system=place,
        role=role,
        items=items,
        at=house.at(),
        due_on=due_on,
        sealed=sealed,
    )
    if not opened:
        return 0
    last_day = {"due_on": due_on} if due_on else {}
    work.record(
        EventKind.WORK_ORDER_OPENED,
        ref=to_reference(WORK_ORDER, number),
        found=items,
        facts={**facts, "role": role, **last_day},
    )
    return number


def close_noted(
    house: House, work: UnitOfWork, order: WorkOrder, *, by: str, evidence: str
) -> None:
    """What it asked for has been done and `by` answers for it: done and confirmed in one, within
    the caller's transaction. An order that is not open stays as it is."""
    if order.state != "open":
        return
    ref, at = to_reference(WORK_ORDER, order.number), house.at()
    work_orders.note_done(work.connection, order.number, by=by, evidence=evidence, at=at)
    work_orders.note_confirmed(work.connection, order.number, by=by, at=at)
    done = {"officer": by, "evidence": evidence}
    work.record(EventKind.WORK_ORDER_DONE, ref=ref, expected=1, acted=1, facts=done)
    work.record(
        EventKind.WORK_ORDER_CONFIRMED, ref=ref, expected=1, verified=1, facts={"officer": by}
    )


def withdraw_noted(
    house: House, work: UnitOfWork, order: WorkOrder, *, facts: Mapping[str, str], dropped: int = 1
) -> None:
    """Nobody is to do it any more, within the caller's transaction; `dropped`: its people or
    things. An order that is not open stays as it is."""
    if order.state != "open":
        return
    work_orders.withdraw(work.connection, order.number, at=house.at())
    work.record(
        EventKind.WORK_ORDER_WITHDRAWN,
        ref=to_reference(WORK_ORDER, order.number),
        facts=dict(facts),
        dropped=dropped,
        left=0,
    )
