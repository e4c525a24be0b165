"""What is written about an incident names nobody by number or address: much of it goes to the
authority, where it becomes public (A-29, art. 5(1)(c), 33(3))."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Final

from lifecycle.incident.words import Topic
from lifecycle.placement.identity_numbers import identity_numbers

NUMBER: Final = "identity_number_in_text"
CONTACT: Final = "contact_details_in_text"

ABOUT_WHAT_HAPPENED: Final = frozenset(
    {
        Topic.HAPPENED,
        Topic.DISCOVERED,
        Topic.REASON,
        Topic.DATA,
        Topic.CONSEQUENCES,
        Topic.DONE,
        Topic.PLANNED,
        Topic.DELAY,
        Topic.ABROAD,
        Topic.SECRECY,
        Topic.PEOPLE_HAPPENED,
        Topic.PEOPLE_CONSEQUENCES,
    }
)
"""Here nobody's telephone or mailbox has a place. In the others one may: of a processor, of the
police, of where people get help."""

_MAIL: Final = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.\w\w+")
_PHONE: Final = re.compile(
    # With its country; a Swedish one with its zero; a Danish one as it is written: in pairs.
    r"(?<![\w+/.-])(?:(?:\+|00)4[56](?:[ -]?\(0\))?(?:[ -]?\d){7,10}"
    r"|07[02369](?:[ -]?\d){7}|0\d{1,3}[ -]\d{2,3} ?\d{2}(?: ?\d{2})?"
    r"|[2-9]\d(?: \d\d){3})(?![\w/]|[-+.]\d)",
    re.ASCII,
)
_DASHES: Final = re.compile(r"\s*[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]\s*|(?<=\d)\s+-\s*(?=\d)")


def names_somebody(
    text: str, topic: Topic, *, country: str, today: date, ours: Iterable[str] = ()
) -> str | None:
    """The reason code why this text may not be written down; None where it may.

    `country`: `SE` or `DK`, the controller's: whose identity numbers count however they are
    written; the other's count where nobody would write anything else so. `ours`: mailboxes and
    telephones of the controller itself, which name nobody.
    """
    plain = _plain(text)
    for each in ("SE", "DK"):
        if any(identity_numbers(plain, country=each, today=today, always=each == country)):
            return NUMBER
    if topic not in ABOUT_WHAT_HAPPENED:
        return None
    for one in ours:
        plain = plain.replace(_plain(one), " ")
    return CONTACT if _MAIL.search(plain) or _PHONE.search(plain) else None


def _plain(text: str) -> str:
    """In one spelling: digits of any alphabet, dashes, and nothing that nobody sees."""
    seen = "".join(
        char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf"
    )
    digits = "".join(
        str(unicodedata.digit(char)) if unicodedata.category(char) == "Nd" else char
        for char in seen
    )
    return _DASHES.sub("-", digits)
