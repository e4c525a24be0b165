"""What may lie outside is taken back by its reference alone, whatever anybody says of it (A-69).

A container gets its name before it is sent. So it can be looked for and taken back where no answer
ever told how it arrived, and where a person says that it did not.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final, NamedTuple

import orjson

from connectors.channel import Channel, Delivered, Standing
from lifecycle.disclosure import WAY, is_not_arrived
from lifecycle.errors import GallraError, Misconfigured, NotProven, Refused, Unreachable
from lifecycle.ledger import EventKind
from records.disclosures import Disclosure
from records.engines import reading
from tasks.house.doors import way_digest
from tasks.house.parts import House
from tasks.sharing.parcels import content_ref, delivered_of

NOT_WITHDRAWN: Final = "not_withdrawn"
REBOUND: Final = "channel_rebound"
_MOST: Final = 1000
"""No column says how often to ask a channel: whoever wrote a larger number meant harm."""
_WORST: Final = (Standing.THERE, Standing.COULD_NOT_LOOK, Standing.BEYOND, Standing.GONE)
"""The first of these that holds of one of them holds of all."""


class _Attempts(NamedTuple):
    """What the ledger tells of a disclosure; its columns may tell something else."""

    intended: bool
    """Whether it ever was about to be sent."""
    ways: frozenset[str]
    """Where its channel led whenever it was: keyed digests."""
    number: int
    """How often a person found out that nothing had arrived."""


class Recalled(NamedTuple):
    """What came of taking back whatever bears one of a container's references."""

    was: Standing
    """Before anything was taken."""
    now: Standing


def _told(house: House, ref: str) -> _Attempts:
    mark = ref.encode()
    with reading(house.engine) as connection:
        events = [
            orjson.loads(entry.body)
            for entry in house.ledger.read(connection)
            if mark in entry.body and b"disclosure." in entry.body
        ]
    ways = [
        event.get("facts", {}).get(WAY, "")
        for event in events
        if event["kind"] == EventKind.DISCLOSURE_INTENDED and event.get("ref") == ref
    ]
    not_arrived = sum(is_not_arrived(event, ref) for event in events)
    return _Attempts(bool(ways), frozenset(ways), not_arrived)


def require_same_way(house: House, disclosure: Disclosure) -> None:
    """Return only if its channel leads to where it led when it was sent: elsewhere nothing is
    found, and what lies in the old place would be called gone.

    Raises `Misconfigured("channel_rebound")`, `Misconfigured("channel_not_bound")`.
    """
    _same_channel(house, disclosure)


def _same_channel(house: House, disclosure: Disclosure) -> Channel:
    door = house.doors.door(disclosure.terms.channel)
    if _told(house, disclosure.ref).ways - {way_digest(house.vault, door)}:
        raise Misconfigured(REBOUND, ref=door.name)
    return door.channel


def look(house: House, disclosure: Disclosure) -> Standing:
    """How its container stands, under every reference that it may have left by.

    Raises as `require_same_way` and `Channel.standing`.
    """
    channel = _same_channel(house, disclosure)
    return _worst([channel.standing(one) for one in _parcels(house, disclosure)])


def recall(house: House, disclosure: Disclosure) -> Recalled:
    """Take back its container under every reference that it may have left by; safe to repeat.

    Raises what `Channel.withdraw` does, after all others were taken back, and as
    `require_same_way`.
    """
    channel = _same_channel(house, disclosure)
    return _taken(channel, _parcels(house, disclosure))


def recall_earlier(house: House, disclosure: Disclosure) -> None:
    """Take back what earlier attempts may have laid somewhere: before another one goes, and
    before a disclosure is called one of which nothing has left.

    Raises as `recall`, and `NotProven("not_withdrawn")`.
    """
    if not _told(house, disclosure.ref).intended:
        return
    if recall(house, disclosure).now in {Standing.THERE, Standing.COULD_NOT_LOOK}:
        raise NotProven(NOT_WITHDRAWN, ref=disclosure.ref)


def try_recall_earlier(house: House, disclosure: Disclosure) -> None:
    """The same where it may as well wait: the next run cannot go on without it."""
    with suppress(Refused, Unreachable, NotProven, Misconfigured):
        recall_earlier(house, disclosure)


def _parcels(house: House, disclosure: Disclosure) -> list[Delivered]:
    """Where its container may be: what a channel told us, and each attempt's own reference."""
    known = delivered_of(house, disclosure)
    found = {} if known is None else {known.ref: known}
    attempts = {*range(min(_told(house, disclosure.ref).number, _MOST) + 1)}
    if 0 <= disclosure.attempt <= _MOST:
        attempts.add(disclosure.attempt)
    for attempt in sorted(attempts):
        ref = content_ref(disclosure._replace(attempt=attempt))
        found.setdefault(ref, Delivered(ref, ""))
    return list(found.values())


def _taken(channel: Channel, parcels: list[Delivered]) -> Recalled:
    was = _worst([channel.standing(one) for one in parcels])
    failure: GallraError | None = None
    for one in parcels:
        try:
            channel.withdraw(one)
        except GallraError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return Recalled(was, _worst([channel.standing(one) for one in parcels]))


def _worst(found: list[Standing]) -> Standing:
    return next(one for one in _WORST if one in found)
