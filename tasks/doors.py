"""What leaves goes through a door that the bindings name: what it protects, and who is behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, NamedTuple

import orjson

from connectors.channel import Channel
from lifecycle.bindings.recipients import Contact
from lifecycle.disclosure import Way
from lifecycle.errors import Misconfigured
from lifecycle.policy.sharing import Safeguard
from records.vault import Vault

Medium = Literal["mail", "phone", "folder"]
LETTERS: Final[frozenset[Medium]] = frozenset({"mail", "phone"})
"""By these a letter goes that has no file with it: a password, a wish."""


class Cell(NamedTuple):
    """One value of one person in a disclosure; personal data, never shown."""

    person: int
    """1, 2, … within the disclosure: says nothing outside it."""
    category: str
    field: str
    value: str

    def __repr__(self) -> str:
        return "Cell()"


Sealer = Callable[[Sequence[Cell], Path, str], None]
"""Writes a container with these cells, sealed by that password; no plaintext touches the disk."""


class Kind(NamedTuple):
    """What every channel of a kind gives."""

    medium: Medium
    provides: frozenset[Safeguard]


KINDS: Final[Mapping[str, Kind]] = {
    # To the recipient's own server over verified TLS or not at all; our copy goes, they are asked.
    "smtp": Kind("mail", frozenset({"encrypted_mail", "tls_1_2", "both_sides_delete"})),
    "outlook": Kind("mail", frozenset({"encrypted_mail", "both_sides_delete"})),
    "sms": Kind("phone", frozenset()),
    "onedrive": Kind("folder", frozenset({"access_control", "expiry"})),
    "google_drive": Kind("folder", frozenset({"access_control", "expiry"})),
    "sftp": Kind("folder", frozenset({"access_control"})),
    # Lives and dies with the process: nothing leaves by it.
    "memory": Kind("mail", frozenset({"encrypted_mail", "tls_1_2", "both_sides_delete"})),
}
"""A kind that is not here gives nothing and reaches nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One bound channel."""

    name: str
    kind: str
    channel: Channel
    leads_to: str = ""
    """What its binding says of where it leads: changed, it is another way."""

    @property
    def about(self) -> Kind:
        """What its kind gives. Raises `Misconfigured("channel_kind_unknown")`."""
        if self.kind not in KINDS:
            raise Misconfigured("channel_kind_unknown", ref=self.name)
        return KINDS[self.kind]

    def address(self, contact: Contact) -> tuple[str, ...]:
        """Where this channel reaches them. Raises `Misconfigured("contact_not_reached")`."""
        found = contact.phone if self.about.medium == "phone" else contact.email
        if found is None:
            raise Misconfigured("contact_not_reached", ref=self.name)
        return (found,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Every way out of one controller, and whom it leads to."""

    ways: Mapping[str, Door] = field(default_factory=dict)
    recipients: Mapping[str, Mapping[str, Contact]] = field(default_factory=dict)
    sealers: Mapping[str, Sealer] = field(default_factory=dict)
    """By the container's word: zip, xlsx."""
    outgoing: Path
    """Where a sealed container lies until a channel has said what became of it; else empty."""

    def door(self, name: str) -> Door:
        """Raises `Misconfigured("channel_not_bound")`."""
        found = self.ways.get(name)
        if found is None:
            raise Misconfigured("channel_not_bound", ref=name)
        return found

    def contact(self, recipient: str, name: str) -> Contact:
        """Raises `Misconfigured("contact_not_bound")`."""
        found = self.recipients.get(recipient, {}).get(name)
        if found is None:
            raise Misconfigured("contact_not_bound", ref=recipient)
        return found

    def sealer(self, container: str) -> Sealer:
        """Raises `Misconfigured("container_unknown")`."""
        found = self.sealers.get(container)
        if found is None:
            raise Misconfigured("container_unknown")
        return found


def way(doors: Doors, channel: str, contact: Contact) -> Way:
    """What a disclosure by that channel to that contact has.

    Raises `Misconfigured`, among others with `password_way_without_letters`: a folder carries
    files, and no password that nobody else finds there.
    """
    first, second = doors.door(channel), doors.door(contact.password_by)
    if second.about.medium not in LETTERS:
        raise Misconfigured("password_way_without_letters", ref=second.name)
    addresses = first.address(contact), second.address(contact)
    apart = first.about.medium != second.about.medium or addresses[0] != addresses[1]
    return Way(first.about.provides, password_elsewhere=first.name != second.name and apart)


def contact_digest(vault: Vault, doors: Doors, channel: str, contact: Contact) -> str:
    """Keyed digest (hexadecimal) of where a contact is reached and by which servers: changed, it is
    another one. Raises `Misconfigured("channel_not_bound")`."""
    told = [contact.email, contact.phone, contact.password_by, contact.language]
    told += [doors.door(name).leads_to for name in (channel, contact.password_by)]
    return vault.index_digest("#contact", orjson.dumps(told).decode()).hex()
