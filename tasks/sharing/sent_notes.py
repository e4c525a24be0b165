"""Where nobody can look, notes alone say what was sent: without them nothing goes (A-69)."""

from __future__ import annotations

from typing import Final

import orjson

from connectors.channel import Remembers
from lifecycle.errors import Misconfigured
from lifecycle.ledger import EventKind
from records.engines import reading
from tasks.house.doors import Door
from tasks.house.parts import House

LOST: Final = "sent_journal_lost"
_GOES: Final = frozenset(
    {
        EventKind.DISCLOSURE_INTENDED,
        EventKind.DISCLOSURE_PASSWORD_INTENDED,
        EventKind.TELLING_INTENDED,
    }
)


def require_notes(house: House, door: Door) -> None:
    """Return only if a channel that remembers by notes has them; the first time they are begun.

    Raises as `check_notes`.
    """
    if check_notes(house, door) or not isinstance(door.channel, Remembers):
        return
    door.channel.begin_notes()


def check_notes(house: House, door: Door) -> bool:
    """Whether a channel has what notes it needs; False: nothing ever went this way, and they are
    not begun.

    Raises `Misconfigured("sent_journal_lost")` where the ledger says that something was to go this
    way and no notes are there, and `Misconfigured("sent_journal_unusable")`.
    """
    if not isinstance(door.channel, Remembers) or door.channel.has_notes():
        return True
    if _was_used(house, door.name):
        raise Misconfigured(LOST, ref=door.name)
    return False


def _was_used(house: House, name: str) -> bool:
    mark = name.encode()
    with reading(house.engine) as connection:
        for entry in house.ledger.read(connection):
            if mark in entry.body and b"intended" in entry.body:
                event = orjson.loads(entry.body)
                used = event["kind"] in _GOES and event.get("facts", {}).get("channel") == name
                if used and event["controller"] == house.controller:
                    return True
    return False
