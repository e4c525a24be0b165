"""Whom no letter reaches a person tells: a work order to the role that the policy names (art. 19,
H-31)."""

from __future__ import annotations

from typing import Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.policy.sharing import Telling as TellingRule
from lifecycle.policy.values import Period
from lifecycle.references import TELLING, from_reference
from records import work_orders
from records.tellings import Telling
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house.parts import House
from tasks.telling.due import due_on
from tasks.work_orders.ordering import close_noted, open_noted

TELL: Final = "telling"
"""What such an order is about."""
_TOLD: Final = "told"
"""The evidence of an order that was closed with its telling."""


class Rule(NamedTuple):
    """Who tells recipients, how, and with which evidence."""

    role: str
    how: str
    evidence: str
    remind_every: Period
    second_person: bool = False


EVERY: Final = Period.parse("P7D")
"""As often as a recipient is asked to delete (A-69 b)."""


def rule_of(house: House) -> Rule:
    """What the policy says of it. Raises `Refused("work_order_without_rule")`."""
    rule = _rule(house)
    if rule is None:
        raise Refused("work_order_without_rule", ref=house.controller)
    return Rule(rule.role, rule.how, rule.evidence, EVERY)


def is_telling(order: WorkOrder) -> bool:
    """Whether somebody is told by that order."""
    return order.system.partition(" ")[0] == TELL


def telling_of(order: WorkOrder) -> int:
    """The telling of such an order. Raises `Refused("reference_malformed")`."""
    return from_reference(TELLING, order.system.partition(" ")[2])


def open_order(house: House, work: UnitOfWork, one: Telling) -> None:
    """Open the order, once, within the caller's transaction; none where the policy names nobody:
    the to-do stands all the same."""
    rule = _rule(house)
    if rule is None:
        return
    last_day = due_on(house, one)
    open_noted(
        house,
        work,
        plan_number=one.disclosure_id,
        place=f"{TELL} {one.ref}",
        role=rule.role,
        due_on="" if last_day is None else last_day.isoformat(),
        facts={"plan": one.disclosure, "system": TELL, "what": TELL, "telling": one.ref},
    )


def close_open(house: House, work: UnitOfWork, one: Telling, *, by: str) -> None:
    """They are told: its order is over, within the caller's transaction."""
    for order in work_orders.of_plan(work.connection, one.disclosure_id):
        if order.system == f"{TELL} {one.ref}":
            close_noted(house, work, order, by=by, evidence=_TOLD)


def _rule(house: House) -> TellingRule | None:
    sharing = house.policy.sharing
    return None if sharing is None else sharing.telling
