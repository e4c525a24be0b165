"""Who received somebody's data is told by letter where a mailbox is bound, once; whom no letter
reaches, by a person (art. 19, H-31).

The letter names the file and the numbers of people in it, which say nothing to who lacks it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final, NamedTuple

import orjson

from connectors.channel import Parcel
from lifecycle.disclosure import WAY, Stage
from lifecycle.errors import (
    GallraError,
    KeyFailure,
    LedgerFailure,
    Misconfigured,
    NotProven,
    Refused,
)
from lifecycle.ledger import EventKind
from lifecycle.references import PARCEL, to_reference
from lifecycle.telling import How
from records import disclosures, leases, tellings
from records.disclosures import Disclosure
from records.engines import reading
from records.ledger_check import verify
from records.tellings import Telling
from tasks.house.doors import Door, way_digest
from tasks.house.parts import House
from tasks.sharing.recalling import REBOUND
from tasks.sharing.sent_notes import require_notes
from tasks.sharing.steps import CONTACT_CHANGED, PERHAPS, require_same_contact
from tasks.telling.orders import close_open, open_order
from tasks.telling.recipients import close, waiting
from tasks.telling.text import letter_of

NOT_IN_LEDGER: Final = "telling_not_in_ledger"
NO_MAILBOX: Final = "no_mailbox_bound"
NOT_BOUND: Final = "contact_not_bound"
NOTHING_LEFT: Final = "nothing_left"
"""What was on its way when data changed never arrived."""
_PATIENCE: Final = 60.0
_NOT_YET: Final = frozenset({Stage.PREPARED, Stage.SENDING})
"""It may be on its way this moment; the next run knows more."""


class Came(StrEnum):
    """What came of a telling in a run."""

    TOLD = "told"
    BY_PERSON = "by_person"
    """There is a work order, or at least the to-do."""
    WAITS = "waits"
    """The next run tries again."""
    NOBODY = "nobody"
    """Nothing of it ever left: there is nobody to tell."""


class Tried(NamedTuple):
    """One telling after a run."""

    ref: str
    came: Came
    failure: str = ""
    """The reason code for which it waits."""


def tell_waiting(house: House) -> list[Tried]:
    """Send the letters of all tellings that wait, and give the rest to people; safe to repeat.

    One that fails keeps no other waiting. Raises `LedgerFailure` as `records.ledger_check.verify`
    does, before anything is sent; `KeyFailure`; `Busy`.
    """
    leases.forget_dead(house.engine)
    with leases.hold(
        house.engine, f"telling/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        found = [one for one in waiting(house) if one.how in {None, How.LETTER}]
        opened = _opened(house, {one.ref for one in found}) if found else {}
        return [_try(house, one, by=opened.get(one.ref)) for one in found]


class _Way(NamedTuple):
    """By which way a letter may be on its way, as the ledger says; "" by none."""

    channel: str = ""
    digest: str = ""
    """Where the channel led then, keyed."""


def _try(house: House, one: Telling, *, by: _Way | None) -> Tried:
    if by is None:
        return Tried(one.ref, Came.WAITS, NOT_IN_LEDGER)
    try:
        return Tried(one.ref, _tell(house, one, by=by))
    except (LedgerFailure, KeyFailure):
        raise
    except GallraError as failure:
        return Tried(one.ref, Came.WAITS, failure.code)


def _tell(house: House, one: Telling, *, by: _Way) -> Came:
    with reading(house.engine) as connection:
        disclosure = disclosures.get(
            connection, controller=house.controller, number=one.disclosure_id
        )
    if disclosure.stage in _NOT_YET:
        return Came.WAITS
    if disclosure.stage is Stage.ENDED and one.how is None:
        return _nobody(house, one)
    again = one.how is How.LETTER
    door: Door | None = None
    try:
        door = _mail(house, disclosure)
        if again:
            door = house.doors.ways.get(by.channel)
        if door is None:
            raise Refused(NO_MAILBOX)
        if again and by.digest != way_digest(house.vault, door):
            # Another mailbox knows nothing of the letter that may be there.
            raise Refused(REBOUND)
        _require_same_contact(house, disclosure)
        require_notes(house, door)
        door.channel.check(_to(house, door, disclosure))
    except Refused as refused:
        return _by_person(house, one, reason=refused.code, door=door)
    parcel = _parcel(house, disclosure, door, one)
    if not again:
        _intend(house, one, parcel, door)
    try:
        door.channel.deliver(parcel)
    except Refused as refused:
        intended = one._replace(how=How.LETTER)
        # An earlier run may have handed it over: a refusal of this one says nothing of that.
        return _by_person(house, intended, reason=refused.code, door=door, unsure=again)
    except NotProven as unsure:
        if unsure.code != PERHAPS:
            raise
        intended = one._replace(how=How.LETTER)
        return _by_person(house, intended, reason=unsure.code, door=door, unsure=True)
    with house.work() as work:
        facts = {"by": str(How.LETTER), "parcel": parcel.ref, "channel": door.name}
        close(house, work, one, by=str(How.LETTER), acted=one.people, facts=facts)
        work.commit()
    return Came.TOLD


def _intend(house: House, one: Telling, parcel: Parcel, door: Door) -> None:
    with house.work() as work:
        tellings.note_how(work.connection, one.number, was=one.how, how=How.LETTER)
        work.record(
            EventKind.TELLING_INTENDED,
            ref=one.ref,
            rule="H-31",
            expected=one.people,
            facts={
                "disclosure": one.disclosure,
                "channel": door.name,
                "parcel": parcel.ref,
                WAY: way_digest(house.vault, door),
            },
        )
        work.commit()


def _by_person(
    house: House, one: Telling, *, reason: str, door: Door | None, unsure: bool | None = None
) -> Came:
    """`unsure`: whether the letter may have arrived; None: as it stands."""
    if unsure is None:
        unsure = one.how is How.LETTER
    channel = {} if door is None else {"channel": door.name}
    with house.work() as work:
        how = How.UNSURE if unsure else How.PERSON
        tellings.note_how(work.connection, one.number, was=one.how, how=how)
        work.record(
            EventKind.TELLING_PERHAPS_SENT if unsure else EventKind.TELLING_NOT_SENT,
            ref=one.ref,
            facts={"disclosure": one.disclosure, "reason": reason, **channel},
        )
        open_order(house, work, one)
        work.commit()
    return Came.BY_PERSON


def _nobody(house: House, one: Telling) -> Came:
    with house.work() as work:
        close(house, work, one, by=NOTHING_LEFT, acted=0, facts={"reason": NOTHING_LEFT})
        close_open(house, work, one, by=NOTHING_LEFT)
        work.commit()
    return Came.NOBODY


def _mail(house: House, disclosure: Disclosure) -> Door | None:
    """The machine's way by which a letter reaches them by mail: one of the disclosure's own, else
    any that is bound. Raises `Refused("contact_not_bound")`: the bindings do not know them any
    more, and a person does."""
    terms = disclosure.terms
    if terms.contact not in house.doors.recipients.get(terms.recipient, {}):
        raise Refused(NOT_BOUND, ref=terms.recipient)
    own = (terms.channel, terms.password_by)
    for name in dict.fromkeys((*own, *sorted(house.doors.ways))):
        door = house.doors.ways.get(name)
        if door is None or door.by_hand is not None or door.about.password is None:
            continue
        if door.about.medium == "mail" and _to(house, door, disclosure):
            return door
    return None


def _require_same_contact(house: House, disclosure: Disclosure) -> None:
    """As `require_same_contact`; a way that is not bound any more is another one too."""
    try:
        require_same_contact(house, disclosure)
        return
    except Misconfigured as gone:
        if gone.code != "channel_not_bound":
            raise
    raise Refused(CONTACT_CHANGED, ref=disclosure.ref)


def _to(house: House, door: Door, disclosure: Disclosure) -> tuple[str, ...]:
    """The mailbox that the file's own mail goes to, else that of passwords; () for none."""
    contact = house.doors.recipients[disclosure.terms.recipient][disclosure.terms.contact]
    found = contact.email or contact.password_email
    return () if found is None else (found,)


def _parcel(house: House, disclosure: Disclosure, door: Door, one: Telling) -> Parcel:
    letter = letter_of(house, disclosure, one)
    # The same telling is the same parcel, whatever is killed and repeated.
    ref = to_reference(PARCEL, one.number)
    return Parcel(
        ref=ref,
        file=None,
        name=ref,
        to=_to(house, door, disclosure),
        subject=letter.subject,
        text=letter.text,
    )


def _opened(house: House, refs: Collection[str]) -> dict[str, _Way]:
    """Which of these the keyed ledger knows to be opened, each with the way of its letter: no row
    alone makes anybody write."""
    found: dict[str, _Way] = {}
    with reading(house.engine) as connection:
        verify(connection, house.ledger_key)
        for entry in house.ledger.read(connection):
            if b'"telling.' not in entry.body:
                continue
            event = orjson.loads(entry.body)
            ref = event.get("ref")
            if ref not in refs:
                continue
            if event["kind"] == EventKind.TELLING_OPENED:
                found.setdefault(ref, _Way())
            elif event["kind"] == EventKind.TELLING_INTENDED and ref in found:
                facts = event.get("facts", {})
                found[ref] = _Way(facts.get("channel", ""), facts.get(WAY, ""))
    return found
