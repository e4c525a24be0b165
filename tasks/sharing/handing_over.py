"""What only a person can hand over (a stick, e-Boks, a portal, a password by telephone) is a work
order to a named role, with a deadline and evidence (A-69 d, H-33)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection

from connectors.channel import Delivered
from connectors.hand_over import HandOver
from lifecycle.bindings.hand_over import ManualChannel
from lifecycle.disclosure import Stage
from lifecycle.errors import Misconfigured, Refused
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, PLAN, WORK_ORDER, from_reference, to_reference
from lifecycle.retention.calendar import add_period
from records import disclosures, work_orders
from records.disclosures import Disclosure
from records.engines import reading
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house.doors import Door
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.codes import agree
from tasks.sharing.disclosures import still_allowed
from tasks.sharing.parcels import (
    content_ref,
    delivered_of,
    opening_beside,
    password_of,
)
from tasks.sharing.steps import HELD_BACK, get_plan
from tasks.work_orders.ordering import open_noted, withdraw_noted

Load = Literal["container", "password"]
_LOADS: Final[tuple[Load, ...]] = ("container", "password")


class Told(NamedTuple):
    """For the terminal of the officer who tells it, and nothing else."""

    about: str
    """The container that it opens, `X-…`."""
    password: str
    to: str
    """Where the contact is reached: a telephone number, an address."""
    opening: str = ""
    """How to open the container, where no letter came with it."""

    def __repr__(self) -> str:
        return f"Told(about={self.about})"


def order_of(house: House, disclosure: Disclosure, load: Load) -> WorkOrder | None:
    """The work order by which that is handed over in this attempt; None: there is none yet."""
    with reading(house.engine) as connection:
        return _order(connection, disclosure, load)


def rule_of(house: House, order: WorkOrder) -> ManualChannel:
    """Who hands it over, until when, with which evidence.

    Raises `Misconfigured("channel_not_bound")`, also when it is bound to a machine now.
    """
    with reading(house.engine) as connection:
        disclosure = disclosures.get(
            connection, controller=house.controller, number=order.plan_number
        )
    door = house.doors.door(_channel(disclosure, load_of(disclosure, order)))
    if door.by_hand is None:
        raise Misconfigured("channel_not_bound", ref=door.name)
    return door.by_hand


def load_of(disclosure: Disclosure, order: WorkOrder) -> Load:
    """What an order hands over."""
    start = _place(disclosure.terms.password_by, "password", 0)
    return "password" if order.system.startswith(start) else "container"


def open_order(house: House, work: UnitOfWork, disclosure: Disclosure, load: Load) -> None:
    """Open the order, once, within the caller's transaction."""
    name = _channel(disclosure, load)
    rule = house.doors.door(name).by_hand
    if rule is None:
        raise Misconfigured("channel_not_bound", ref=name)
    open_noted(
        house,
        work,
        plan_number=disclosure.number,
        place=_place(name, load, disclosure.attempt),
        role=rule.role,
        due_on=add_period(local_today(house), rule.within).isoformat(),
        facts={"plan": disclosure.ref, "system": name, "what": load},
    )


def pull_back(house: House, work: UnitOfWork, disclosure: Disclosure) -> None:
    """Nobody is to hand over anything of it any more: open orders are withdrawn, within the
    caller's transaction. What somebody has done stays done."""
    for load in _LOADS:
        order = _order(work.connection, disclosure, load)
        if order is not None:
            facts = {"plan": disclosure.ref, "system": _channel(disclosure, load)}
            withdraw_noted(house, work, order, facts=facts)


def remove_container(disclosure: Disclosure, door: Door) -> None:
    """The container goes for good from where it was fetched. Raises as `Channel.withdraw`."""
    door.channel.withdraw(Delivered(content_ref(disclosure), ""))


class Fetched(NamedTuple):
    """For the terminal of whoever hands it over, and nothing else."""

    file: Path
    to: str
    """Whom it goes to, as the bindings say: a postal address, a digital mailbox."""

    def __repr__(self) -> str:
        return "Fetched()"


def where(house: House, ref: str) -> Fetched:
    """Where the container of a disclosure lies that somebody hands over, and to whom.

    Raises `Refused`: `disclosure_unknown`, `nothing_to_hand_over`.
    """
    number = from_reference(PLAN, ref)
    with reading(house.engine) as connection:
        disclosure = disclosures.get(connection, controller=house.controller, number=number)
    door = house.doors.door(disclosure.terms.channel)
    channel = door.channel
    found = channel.where(content_ref(disclosure)) if isinstance(channel, HandOver) else None
    if found is None or disclosure.stage is not Stage.SENDING:
        raise Refused("nothing_to_hand_over", ref=ref)
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    [to] = door.address(contact)
    return Fetched(found, to)


def show_password(house: House, ref: str, *, officer: str, code: str) -> Told:
    """The password, for the officer who tells it: again as often as asked until it is confirmed
    told, each time a ledger event.

    Raises `Refused`: `disclosure_unknown`, `no_password_to_tell`, `time_is_up`,
    `password_held_back`, `role_may_not_finish`, `disclosure_key_gone`, or as
    `officer_codes.agree` does.
    """
    number = from_reference(PLAN, ref)
    allowed = still_allowed(house, get_plan(house, number))

    def act(work: UnitOfWork, who: Officer) -> str | None:
        disclosure = disclosures.get(work.connection, controller=house.controller, number=number)
        order = _order(work.connection, disclosure, "password")
        if disclosure.stage is not Stage.OPENING or order is None or order.state == "confirmed":
            return "no_password_to_tell"
        if disclosure.terms.until_on < local_today(house).isoformat():
            return "time_is_up"
        if not allowed:
            return HELD_BACK
        if order.role not in who.roles:
            return "role_may_not_finish"
        work.record(
            EventKind.DISCLOSURE_PASSWORD_SHOWN,
            ref=ref,
            facts={
                "officer": to_reference(OFFICER, who.id),
                "order": to_reference(WORK_ORDER, order.number),
            },
        )
        return None

    with reading(house.engine) as connection:
        disclosure = disclosures.get(connection, controller=house.controller, number=number)
    agree(house, handle=officer, code=code, ref=ref, act=act)
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    to = house.doors.door(disclosure.terms.password_by).password_address(contact)
    delivered = delivered_of(house, disclosure)
    about = content_ref(disclosure) if delivered is None else delivered.ref
    opening = opening_beside(house, disclosure, short=False).lstrip()
    return Told(about, password_of(house, disclosure), to, opening)


def _order(connection: Connection, disclosure: Disclosure, load: Load) -> WorkOrder | None:
    wanted = _place(_channel(disclosure, load), load, disclosure.attempt)
    orders = work_orders.of_plan(connection, disclosure.number)
    return next((one for one in orders if one.system == wanted), None)


def _channel(disclosure: Disclosure, load: Load) -> str:
    terms = disclosure.terms
    return terms.channel if load == "container" else terms.password_by


def _place(channel: str, load: Load, attempt: int) -> str:
    """Under what an order is known within its disclosure: each attempt has one of its own."""
    return f"{channel} {load}" if attempt == 0 else f"{channel} {load} {attempt + 1}"
