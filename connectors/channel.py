"""The way by which a sealed parcel leaves for its recipient, and is taken back when its time is up.

A channel never decides anything: what may go which way, and that people agreed to it, is known
before a parcel exists (A-69, H-32). What it carries is sealed already, or is harmless.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One sealed file on its way to one recipient.

    The letter around it tells nothing of the person that it is about. Addresses are kept out of
    `repr`, logs and errors.
    """

    ref: str
    """`X-…`: the same parcel delivered again has no second effect."""
    file: Path | None
    """The sealed container on this machine; None: the letter alone (a password, a telling)."""
    name: str
    """What the recipient sees it called: neutral, ASCII, no path."""
    to: tuple[str, ...] = field(repr=False)
    """The recipient's addresses in this channel; empty where the channel has one place only."""
    subject: str = ""
    text: str = field(default="", repr=False)
    """UTF-8 text of the letter. It may hold a password: never kept by the channel."""
    html: str = field(default="", repr=False)
    """The same as a page, where the letter is one to read at leisure (a notice); else ""."""
    until: date | None = None
    """Local date: the last day on which the recipient may get at it."""


class Delivered(NamedTuple):
    """A parcel that is where it was to go; enough to find it again and take it back."""

    ref: str
    handle: str
    """The channel's own words for it (item and permission id, message id, path); never an
    address. Opaque to everybody else. "" where no answer ever told them: the reference alone, by
    which every channel finds and takes back what it laid somewhere."""

    def __repr__(self) -> str:
        return f"Delivered(ref={self.ref})"


class Standing(StrEnum):
    """What looking for a parcel showed."""

    THERE = "there"
    GONE = "gone"
    """Withdrawn: nobody gets at it by us any more."""
    BEYOND = "beyond"
    """It lies with the recipient: only they can take it away (mail, a file on their server)."""
    COULD_NOT_LOOK = "could_not_look"


class Channel(Protocol):
    """One way out: a shared folder, mail, a recipient's server (A-69, H-33)."""

    @property
    def place(self) -> str:
        """The binding's name: configuration, never personal."""
        ...

    def check(self, to: tuple[str, ...]) -> None:
        """Whether a parcel may go this way to these addresses, asked before anything is sent:
        reachable, authenticated, encrypted as the policy wants.

        Raises `Refused` (another channel must be taken), `Unreachable`, `Misconfigured`.
        """
        ...

    def deliver(self, parcel: Parcel) -> Delivered:
        """Hand the parcel over, whole or not at all; what was delivered before is found, not sent
        again.

        Raises `Refused`, `Unreachable` (nothing arrived, try again), or
        `NotProven("perhaps_delivered")` when it may have arrived and nobody can look: that is
        never tried again by itself.
        """
        ...

    def withdraw(self, delivered: Delivered) -> None:
        """Take it back as far as this channel can: permission and file, our own copy of the mail;
        all that bears its reference, whatever its handle says. Permanently; what is gone already
        is success. Raises `Unreachable`, `NotProven("deletion_refused")` when a hold or a missing
        right keeps it."""
        ...

    def standing(self, delivered: Delivered) -> Standing:
        """Look anew, by its reference too. Never raises for a system that does not answer."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """A way on which nobody can look: by notes of its own alone it knows what it has sent."""

    def has_notes(self) -> bool:
        """Whether its notes are where they were begun; lost, anything could go twice.

        Raises `Misconfigured("sent_journal_unusable")`."""
        ...

    def begin_notes(self) -> None:
        """Begin them, before the first parcel of all. Safe to repeat; raises as `has_notes`."""
        ...
