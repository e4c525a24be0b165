"""What was found where it may not be is mended by a work order: a role, a deadline, evidence and,
where the policy asks, a second person (A-58, A-82…A-86, A-104)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lifecycle.access import removes
from lifecycle.errors import Refused
from lifecycle.policy.access import AccessRule
from lifecycle.policy.orders import OrderRule
from lifecycle.references import FINDING, to_reference
from lifecycle.retention.calendar import add_period
from records import mending
from records.findings import AGREED, INTENDED
from records.mending import ToMend
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.placing.findings import ACCOUNTS, owner_of
from tasks.work_orders.ordering import open_noted

MEND: Final = "mend"
"""What such an order is about."""
PLACEMENT: Final = "placement"
"""The group of findings about where data lies; those about accounts go by their rule."""


def is_mending(order: WorkOrder) -> bool:
    """Whether something that was found is mended by that order."""
    return order.system.split(" ")[1:2] == [MEND]


def place_of(order: WorkOrder) -> str:
    """Where it was found."""
    return order.system.partition(" ")[0]


def rule_of(house: House, order: WorkOrder) -> OrderRule:
    """How it is mended. Raises `Refused("work_order_without_rule")`: the policy does not say so
    any more, so nobody can."""
    place, _, group = order.system.split(" ", 2)
    rules = _rules(house, place)
    # The policy may call the rule otherwise by now: its order is mended by the place's others.
    rule = rules.get(group) or next(iter(rules.values()), None)
    if rule is None:
        raise Refused("work_order_without_rule", ref=place)
    return rule


def open_orders(house: House, work: UnitOfWork, place: str, *, told_at: str | None = None) -> int:
    """Open an order for what stands at a place and is on none; how many findings are on new ones.

    Within the caller's transaction, and of the same finding never a second one while the first is
    open. A finding that is gone closes nothing: whoever mended it says so. `told_at`: when it was
    seen there, if not now (an exported list): what was mended since is not mended again.
    """
    waiting = mending.to_mend(
        work.connection,
        controller=house.controller,
        place=place,
        told_at=house.at() if told_at is None else told_at,
    )
    rules = _rules(house, place)
    groups: dict[str, list[int]] = {}
    for one in waiting:
        group = _group(house, place, one)
        if group in rules:
            groups.setdefault(group, []).append(one.number)
    for group, numbers in sorted(groups.items()):
        _open(house, work, place, group, numbers, rules[group])
    return sum(map(len, groups.values()))


def _open(
    house: House, work: UnitOfWork, place: str, group: str, numbers: list[int], rule: OrderRule
) -> None:
    order = open_noted(
        house,
        work,
        place=f"{place} {MEND} {group}",
        role=rule.role if group != PLACEMENT else owner_of(house, place),
        items=len(numbers),
        due_on=add_period(local_today(house), rule.within).isoformat(),
        facts={"what": MEND, "system": place, "group": group},
    )
    mending.put_on_order(work.connection, numbers, order=order)


def where_on(house: House, work: UnitOfWork, order: WorkOrder) -> Mapping[str, Mapping[str, str]]:
    """Where each finding of an order is: personal data, for an officer's own terminal."""
    return {
        to_reference(FINDING, one.number): {
            "where": house.vault.open_name(one.number, one.sealed),
            "shows": one.sign.replace("_", " "),
            "rule": one.rule,
        }
        for one in mending.on_order(work.connection, order.number)
    }


def _rules(house: House, place: str) -> dict[str, OrderRule]:
    """By group, how what is found at a place is mended."""
    if place.startswith(ACCOUNTS):
        return {rule.id: rule.order for rule in _access_rules(house, place)}
    placement = house.policy.placement
    return {} if placement is None else {PLACEMENT: placement.order}


def _group(house: House, place: str, one: ToMend) -> str:
    """The group of a finding; "" where no person mends it: a machine removes the account, or
    nobody agreed yet that it goes."""
    if not place.startswith(ACCOUNTS):
        return PLACEMENT
    for rule in _access_rules(house, place):
        if one.rule != (rule.source.id or rule.id):
            continue
        if not removes(rule, one.sign):
            return rule.id
        accounts = house.accounts.get(place.removeprefix(ACCOUNTS))
        by_hand = accounts is not None and accounts.by_hand
        return rule.id if by_hand and one.state in {AGREED, INTENDED} else ""
    return ""


def _access_rules(house: House, place: str) -> list[AccessRule]:
    system = place.removeprefix(ACCOUNTS)
    return [rule for rule in house.policy.access if system in rule.systems]
