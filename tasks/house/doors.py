"""What leaves goes through a door that the bindings name: what it protects, and who is behind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal, NamedTuple

import orjson

from connectors.channel import Channel
from lifecycle import disclosure
from lifecycle.bindings.hand_over import ManualChannel
from lifecycle.bindings.recipients import Contact, is_same_address
from lifecycle.errors import Misconfigured
from lifecycle.opening import Language, PasswordWay, Way
from lifecycle.policy.sharing import Safeguard
from records.vault import Vault

Medium = Literal["mail", "phone", "folder", "post", "digital_post", "portal"]
"""What somebody has to be able to read to see what goes this way."""


class Cell(NamedTuple):
    """One value of one person in a disclosure; personal data, never shown."""

    person: int
    """1, 2, … within the disclosure: says nothing outside it."""
    category: str
    field: str
    value: str
    case: str = ""
    """The number of the case that it belongs to; "": the person."""
    source: str = ""
    """The system that it was read from, as the policy calls it; "": our own records."""

    def __repr__(self) -> str:
        return "Cell()"


class Cover(NamedTuple):
    """What stands around the content."""

    language: Language
    on: date
    """Local date of the sealing."""
    words: Mapping[str, str] = {}
    """What the policy calls its categories, and an export its fields, where that is the language of
    the recipient; others are shown by their names."""


Sealer = Callable[[Sequence[Cell], Path, str, Cover], None]
"""Writes a container with these cells, sealed by that password; no plaintext touches the disk."""


class Kind(NamedTuple):
    """What every channel of a kind gives."""

    medium: Medium
    provides: frozenset[Safeguard]
    file: Way | None
    """How the recipient is told that a file came; None: this way carries none."""
    password: PasswordWay | None
    """The same of a password: a letter without a file."""
    letter: bool = True
    """Whether what tells how to open the file comes with it; else it comes with the password."""


_MAIL: Final[frozenset[Safeguard]] = frozenset({"encrypted_mail", "tls_1_2", "both_sides_delete"})
_SHARED: Final[frozenset[Safeguard]] = frozenset({"access_control", "expiry"})
KINDS: Final[Mapping[str, Kind]] = {
    # To the recipient's own server over verified TLS or not at all; our copy goes, they are asked.
    "smtp": Kind("mail", _MAIL, "mail", "mail"),
    # To the domains of `encrypted_to` alone, see `Door.provides`: for any other one Microsoft 365
    # encrypts if it can, and tells nobody whether it did.
    "outlook": Kind("mail", _MAIL, "mail", "mail"),
    "sms": Kind("phone", frozenset(), None, "sms"),
    "onedrive": Kind("folder", _SHARED, "link", None),
    "google_drive": Kind("folder", _SHARED, "link", None),
    "sftp": Kind("folder", frozenset({"access_control"}), "server", None, letter=False),
    # Lives and dies with the process: nothing leaves by it.
    "memory": Kind("mail", _MAIL, "mail", "mail"),
}
"""A kind that is not here gives nothing and reaches nobody."""
BY_HAND: Final[Mapping[str, Kind]] = {
    "usb_stick": Kind("post", frozenset({"encrypted_medium"}), "medium", None),
    "e_boks": Kind("digital_post", frozenset({"digital_post"}), "message", "digital_post"),
    # From the office's own program for it, as Gallra has no tunnel of its own; evidence: a receipt.
    "tunnel_mail": Kind("mail", frozenset({"encrypted_mail", "tunnel"}), "message", None),
    "portal": Kind("portal", frozenset({"statutory_portal"}), "server", None),
    "phone": Kind("phone", frozenset(), None, "phone"),
    "letter": Kind("post", frozenset(), None, "letter"),
}
"""What a person gives who hands something over (kind `manual`), by the binding's `by`."""
_ENCRYPTED: Final[frozenset[Safeguard]] = frozenset({"encrypted_mail", "tls_1_2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One bound channel."""

    name: str
    kind: str
    channel: Channel
    leads_to: str = ""
    """What its binding says of where it leads: changed, it is another way."""
    by_hand: ManualChannel | None = None
    """The order that a person gets; None: a machine's way."""
    encrypted_to: frozenset[str] | None = None
    """The domains to which it surely encrypts, in small letters; None: all that it writes to."""

    through: str = ""
    """The policy's system that it goes through, whose processor must be valid; "": nobody's."""
    tunnel_to: frozenset[str] = frozenset()
    """The domains that it writes to by the authorities' tunnel, in small letters."""

    @property
    def about(self) -> Kind:
        """What its kind gives. Raises `Misconfigured("channel_kind_unknown")`."""
        if self.by_hand is not None:
            return BY_HAND[self.by_hand.by]
        if self.kind not in KINDS:
            raise Misconfigured("channel_kind_unknown", ref=self.name)
        return KINDS[self.kind]

    def address(self, contact: Contact) -> tuple[str, ...]:
        """Where this channel reaches them. Raises `Misconfigured("contact_not_reached")`."""
        medium = self.about.medium
        found = contact.phone if medium == "phone" else contact.email
        if medium in {"post", "digital_post", "portal"}:
            found = contact.by_hand
        if found is None:
            raise Misconfigured("contact_not_reached", ref=self.name)
        return (found,)

    def password_address(self, contact: Contact) -> str:
        """Where a password reaches them by this channel. Raises as `address`."""
        medium = self.about.medium
        if medium == "mail" and contact.password_email is not None:
            return contact.password_email
        by_hand = medium in {"post", "digital_post", "portal"}
        if by_hand and contact.password_by_hand is not None:
            return contact.password_by_hand
        [address] = self.address(contact)
        return address

    def provides(self, contact: Contact) -> frozenset[Safeguard]:
        """What a parcel to them has that goes this way. Raises as `address`."""
        [address] = self.address(contact)
        domain = address.rpartition("@")[2].lower()
        if self.encrypted_to is not None and domain not in self.encrypted_to:
            return self.about.provides - _ENCRYPTED
        tunnel: frozenset[Safeguard] = frozenset({"tunnel"} if domain in self.tunnel_to else ())
        return self.about.provides | tunnel


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Every way out of one controller, and whom it leads to."""

    ways: Mapping[str, Door] = field(default_factory=dict)
    recipients: Mapping[str, Mapping[str, Contact]] = field(default_factory=dict)
    sealers: Mapping[str, Sealer] = field(default_factory=dict)
    """By the container's word: zip, xlsx, pdf."""
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


def way(doors: Doors, channel: str, contact: Contact) -> disclosure.Way:
    """What a disclosure by that channel to that contact has.

    Raises `Misconfigured`, among others with `password_way_without_letters`: a folder carries
    files, and no password that nobody else finds there.
    """
    first, second = doors.door(channel), doors.door(contact.password_by)
    if second.about.password is None:
        raise Misconfigured("password_way_without_letters", ref=second.name)
    [to] = first.address(contact)
    # Two mails, or two letters, are one way: who reads the one may well read the other.
    another_way = first.name != second.name and first.about.medium != second.about.medium
    elsewhere = not is_same_address(to, second.password_address(contact))
    return disclosure.Way(first.provides(contact), password_elsewhere=another_way and elsewhere)


def way_digest(vault: Vault, door: Door) -> str:
    """Keyed digest (64 hexadecimal digits) of where a channel leads: changed, it leads
    elsewhere."""
    keyed = vault.index_digest("#way", orjson.dumps([door.name, door.leads_to]).decode())
    return hashlib.sha256(keyed).hexdigest()


def contact_digest(vault: Vault, doors: Doors, channel: str, contact: Contact) -> str:
    """Keyed digest (hexadecimal) of where a contact is reached, and by what: changed, it is
    another one. Raises `Misconfigured("channel_not_bound")`."""
    told = [
        contact.email,
        contact.phone,
        contact.by_hand,
        contact.password_by,
        contact.password_email,
        contact.password_by_hand,
        contact.language,
        doors.door(channel).leads_to,
        doors.door(contact.password_by).leads_to,
    ]
    return vault.index_digest("#contact", orjson.dumps(told).decode()).hex()
