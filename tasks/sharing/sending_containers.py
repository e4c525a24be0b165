"""The sealed container of an approved disclosure goes out, once (A-69)."""

from __future__ import annotations

from typing import Final

from connectors.channel import Channel, Delivered, Standing
from lifecycle.disclosure import WAY, Stage
from lifecycle.errors import NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState
from records import disclosures
from records.disclosures import Disclosure
from records.plans import Plan
from tasks.house.doors import way_digest
from tasks.house.parts import House
from tasks.officers.approvals import PLAN_CHANGED
from tasks.processors.gate import require_way_may_run
from tasks.sharing.delivering import deliver
from tasks.sharing.disclosures import still_current
from tasks.sharing.handing_over import open_order, order_of, pull_back, remove_container
from tasks.sharing.outgoing import clear_outgoing
from tasks.sharing.parcels import (
    Packed,
    content_parcel,
    content_ref,
    password_of,
    seal_content,
    seal_handle,
)
from tasks.sharing.reading_out import NOT_AS_AGREED
from tasks.sharing.recalling import recall_earlier, require_same_way
from tasks.sharing.sent_notes import require_notes
from tasks.sharing.steps import PERHAPS, ask_a_person, facts_of, get, give_up, mark_items

THERE: Final = Standing.THERE


def send_content(house: House, plan: Plan) -> None:
    """Seal it and hand it over, or note what a person did; safe to repeat.

    What an earlier attempt may have laid somewhere is taken back before another one goes."""
    disclosure = get(house, plan.number)
    door = house.doors.door(disclosure.terms.channel)
    order = order_of(house, disclosure, "container")
    if order is not None and order.state == "confirmed" and disclosure.stage is Stage.SENDING:
        require_same_way(house, disclosure)
        remove_container(disclosure, door)
        delivered = Delivered(content_ref(disclosure), "")
        _note_sent(house, plan, disclosure, delivered, people=plan.counts["people"])
        return
    if disclosure.stage is Stage.PREPARED:
        recall_earlier(house, disclosure)
    if not still_current(house, plan):
        _overtaken(house, plan, disclosure)
        return
    password = password_of(house, disclosure)
    if order is not None and door.channel.standing(Delivered(content_ref(disclosure), "")) is THERE:
        return  # whoever has the role hands it over
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    second = house.doors.door(disclosure.terms.password_by)
    require_way_may_run(house, door, second)
    require_notes(house, door)
    require_notes(house, second)
    # Both ways first: a container whose password cannot follow is not sent.
    door.channel.check(door.address(contact))
    second.channel.check((second.password_address(contact),))
    packed = _sealed(house, plan, disclosure, password)
    if disclosure.stage is Stage.PREPARED:
        with house.work() as work:
            disclosures.move(work.connection, plan.number, was=Stage.PREPARED, to=Stage.SENDING)
            mark_items(work, plan, ItemState.INTENDED, at=None)
            work.record(
                EventKind.DISCLOSURE_INTENDED,
                ref=plan.ref,
                rule=disclosure.terms.rule,
                expected=plan.counts["people"],
                found=packed.people,
                facts=facts_of(disclosure)
                | {"approved": plan.hash, WAY: way_digest(house.vault, door)},
                values=packed.cells,
            )
            work.commit()
    parcel = content_parcel(house, disclosure, door, packed.file)
    again = disclosure.stage is Stage.SENDING
    delivered = deliver(house, plan, door.channel, parcel, was=Stage.SENDING, again=again)
    if door.by_hand is not None:
        with house.work() as work:
            open_order(house, work, disclosure, "container")
            work.commit()
        packed.file.unlink(missing_ok=True)
        return
    _note_sent(house, plan, disclosure, delivered, people=packed.people)
    clear_outgoing(house)


def _sealed(house: House, plan: Plan, disclosure: Disclosure, password: str) -> Packed:
    """Sealed, if other systems hold what was agreed to. Else it is given up as anything else that
    has changed since; the refusal names the system."""
    refusal: Refused | None = None
    try:
        return seal_content(house, plan, disclosure, password=password)
    except Refused as refused:
        if refused.code not in NOT_AS_AGREED:
            raise
        refusal = Refused(refused.code, ref=refused.ref)
    _give_up(house, plan, disclosure, reason=refusal.code)
    raise refusal


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
        mark_items(work, plan, ItemState.ACTED, at=house.at())
        work.record(
            EventKind.DISCLOSURE_SENT,
            ref=plan.ref,
            rule=disclosure.terms.rule,
            expected=plan.counts["people"],
            acted=people,
            facts=facts_of(disclosure) | {"parcel": delivered.ref, "standing": str(standing)},
        )
        work.commit()


def _standing(channel: Channel, delivered: Delivered) -> Standing:
    found = channel.standing(delivered)
    if found is Standing.GONE:
        raise NotProven("not_there_after_sending")
    return found


def _overtaken(house: House, plan: Plan, disclosure: Disclosure) -> None:
    _give_up(house, plan, disclosure, reason=PLAN_CHANGED)
    raise Refused(PLAN_CHANGED, ref=plan.ref)


def _give_up(house: House, plan: Plan, disclosure: Disclosure, *, reason: str) -> None:
    """It is not what was agreed to any more. What may be on its way nobody can call back by not
    asking again: a person finds out. Raises `NotProven("perhaps_delivered")` then."""
    on_its_way = disclosure.stage is Stage.SENDING
    door = house.doors.ways.get(disclosure.terms.channel)
    if on_its_way and door is not None and door.by_hand is not None:
        remove_container(disclosure, door)
    with house.work() as work:
        if on_its_way:
            disclosures.move(work.connection, plan.number, was=Stage.SENDING, to=Stage.PERHAPS_SENT)
            pull_back(house, work, disclosure)
            work.record(EventKind.DISCLOSURE_PERHAPS_SENT, ref=plan.ref, facts={"reason": reason})
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
            give_up(house, work, plan, reason=reason)
            work.record(EventKind.DISCLOSURE_WITHDRAWN, ref=plan.ref, found=0)
        work.commit()
    if on_its_way:
        raise NotProven(PERHAPS, ref=plan.ref)
