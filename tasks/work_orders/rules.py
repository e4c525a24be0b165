"""What an order is about, and what says how it is done: the policy, the bindings, or nobody any
more."""

from __future__ import annotations

from typing import Final

from lifecycle.errors import Misconfigured, Refused
from lifecycle.plan import ERASURES
from lifecycle.policy.orders import OrderRule
from records import disclosures, plans
from records.engines import reading
from records.work_orders import WorkOrder
from tasks.consents import orders as consent_orders
from tasks.consents.orders import ASKING, is_asking
from tasks.house.parts import House
from tasks.informing import orders as letter_orders
from tasks.informing.orders import LETTERS, is_letters
from tasks.placing import mending
from tasks.placing.mending import MEND, is_mending, place_of
from tasks.processors import upkeep_orders
from tasks.processors.upkeep_orders import is_upkeep, label_of
from tasks.rights import orders as rights_orders
from tasks.rights.orders import is_request
from tasks.sharing import deletion_orders, handing_over
from tasks.sharing.deletion_orders import ASK, is_deletion
from tasks.telling import orders as telling_orders
from tasks.telling.orders import TELL, is_telling

WEED: Final = "weed"
_UNRULED: Final = frozenset({"work_order_without_rule", "channel_not_bound", "contact_not_bound"})
"""Why nobody can say how an order is done, by whom and with which evidence."""
_ASKED: Final = {
    TELL: "a recipient to tell:",
    ASK: "a recipient to ask to delete:",
}


def what_of(house: House, order: WorkOrder) -> str:
    """`weed`, `mend`, what is handed over of a disclosure, `telling`, `deletion`, `letters`,
    `consents`, `lookup`, `correct`, or what is brought for a register
    (`tasks.processors.upkeep_orders`)."""
    if is_upkeep(order):
        return upkeep_orders.what_of(order)
    if is_request(order):
        return rights_orders.what_of(order)
    for word, fits in (
        (MEND, is_mending), (TELL, is_telling), (ASK, is_deletion), (LETTERS, is_letters),
        (ASKING, is_asking),
    ):  # fmt: skip
        if fits(order):
            return word
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=order.plan_number)
        if plan.kind in ERASURES:
            return WEED
        disclosure = disclosures.get(connection, controller=house.controller, number=plan.number)
    return handing_over.load_of(disclosure, order)


def rule_of(house: House, order: WorkOrder) -> OrderRule | telling_orders.Rule:
    """How it is done, by whom, with which evidence. Raises `Refused("work_order_without_rule")`,
    `Misconfigured`: `channel_not_bound`, `contact_not_bound`."""
    if is_upkeep(order):
        return upkeep_orders.rule_of(house, order)
    if is_request(order):
        return rights_orders.rule_of(house, order)
    what = what_of(house, order)
    if what == MEND:
        return mending.rule_of(house, order)
    if what == TELL:
        return telling_orders.rule_of(house)
    if what == ASK:
        return deletion_orders.rule_of(house, order)
    if what == LETTERS:
        return letter_orders.rule_of(house, order)
    if what == ASKING:
        return consent_orders.rule_of(house, order)
    if what != WEED:
        return handing_over.rule_of(house, order)
    systems = house.policy.systems
    rule = systems[order.system].by_hand if order.system in systems else None
    if rule is None:
        raise Refused("work_order_without_rule", ref=order.system)
    return rule


def shown_rule_of(house: House, order: WorkOrder) -> OrderRule | telling_orders.Rule:
    """The same for a list and a reminder: an order that policy and bindings do not know any more
    hides no other, and says why nobody can finish it."""
    try:
        return rule_of(house, order)
    except (Refused, Misconfigured) as gone:
        if gone.code not in _UNRULED:
            raise
        how = f"Nobody says any more how ({gone.code}): put policy or bindings back."
        return telling_orders.Rule(order.role, how, gone.code, telling_orders.EVERY)


def told_of(what: str, items: int) -> str:
    """What is to be done, in front of where."""
    if what in {WEED, MEND}:
        return f"{items} to {what} in"
    if what in upkeep_orders.KINDS:
        return f"{what} to bring for"
    if what == LETTERS:
        return f"{items} to hand:"
    if what == ASKING:
        return f"{items} to ask for"
    if what in rights_orders.TOLD:
        return rights_orders.TOLD[what]
    return _ASKED.get(what, f"a {what} to hand over:")


def where_of(order: WorkOrder) -> str:
    """Where it is done, or what of."""
    if is_upkeep(order):
        return label_of(order)
    if is_asking(order):
        return ASKING
    if is_request(order):
        return rights_orders.place_of(order)
    return place_of(order) if is_mending(order) else order.system


def is_of_no_plan(order: WorkOrder) -> bool:
    """Whether it belongs to no erasure and no disclosure."""
    kinds = (is_mending, is_upkeep, is_letters, is_asking, is_request)
    return any(fits(order) for fits in kinds)
