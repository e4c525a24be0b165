"""An approved disclosure is sealed, sent, and its password after it by another way: once (A-69).

Nothing leaves before people have agreed to exactly that, and the keyed ledger says so. Every step
is written down before it is taken, so that a run that is killed is followed by one that goes on:
never the container twice, never the container without its password for good, nothing of it left
in the outgoing folder.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from connectors.channel import Channel, Delivered, Parcel, Standing
from lifecycle.disclosure import UNFINISHED, Stage
from lifecycle.errors import NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanKind, PlanState
from lifecycle.references import PLAN, from_reference
from records import bulk, disclosures, leases, plans, to_dos
from records.disclosures import Disclosure
from records.engines import reading
from records.plans import Plan
from records.scrub import scrub
from records.tables import shredding
from records.unit_of_work import UnitOfWork
from tasks.approvals import PLAN_CHANGED, require_approved
from tasks.attesting import require_attested
from tasks.disclosure_parcels import (
    clear_outgoing,
    content_parcel,
    content_ref,
    delivered_of,
    password_of,
    password_parcel,
    seal_content,
    seal_handle,
)
from tasks.disclosures import still_current
from tasks.doors import contact_digest
from tasks.handing_over import open_order, order_of, pull_back, remove_container
from tasks.house import House
from tasks.intake import local_today
from tasks.proof import witness
from tasks.shredding import destroy_keys

FIND_OUT: Final = "find_out_whether_sent"
"""The to-do: nobody but a person can learn whether something arrived."""
THERE: Final = Standing.THERE
PERHAPS: Final = "perhaps_delivered"
TIME_IS_UP: Final = "time_is_up"
CONTACT_CHANGED: Final = "contact_changed"
_PATIENCE: Final = 60.0
"""Seconds to wait for an erasure or another disclosure that is under way."""


class Sent(NamedTuple):
    """Where a disclosure stands after a run."""

    ref: str
    stage: Stage
    people: int


def send(house: House, ref: str) -> Sent:
    """Seal what was approved, send it, and send its password; run it again as often as you like.

    Raises what `require_approved` and `require_attested` do; `Refused`: `plan_discloses_nothing`,
    `plan_changed` (it is void then), `contact_changed` (its password goes to nobody else),
    `disclosure_key_gone`, `time_is_up`, or what a channel says;
    `Unreachable`; and `NotProven("perhaps_delivered")` when a person must find out.
    """
    number = from_reference(PLAN, ref)
    leases.forget_dead(house.engine)
    # Nobody is erased while their data is on its way.
    executing = f"executing/{house.controller}"
    with leases.hold(house.engine, executing, now=house.now, patience=_PATIENCE):
        plan = get_plan(house, number)
        disclosure = get(house, number)
        clear_outgoing(house)
        if disclosure.stage in {Stage.PERHAPS_SENT, Stage.PERHAPS_TOLD}:
            raise NotProven(PERHAPS, ref=ref)
        if disclosure.stage in UNFINISHED:
            require_approved(house, plan)
            require_attested(house, plan)
            # Before anything is disclosed a checkpoint lies with a witness; and after it.
            witness(house)
            if get_plan(house, number).state is not PlanState.EXECUTING:
                _begin(house, number)
            try:
                _go_on(house, get_plan(house, number))
            finally:
                clear_outgoing(house)
            witness(house)
        if destroy_keys(house):
            scrub(house.engine)
        return Sent(ref, get(house, number).stage, plan.counts.get("people", 0))


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
    _mark_items(work, plan, ItemState.PROVEN, at=house.at())
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
    _mark_items(work, plan, ItemState.DROPPED, at=None)
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


def _begin(house: House, number: int) -> None:
    with house.work() as work:
        plan = plans.get(work.connection, controller=house.controller, number=number)
        plans.set_state(work.connection, number, was=plan.state, to=PlanState.EXECUTING)
        work.record(
            EventKind.PLAN_BEGUN,
            ref=plan.ref,
            found=plan.counts.get("people", 0),
            facts={"approved": plan.hash, "policy": plan.policy_sha256},
        )
        work.commit()


def _go_on(house: House, plan: Plan) -> None:
    stage = get(house, plan.number).stage
    if stage in {Stage.PREPARED, Stage.SENDING}:
        _send_content(house, plan)
    _send_password(house, plan)


def _send_content(house: House, plan: Plan) -> None:
    disclosure = get(house, plan.number)
    door = house.doors.door(disclosure.terms.channel)
    order = order_of(house, disclosure, "container")
    if order is not None and order.state == "confirmed" and disclosure.stage is Stage.SENDING:
        remove_container(disclosure, door)
        delivered = Delivered(content_ref(disclosure), "")
        _note_sent(house, plan, disclosure, delivered, people=plan.counts["people"])
        return
    if not still_current(house, plan):
        _overtaken(house, plan, disclosure)
        return
    password = password_of(house, disclosure)
    if order is not None and door.channel.standing(Delivered(content_ref(disclosure), "")) is THERE:
        return  # whoever has the role hands it over
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    second = house.doors.door(disclosure.terms.password_by)
    # Both ways first: a container whose password cannot follow is not sent.
    door.channel.check(door.address(contact))
    second.channel.check(second.address(contact))
    packed = seal_content(house, plan, disclosure, password=password)
    if disclosure.stage is Stage.PREPARED:
        with house.work() as work:
            disclosures.move(work.connection, plan.number, was=Stage.PREPARED, to=Stage.SENDING)
            _mark_items(work, plan, ItemState.INTENDED, at=None)
            work.record(
                EventKind.DISCLOSURE_INTENDED,
                ref=plan.ref,
                rule=disclosure.terms.rule,
                expected=plan.counts["people"],
                found=packed.people,
                facts=_facts(disclosure) | {"approved": plan.hash},
                values=packed.cells,
            )
            work.commit()
    parcel = content_parcel(house, disclosure, door, packed.file)
    again = disclosure.stage is Stage.SENDING
    delivered = _deliver(house, plan, door.channel, parcel, was=Stage.SENDING, again=again)
    if door.by_hand is not None:
        with house.work() as work:
            open_order(house, work, disclosure, "container")
            work.commit()
        packed.file.unlink(missing_ok=True)
        return
    _note_sent(house, plan, disclosure, delivered, people=packed.people)
    clear_outgoing(house)


def _note_sent(
    house: House, plan: Plan, disclosure: Disclosure, delivered: Delivered, *, people: int
) -> None:
    door = house.doors.door(disclosure.terms.channel)
    standing = _standing(door.channel, delivered)
    with house.work() as work:
        disclosures.move(
            work.connection,
            plan.number,
            was=Stage.SENDING,
            to=Stage.SENT,
            sent_at=house.at(),
            sealed_handle=seal_handle(house, disclosure, delivered),
        )
        _mark_items(work, plan, ItemState.ACTED, at=house.at())
        work.record(
            EventKind.DISCLOSURE_SENT,
            ref=plan.ref,
            rule=disclosure.terms.rule,
            expected=plan.counts["people"],
            acted=people,
            facts=_facts(disclosure) | {"parcel": delivered.ref, "standing": str(standing)},
        )
        work.commit()


def _send_password(house: House, plan: Plan) -> None:
    disclosure = get(house, plan.number)
    if disclosure.stage not in {Stage.SENT, Stage.OPENING}:
        return
    if house.doors.door(disclosure.terms.password_by).by_hand is not None:
        _tell_password(house, plan, disclosure)
        return
    if date.fromisoformat(disclosure.terms.until_on) < local_today(house):
        raise Refused(TIME_IS_UP, ref=plan.ref)  # withdrawing takes it back
    _require_same_contact(house, disclosure)
    delivered = delivered_of(house, disclosure)
    password = password_of(house, disclosure)
    door = house.doors.door(disclosure.terms.password_by)
    about = content_ref(disclosure) if delivered is None else delivered.ref
    parcel = password_parcel(house, disclosure, door, about=about, password=password)
    if disclosure.stage is Stage.SENT:
        with house.work() as work:
            disclosures.move(work.connection, plan.number, was=Stage.SENT, to=Stage.OPENING)
            work.record(
                EventKind.DISCLOSURE_PASSWORD_INTENDED,
                ref=plan.ref,
                facts={"channel": disclosure.terms.password_by, "parcel": parcel.ref},
            )
            work.commit()
    again = disclosure.stage is Stage.OPENING
    _deliver(house, plan, door.channel, parcel, was=Stage.OPENING, again=again)
    with house.work() as work:
        work.record(
            EventKind.DISCLOSURE_PASSWORD_SENT,
            ref=plan.ref,
            expected=1,
            acted=1,
            facts={"channel": disclosure.terms.password_by, "parcel": parcel.ref},
        )
        close_as_sent(house, work, plan, was=Stage.OPENING)
        work.commit()


def _tell_password(house: House, plan: Plan, disclosure: Disclosure) -> None:
    """A person tells it, and shows it for that on their own terminal (`share password`)."""
    order = order_of(house, disclosure, "password")
    if order is not None and order.state == "confirmed" and disclosure.stage is Stage.OPENING:
        with house.work() as work:
            work.record(
                EventKind.DISCLOSURE_PASSWORD_SENT,
                ref=plan.ref,
                expected=1,
                acted=1,
                facts={"channel": disclosure.terms.password_by},
            )
            close_as_sent(house, work, plan, was=Stage.OPENING)
            work.commit()
        return
    if date.fromisoformat(disclosure.terms.until_on) < local_today(house):
        raise Refused(TIME_IS_UP, ref=plan.ref)
    _require_same_contact(house, disclosure)
    if order is not None and disclosure.stage is Stage.OPENING:
        return
    with house.work() as work:
        if disclosure.stage is Stage.SENT:
            disclosures.move(work.connection, plan.number, was=Stage.SENT, to=Stage.OPENING)
            work.record(
                EventKind.DISCLOSURE_PASSWORD_INTENDED,
                ref=plan.ref,
                facts={"channel": disclosure.terms.password_by},
            )
        open_order(house, work, disclosure, "password")
        work.commit()


def _require_same_contact(house: House, disclosure: Disclosure) -> None:
    """Another telephone or gateway than the one that was agreed to would be somebody else's."""
    terms = disclosure.terms
    contact = house.doors.contact(terms.recipient, terms.contact)
    now = contact_digest(house.vault, house.doors, terms.channel, contact)
    if now != terms.contact_digest:
        raise Refused(CONTACT_CHANGED, ref=disclosure.ref)


_BACK: Final = {Stage.SENDING: Stage.PREPARED, Stage.OPENING: Stage.SENT}
_UNSURE: Final = {Stage.SENDING: Stage.PERHAPS_SENT, Stage.OPENING: Stage.PERHAPS_TOLD}


def _deliver(
    house: House, plan: Plan, channel: Channel, parcel: Parcel, *, was: Stage, again: bool
) -> Delivered:
    """Hand it over. Refused, nothing has arrived: the disclosure goes a step back. Perhaps
    arrived: it waits for a person. Anything else: the next run asks the channel about the same
    parcel again, which sends none twice.

    `again`: an earlier run may have handed it over; a refusal of this one says nothing of that."""
    try:
        return channel.deliver(parcel)
    except Refused as refused:
        code, refusal = refused.code, not again
    except NotProven as unsure:
        if unsure.code != PERHAPS:
            raise
        code, refusal = unsure.code, False
    with house.work() as work:
        disclosures.move(
            work.connection, plan.number, was=was, to=_BACK[was] if refusal else _UNSURE[was]
        )
        work.record(
            EventKind.DISCLOSURE_NOT_SENT if refusal else EventKind.DISCLOSURE_PERHAPS_SENT,
            ref=plan.ref,
            facts={"reason": code, "parcel": parcel.ref, "channel": channel.place},
        )
        if not refusal:
            ask_a_person(house, work, plan)
        work.commit()
    raise Refused(code, ref=plan.ref) if refusal else NotProven(PERHAPS, ref=plan.ref)


def _standing(channel: Channel, delivered: Delivered) -> Standing:
    found = channel.standing(delivered)
    if found is Standing.GONE:
        raise NotProven("not_there_after_sending")
    return found


def _overtaken(house: House, plan: Plan, disclosure: Disclosure) -> None:
    """It is not what was agreed to any more. What may be on its way nobody can call back by not
    asking again: a person finds out."""
    on_its_way = disclosure.stage is Stage.SENDING
    door = house.doors.ways.get(disclosure.terms.channel)
    if on_its_way and door is not None and door.by_hand is not None:
        remove_container(disclosure, door)
    with house.work() as work:
        if on_its_way:
            disclosures.move(work.connection, plan.number, was=Stage.SENDING, to=Stage.PERHAPS_SENT)
            pull_back(house, work, disclosure)
            work.record(
                EventKind.DISCLOSURE_PERHAPS_SENT, ref=plan.ref, facts={"reason": PLAN_CHANGED}
            )
            ask_a_person(house, work, plan)
        else:
            disclosures.move(
                work.connection,
                plan.number,
                was=Stage.PREPARED,
                to=Stage.ENDED,
                sealed=None,
                ended_at=house.at(),
            )
            give_up(house, work, plan, reason=PLAN_CHANGED)
        work.commit()
    if on_its_way:
        raise NotProven(PERHAPS, ref=plan.ref)
    raise Refused(PLAN_CHANGED, ref=plan.ref)


def _mark_items(work: UnitOfWork, plan: Plan, to: ItemState, *, at: str | None) -> None:
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


def _items_in(work: UnitOfWork, plan: Plan, state: ItemState) -> int:
    return len(plans.items(work.connection, plan.number, states=[state]))


def _facts(disclosure: Disclosure) -> dict[str, str]:
    terms = disclosure.terms
    return {"recipient": terms.recipient, "channel": terms.channel, "until": terms.until_on}
