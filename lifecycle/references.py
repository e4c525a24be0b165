"""Opaque references: what may be shown of a person, a file or a plan outside the vault.

A reference is a letter, a dash and thirteen Crockford base-32 digits of a random 63-bit
number, or of one that follows it in its block: it says nothing about whom it stands for and is
never derived from personal data.
"""

from __future__ import annotations

import secrets
from typing import Final

from lifecycle.errors import Refused

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE: Final = {digit: number for number, digit in enumerate(_DIGITS)}
_LENGTH: Final = 13

SUBJECT: Final = "S"
ENGAGEMENT: Final = "E"
STAGED_FILE: Final = "F"
IMPORT: Final = "I"
RUN: Final = "R"
TO_DO: Final = "T"
PLAN: Final = "P"
HOLD: Final = "H"
OFFICER: Final = "O"
WORK_ORDER: Final = "W"
CERTIFICATE: Final = "C"
FINDING: Final = "D"
PARCEL: Final = "X"
TELLING: Final = "N"
INCIDENT: Final = "B"
PROCESSOR: Final = "V"
REQUEST: Final = "Q"
ASSESSMENT: Final = "A"
CONSENT: Final = "K"


APART: Final = 37
"""How far apart numbers lie that are given one after the other. A prime above 32: two references
of one block never differ by a single character, nor by two that changed places, so that a slip of
the pen is nobody else."""


def new_id() -> int:
    """A random positive 63-bit number, leaving room for a block of ids above it."""
    return secrets.randbits(62)


def to_reference(kind: str, number: int) -> str:
    """The public form of `number`, e.g. `S-03F8…`; `kind` is one of this module's letters."""
    digits = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, 32)
        digits.append(_DIGITS[rest])
    return f"{kind}-{''.join(reversed(digits))}"


def from_reference(kind: str, reference: str) -> int:
    """The number behind `reference`.

    Raises `Refused("reference_malformed")` for anything that `to_reference` did not write.
    """
    text = _spelled(reference)
    if len(text) != _LENGTH + 2 or not text.startswith(f"{kind}-"):
        raise Refused("reference_malformed")
    number = 0
    for digit in text[2:]:
        if digit not in _VALUE:
            raise Refused("reference_malformed")
        number = number * 32 + _VALUE[digit]
    if number >= 1 << 63:
        raise Refused("reference_malformed")
    return number


def as_written(text: str) -> str:
    """A reference as `to_reference` writes it, however somebody typed it; any other text as it is.

    What is kept under a reference is found again under one spelling only."""
    spelled = _spelled(text)
    looks = len(spelled) == _LENGTH + 2 and spelled[1] == "-" and "A" <= spelled[0] <= "Z"
    return spelled if looks and all(one in _VALUE for one in spelled[2:]) else text


def _spelled(reference: str) -> str:
    return reference.strip().upper()
