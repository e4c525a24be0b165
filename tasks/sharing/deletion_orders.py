"""Whom no letter of ours reaches a person asks to delete, on a work order, with the text of the
letter (A-69 b)."""

from __future__ import annotations

from typing import Final

from lifecycle.bindings.hand_over import ManualChannel
from lifecycle.errors import Misconfigured
from lifecycle.retention.calendar import add_period
from records import disclosures, work_orders
from records.disclosures import Disclosure
from records.engines import reading
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.sharing.parcels import content_ref, deletion_text
from tasks.telling.orders import EVERY, Rule
from tasks.work_orders.ordering import close_noted, open_noted

ASK: Final = "deletion"
"""What such an order is about, and under what it is known within its disclosure."""
_EVIDENCE: Final = "told"


def is_deletion(order: WorkOrder) -> bool:
    """Whether somebody asks a recipient to delete by that order."""
    return order.system == ASK


def rule_of(house: House, order: WorkOrder) -> Rule:
    """Who asks whom, in which words. Raises `Misconfigured`: `channel_not_bound`,
    `contact_not_bound`."""
    with reading(house.engine) as connection:
        disclosure = disclosures.get(
            connection, controller=house.controller, number=order.plan_number
        )
    terms = disclosure.terms
    _, text = deletion_text(house, disclosure, about=content_ref(disclosure))
    how = (
        f"{terms.recipient}, {terms.contact}: “{' '.join(text.split())}” "
        f"→ gallra share confirm {disclosure.ref} --deleted --by HANDLE"
    )
    return Rule(order.role, how, _EVIDENCE, EVERY)


def open_order(house: House, work: UnitOfWork, disclosure: Disclosure) -> None:
    """Open the order, once, within the caller's transaction; its role is that of who handed it
    over. Where no way of it is a person's the to-do stands alone."""
    by_hand = _by_hand(house, disclosure)
    if by_hand is None:
        return
    open_noted(
        house,
        work,
        plan_number=disclosure.number,
        place=ASK,
        role=by_hand.role,
        due_on=add_period(local_today(house), by_hand.within).isoformat(),
        facts={"plan": disclosure.ref, "system": ASK, "what": ASK},
    )


def close_open(house: House, work: UnitOfWork, disclosure: Disclosure, *, by: str) -> None:
    """The recipient has confirmed that it is deleted: the order is over, within the caller's
    transaction."""
    for order in work_orders.of_plan(work.connection, disclosure.number):
        if is_deletion(order):
            close_noted(house, work, order, by=by, evidence=_EVIDENCE)


def _by_hand(house: House, disclosure: Disclosure) -> ManualChannel | None:
    """The order of whoever handed over the file, else of whoever told the password."""
    for name in (disclosure.terms.channel, disclosure.terms.password_by):
        try:
            found = house.doors.door(name).by_hand
        except Misconfigured:
            continue
        if found is not None:
            return found
    return None
