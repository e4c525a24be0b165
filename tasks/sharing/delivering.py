"""A parcel is handed to its channel, and what the channel says of it is written down (A-69)."""

from __future__ import annotations

from typing import Final

from connectors.channel import Channel, Delivered, Parcel
from lifecycle.disclosure import Stage
from lifecycle.errors import NotProven, Refused
from lifecycle.ledger import EventKind
from records import disclosures
from records.plans import Plan
from tasks.house.parts import House
from tasks.sharing.steps import PERHAPS, ask_a_person

_BACK: Final = {Stage.SENDING: Stage.PREPARED, Stage.OPENING: Stage.SENT}
_UNSURE: Final = {Stage.SENDING: Stage.PERHAPS_SENT, Stage.OPENING: Stage.PERHAPS_TOLD}


def deliver(
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
