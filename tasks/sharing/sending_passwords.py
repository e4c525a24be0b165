"""The password of a container follows it by another way, to whom people agreed to (A-69)."""

from __future__ import annotations

from datetime import date

from lifecycle.disclosure import Stage
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from records import disclosures
from records.disclosures import Disclosure
from records.plans import Plan
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.processors.gate import require_way_may_run
from tasks.sharing.delivering import deliver
from tasks.sharing.disclosures import still_allowed
from tasks.sharing.handing_over import open_order, order_of
from tasks.sharing.parcels import content_ref, delivered_of, password_of, password_parcel
from tasks.sharing.sent_notes import require_notes
from tasks.sharing.steps import (
    HELD_BACK,
    TIME_IS_UP,
    close_as_sent,
    get,
    require_same_contact,
)


def send_password(house: House, plan: Plan) -> None:
    """Send the password of what has arrived, or let a person tell it; safe to repeat."""
    disclosure = get(house, plan.number)
    if disclosure.stage not in {Stage.SENT, Stage.OPENING}:
        return
    if house.doors.door(disclosure.terms.password_by).by_hand is not None:
        _tell_password(house, plan, disclosure)
        return
    if date.fromisoformat(disclosure.terms.until_on) < local_today(house):
        raise Refused(TIME_IS_UP, ref=plan.ref)  # withdrawing takes it back
    require_same_contact(house, disclosure)
    _require_allowed(house, plan)
    delivered = delivered_of(house, disclosure)
    password = password_of(house, disclosure)
    door = house.doors.door(disclosure.terms.password_by)
    about = content_ref(disclosure) if delivered is None else delivered.ref
    require_way_may_run(house, door)
    require_notes(house, door)
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
    deliver(house, plan, door.channel, parcel, was=Stage.OPENING, again=again)
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


def _require_allowed(house: House, plan: Plan) -> None:
    """It is the password that discloses: what must not be given any more stays sealed."""
    if not still_allowed(house, plan):
        raise Refused(HELD_BACK, ref=plan.ref)


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
    require_same_contact(house, disclosure)
    _require_allowed(house, plan)
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
