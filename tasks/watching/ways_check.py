"""Whether each recipient's desk can be reached: by the file's way, and apart from it by the way of
its password (A-69 d)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectors.examination import Finding, State, What, looked
from lifecycle.bindings.channels import SmsGateway
from lifecycle.bindings.recipients import Contact
from lifecycle.configuration.validated import Part
from lifecycle.errors import GallraError, Misconfigured, Refused
from tasks.house.doors import Door, Doors, way

_FOR_ANOTHER: Final = frozenset(
    {"recipient_not_encrypted", "recipient_not_pinned", "folder_of_another_recipient"}
)
"""The channel is for others, which is no fault of either."""


def ways(doors: Doors, name: str, binding: Part) -> list[Finding]:
    """Whether each contact that the channel leads to may be written to, servers and TLS included,
    and each whose passwords go by it; told by the contact's name in the bindings. Nothing is
    sent."""
    door = doors.door(name)
    found = []
    for recipient, contacts in sorted(doors.recipients.items()):
        for word, contact in sorted(contacts.items()):
            one = (
                _password_way(doors, door, contact, binding)
                if contact.password_by == name
                else _file_way(doors, door, contact)
            )
            if one is not None:
                found.append(one._replace(about=(f"{recipient}/{word}",)))
    return found or [Finding(What.WAY, State.ASK, "nobody_to_try")]


def _password_way(doors: Doors, door: Door, contact: Contact, binding: Part) -> Finding:
    """Their passwords go this way and no other: that it does not reach them is a fault."""

    def reach() -> None:
        if door.about.password is None:
            raise Misconfigured("password_way_without_letters", ref=door.name)
        door.channel.check((door.password_address(contact),))
        apart = list(_apart(doors, contact))
        if apart and not any(apart):
            raise Refused("password_not_apart", ref=door.name)

    found = looked(What.WAY, reach, code="password_way_open")
    if found.state is State.OK and isinstance(binding, SmsGateway) and binding.probe is None:
        return Finding(What.WAY, State.ASK, "gateway_not_asked")
    return found


def _apart(doors: Doors, contact: Contact) -> Iterator[bool]:
    """Of each way by which a file reaches them, whether their password goes apart from it."""
    for door in doors.ways.values():
        if door.name == contact.password_by or door.about.file is None:
            continue
        try:
            door.address(contact)
        except GallraError:
            continue
        yield way(doors, door.name, contact).password_elsewhere


def _file_way(doors: Doors, door: Door, contact: Contact) -> Finding | None:
    """None: the channel does not reach them, nor has to."""
    if door.about.file is None:
        return None
    try:
        to = door.address(contact)
    except GallraError:
        return None
    code = "way_open" if door.by_hand is None else "way_by_hand"
    found = looked(What.WAY, lambda: door.channel.check(to), code=code)
    for_another = found.state is State.WRONG and found.code in _FOR_ANOTHER
    if for_another and _another_way(doors, door, contact):
        return Finding(What.WAY, State.OK, "way_for_others")
    return found


def _another_way(doors: Doors, door: Door, contact: Contact) -> bool:
    for other in doors.ways.values():
        if other.name in (door.name, contact.password_by) or other.about.file is None:
            continue
        try:
            other.channel.check(other.address(contact))
        except GallraError:
            continue
        return True
    return False
