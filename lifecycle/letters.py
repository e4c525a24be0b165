"""Whoever has to be told is written to once; whom no mail reaches a person hands the letter
(art. 12(1), 13, 14, 34)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class LetterKind(StrEnum):
    """What a letter is for."""

    NOTICE = "notice"
    """What is done with the data (art. 13, 14)."""
    INCIDENT = "incident"
    """What happened to it (art. 34)."""
    CONSENT = "consent"
    """A question that is not answered yet."""
    ANSWER = "answer"
    """To somebody's request (art. 12(3))."""


class LetterState(StrEnum):
    """Where a letter stands."""

    SENDING = "sending"
    """It may be on its way: written down before the server is given anything."""
    SENT = "sent"
    UNSURE = "unsure"
    """Nobody can tell whether it arrived: it is never sent again by itself, and proves nothing."""
    BY_PERSON = "by_person"
    """On a work order: somebody hands it over."""
    HANDED = "handed"
    """Somebody has handed it over, with evidence."""


REACHED: Final = frozenset({LetterState.SENT, LetterState.HANDED})
"""The person was told."""


COPY: Final = "our_copy"
"""The reason of a letter that was sent and of which our own mailbox may still have a copy."""


class Matter(NamedTuple):
    """What a letter is about, and why it is written now."""

    kind: LetterKind
    about: str
    """A word of the policy, or a reference."""
    version: str
    """SHA-256 (hexadecimal) of what it says."""
    occasion: str
    """`first`, `change`, or the year of a yearly one."""


class Composed(NamedTuple):
    """A letter as its reader gets it; nothing in it says more of a person than their address."""

    languages: str
    """All that it says it in, apart by blanks: the same for everybody, so nothing about anybody."""
    subject: str
    text: str
    html: str = ""
