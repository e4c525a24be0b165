"""What any step of a disclosure needs: to find it, to move its plan along, to close it (A-69)."""

from __future__ import annotations

from typing import Any, Final

from lifecycle.disclosure import Stage
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanKind, PlanState
from records import bulk, disclosures, plans, to_dos
from records.disclosures import Disclosure
from records.engines import reading
from records.plans import Plan
from records.tables import shredding
from records.unit_of_work import UnitOfWork
from tasks.house.doors import contact_digest
from tasks.house.parts import House

FIND_OUT: Final = "find_out_whether_sent"
"""The to-do: nobody but a person can learn whether something arrived."""
CONFIRM_DELETION: Final = "recipient_deletes"
"""The to-do: the recipient must say that it is deleted, and somebody note it."""
PERHAPS: Final = "perhaps_delivered"
TIME_IS_UP: Final = "time_is_up"
CONTACT_CHANGED: Final = "contact_changed"
HELD_BACK: Final = "password_held_back"


def get_plan(house: House, number: int) -> Plan:
    """The plan of a disclosure. Raises `Refused("plan_discloses_nothing")` for an erasure."""
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=number)
    if plan.kind is not PlanKind.DISCLOSURE:
        raise Refused("plan_discloses_nothing", ref=plan.ref)
    return plan


def get(house: House, number: int) -> Disclosure:
    """A disclosure as it stands. Raises `Refused("disclosure_unknown")`."""
    with reading(house.engine) as connection:
        return disclosures.get(connection, controller=house.controller, number=number)


def close_as_sent(house: House, work: UnitOfWork, plan: Plan, **columns: Any) -> None:
    """Both have arrived: the plan is done, and what the password was made of goes."""
    mark_items(work, plan, ItemState.PROVEN, at=house.at())
    items = _items_in(work, plan, ItemState.PROVEN)
    disclosures.move(
        work.connection, plan.number, to=Stage.OPEN, sealed=None, password_at=house.at(), **columns
    )
    forget_seed(work, plan.number)
    plans.set_state(
        work.connection,
        plan.number,
        was=PlanState.EXECUTING,
        to=PlanState.PROVEN,
        closed_at=house.at(),
    )
    work.record(EventKind.PLAN_PROVEN, ref=plan.ref, expected=items, verified=items)


def give_up(house: House, work: UnitOfWork, plan: Plan, *, reason: str) -> None:
    """The plan ends without all of it having been carried out."""
    mark_items(work, plan, ItemState.DROPPED, at=None)
    if plan.state in plans.OPEN:
        plans.set_state(
            work.connection, plan.number, was=plan.state, to=PlanState.VOID, closed_at=house.at()
        )
        work.record(EventKind.PLAN_VOID, ref=plan.ref, facts={"reason": reason, "hash": plan.hash})
    forget_seed(work, plan.number)


def forget_seed(work: UnitOfWork, number: int) -> None:
    """The key of what the password is made of is destroyed by the next `destroy_keys`."""
    bulk.upsert_rows(work.connection, shredding, ("holding_id",), [(number,)], update=())


def ask_a_person(house: House, work: UnitOfWork, plan: Plan) -> None:
    """Open the to-do to find out whether something arrived."""
    to_dos.open_to_do(
        work.connection,
        controller=house.controller,
        kind=FIND_OUT,
        ref=plan.ref,
        number=1,
        at=house.at(),
    )
    work.record(EventKind.TO_DO_OPENED, ref=plan.ref, facts={"kind": FIND_OUT}, number=1)


def ask_to_confirm(house: House, work: UnitOfWork, ref: str) -> None:
    """Open the to-do to note that the recipient has deleted it."""
    to_dos.open_to_do(
        work.connection,
        controller=house.controller,
        kind=CONFIRM_DELETION,
        ref=ref,
        number=1,
        at=house.at(),
    )
    work.record(EventKind.TO_DO_OPENED, ref=ref, facts={"kind": CONFIRM_DELETION}, number=1)


def close_to_do(house: House, work: UnitOfWork, kind: str, ref: str) -> None:
    """Close a to-do within the caller's transaction."""
    to_dos.close_to_do(
        work.connection, controller=house.controller, kind=kind, ref=ref, at=house.at()
    )
    work.record(EventKind.TO_DO_CLOSED, ref=ref, facts={"kind": kind})


def require_same_contact(house: House, disclosure: Disclosure) -> None:
    """Another address or gateway than the one that was agreed to would be somebody else's.

    Raises `Refused("contact_changed")`."""
    terms = disclosure.terms
    contact = house.doors.contact(terms.recipient, terms.contact)
    now = contact_digest(house.vault, house.doors, terms.channel, contact)
    if now != terms.contact_digest:
        raise Refused(CONTACT_CHANGED, ref=disclosure.ref)


def mark_items(work: UnitOfWork, plan: Plan, to: ItemState, *, at: str | None) -> None:
    """Every item that is not at its end goes to `to`, by the steps between."""
    way = (ItemState.PLANNED, ItemState.INTENDED, ItemState.ACTED, ItemState.PROVEN)
    for one in (ItemState.PLANNED, ItemState.INTENDED, ItemState.ACTED):
        numbers = [item.number for item in plans.items(work.connection, plan.number, states=[one])]
        if not numbers or one is to:
            continue
        if to is ItemState.DROPPED:
            plans.mark(work.connection, plan.number, numbers, was=one, to=to)
        elif way.index(to) > way.index(one):
            following = way[way.index(one) + 1]
            plans.mark(work.connection, plan.number, numbers, was=one, to=following, at=at)


def facts_of(disclosure: Disclosure) -> dict[str, str]:
    """What the ledger says of a disclosure that goes out: words of policy and bindings, a day."""
    terms = disclosure.terms
    return {"recipient": terms.recipient, "channel": terms.channel, "until": terms.until_on}


def _items_in(work: UnitOfWork, plan: Plan, state: ItemState) -> int:
    return len(plans.items(work.connection, plan.number, states=[state]))
