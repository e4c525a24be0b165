"""A recipient with whom something lies is asked to delete it, again every week (A-69 b)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from lifecycle.errors import NotProven, Refused
from lifecycle.ledger import EventKind
from records import disclosures
from records.disclosures import Disclosure
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.sharing import deletion_orders
from tasks.sharing.parcels import content_ref, deletion_parcel, delivered_of
from tasks.sharing.sent_notes import require_notes
from tasks.sharing.steps import require_same_contact

_REMIND_EVERY: Final = timedelta(days=7)


def ask_to_delete(house: House, disclosure: Disclosure) -> None:
    """Write to the recipient, by the way that the container took if it carries letters.

    Only to whom people agreed to: raises `Refused("contact_changed")`, and nobody was asked.
    Raises `Retryable` when the channel cannot be reached: it is tried again with the next run, not
    after a week."""
    today = local_today(house)
    if not is_to_be_reminded(disclosure, today):
        return
    ways = [disclosure.terms.channel, disclosure.terms.password_by]
    doors = [house.doors.door(name) for name in ways]
    door = next((one for one in doors if one.about.password and one.by_hand is None), None)
    if door is None:
        with house.work() as work:  # a person asks; order and to-do remind them
            deletion_orders.open_order(house, work, disclosure)
            disclosures.note_reminded(work.connection, disclosure.number, on=today.isoformat())
            work.record(
                EventKind.DISCLOSURE_DELETION_ASKED, ref=disclosure.ref, facts={"by": "person"}
            )
            work.commit()
        return
    require_same_contact(house, disclosure)
    require_notes(house, door)
    delivered = delivered_of(house, disclosure)
    about = content_ref(disclosure) if delivered is None else delivered.ref
    # The letter after that of such a day is one parcel, on whichever day it is tried again: the
    # channel knows what it has sent, and a kill in between neither loses nor doubles it.
    number = 0 if disclosure.reminded_on is None else _ordinal(disclosure.reminded_on)
    parcel = deletion_parcel(house, disclosure, door, about=about, number=number)
    with house.work() as work:
        work.record(
            EventKind.DISCLOSURE_DELETION_ASKED,
            ref=disclosure.ref,
            expected=1,
            facts={"parcel": parcel.ref},
        )
        work.commit()
    acted = 1
    try:
        door.channel.deliver(parcel)
    except (Refused, NotProven):
        acted = 0  # the to-do asks a person all the same
    with house.work() as work:
        disclosures.note_reminded(work.connection, disclosure.number, on=today.isoformat())
        work.record(
            EventKind.DISCLOSURE_DELETION_ASKED,
            ref=disclosure.ref,
            acted=acted,
            facts={"parcel": parcel.ref},
        )
        work.commit()


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def is_to_be_reminded(disclosure: Disclosure, today: date) -> bool:
    """Whether it is a week since they were asked, or nobody asked them yet; a day to come on which
    they were asked is none."""
    last = disclosure.reminded_on
    if last is None:
        return True
    return not timedelta(0) <= today - date.fromisoformat(last) < _REMIND_EVERY
