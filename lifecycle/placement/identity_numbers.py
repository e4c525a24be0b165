"""Identity numbers within a text are parsed exactly; a telephone number is none (A-62)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from lifecycle.national_id import NationalId, parse_national_id

_SWEDISH: Final = re.compile(
    r"(?<![\w+/.-])(?:\d{8}|\d{6}|\d{4}-\d\d-\d\d)([-+‐–]?|\s)\d{4}(?![\w/]|[-+.]\d)", re.ASCII
)
_DANISH: Final = re.compile(r"(?<![\w+/.-])(\d{6})([-–]?|\s)(\d{4})(?![\w/]|[-+.]\d)", re.ASCII)
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W_]|-)*")
_REACH: Final = 40
"""Characters before a number in which its label is looked for."""
_WEIGHTS: Final = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def identity_numbers(
    line: str,
    *,
    country: str,
    today: date,
    labels: frozenset[str] = frozenset(),
    others: frozenset[str] = frozenset(),
    always: bool = False,
) -> Iterator[tuple[int, int]]:
    """Where in `line` an identity number stands: (start, end).

    `others`: words after which a number is something else; the nearest word that is in either
    list decides. Without a label a number counts as soon as nobody would write anything else so:
    Swedish with a century, or with its dash; Danish with its dash, or with the check digit that
    was given until 2007. `always`: every number that can be one counts, as if it had a label: for
    texts that may hold none. Never raises.
    """
    pattern = _DANISH if country == "DK" else _SWEDISH
    for found in pattern.finditer(line):
        label: bool | None = True
        if not always:
            label = _label(line[max(0, found.start() - _REACH) : found.start()], labels, others)
        if label is False:
            continue
        is_one = _is_cpr(found, label) if country == "DK" else _is_swedish(found, label, today)
        if is_one:
            yield found.start(), found.end()


def _label(before: str, labels: frozenset[str], others: frozenset[str]) -> bool | None:
    for word in reversed(_WORD.findall(before.casefold())):
        for spelled in (word, word.partition("-")[0]):
            if spelled in labels:
                return True
            if spelled in others:
                return False
    return None


def _is_swedish(found: re.Match[str], label: bool | None, today: date) -> bool:
    text, between = found[0], found[1]
    if between.isspace():
        if not label:
            return False
        text = "-".join(text.split())
    digits = sum(character.isdigit() for character in text)
    if digits == 10 and not between and not label:
        # Ten digits in a row are as often a telephone number (0701234567) or an invoice.
        return False
    return isinstance(parse_national_id(text, today=today, minimum_age=0), NationalId)


def _is_cpr(found: re.Match[str], label: bool | None) -> bool:
    """CPR-loven: six digits of birth, then a serial whose first digit tells the century."""
    digits = found[1] + found[3]
    if not _is_birth_date(digits):
        return False
    if label or (found[2] and not found[2].isspace()):
        return True
    return sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11 == 0


def _is_birth_date(digits: str) -> bool:
    day, month, year, seventh = (int(digits[a:b]) for a, b in ((0, 2), (2, 4), (4, 6), (6, 7)))
    if seventh <= 3:
        century = 1900
    elif seventh in (4, 9):
        century = 2000 if year <= 36 else 1900
    else:
        century = 2000 if year <= 57 else 1800
    try:
        # A replacement number has 60 added to its day.
        date(century + year, month, day - 60 if day > 60 else day)
    except ValueError:
        return False
    return True
