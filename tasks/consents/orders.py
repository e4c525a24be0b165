"""Who has not answered is asked by whoever answers for the consent: one work order for each role,
as long as somebody is missing (A-49, A-57, A-99, T-27)."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from lifecycle.consent import Lack, question_of
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.policy.orders import OrderRule
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.calendar import add_period
from records import leases, work_orders
from records.engines import reading
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.consents.registering import Register, settle_changed
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.proving.shredding import destroy_keys
from tasks.work_orders.items import slip_for
from tasks.work_orders.ordering import open_noted, withdraw_noted

ASKING: Final = "consents"
"""What such an order is about."""
_PATIENCE: Final = 60.0

_ByRole = dict[str, dict[int, list[Lack]]]
"""Role → person → what they must be asked."""


class Kept(NamedTuple):
    """What became of the orders; counts."""

    opened: int
    """Orders."""
    withdrawn: int
    people: int
    """Who must still be asked something."""
    consents: int
    """How much they must be asked."""


def is_asking(order: WorkOrder) -> bool:
    """Whether people are asked by that order."""
    return order.system == _place(order.role)


def rule_of(house: House, order: WorkOrder) -> OrderRule:
    """How it is done. Raises `Refused("work_order_without_rule")`: the policy does not say so any
    more."""
    asking = house.policy.asking
    if asking is None:
        raise Refused("work_order_without_rule", ref=order.role)
    return asking.of(order.role)


def asked_by(house: House, order: WorkOrder) -> dict[str, Any]:
    """Whom to ask what: personal data, for an officer's own terminal.

    Read when it is shown: an order keeps nobody's name, so nobody has to be taken off it who has
    answered or was erased.
    """
    asking = house.policy.asking
    with reading(house.engine) as connection:
        people = _by_role(house, Register(house, connection)).get(order.role, {})
    told: dict[str, Any] = json.loads(
        slip_for(house, sorted(people), () if asking is None else asking.slip)
    )
    for person, lacks in people.items():
        told.setdefault(to_reference(SUBJECT, person), {})[ASKING] = {
            lack.question: question_of(house.policy, lack.question).called for lack in lacks
        }
    return told


def keep(house: House) -> Kept:
    """Open an order to each role for the people who are missing and on none; withdraw it when
    nobody is. What a new start has ended counts as ended from then on.

    Safe to repeat: of one role never two while the first is open, with its deadline and its
    reminders. One that somebody finished while people are missing all the same is opened anew.
    Leaves its mark in the ledger. Raises `Busy`.
    """
    opened = withdrawn = 0
    with (
        leases.hold(
            house.engine, f"consent-orders/{house.controller}", now=house.now, patience=_PATIENCE
        ),
        house.work() as work,
    ):
        over = settle_changed(house, work)
        missing = _by_role(house, Register(house, work.connection))
        known = {
            order.role: order
            for order in work_orders.unconfirmed(work.connection, controller=house.controller)
            if is_asking(order)
        }
        for role, order in sorted(known.items()):
            left = len(missing.get(role, ()))
            if order.state != "open" or left == order.items:
                continue  # done already, and a second person still has to look; or as it was
            if left:
                work_orders.note_items(work.connection, order.number, items=left)
            else:
                _withdraw(house, work, order)
                withdrawn += 1
        for role in sorted(set(missing) - set(known)):
            if house.policy.asking is not None:
                _open(house, work, role, len(missing[role]))
                opened += 1
        kept = Kept(
            opened,
            withdrawn,
            len({person for people in missing.values() for person in people}),
            sum(len(lacks) for people in missing.values() for lacks in people.values()),
        )
        work.record(
            EventKind.CONSENTS_COUNTED,
            found=kept.people,
            missing=kept.consents,
            opened=opened,
            withdrawn=withdrawn,
            over=over,
        )
        work.commit()
    destroy_keys(house)
    return kept


def _by_role(house: House, register: Register) -> _ByRole:
    found: _ByRole = {}
    for person in register.people:
        for lack in register.missing(person):
            role = question_of(house.policy, lack.question).answers
            found.setdefault(role, {}).setdefault(person, []).append(lack)
    return found


def _open(house: House, work: UnitOfWork, role: str, people: int) -> None:
    asking = house.policy.asking
    assert asking is not None  # noqa: S101 -- the caller has looked
    open_noted(
        house,
        work,
        place=_place(role),
        role=role,
        items=people,
        due_on=add_period(local_today(house), asking.within).isoformat(),
        facts={"what": ASKING},
    )


def _withdraw(house: House, work: UnitOfWork, order: WorkOrder) -> None:
    facts = {"what": ASKING, "role": order.role}
    withdraw_noted(house, work, order, facts=facts, dropped=order.items)


def _place(role: str) -> str:
    return f"{role} {ASKING}"
