"""A personnummer or samordningsnummer is accepted however offices write it, and never guessed."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from lifecycle.intake.outcomes import RowReason
from lifecycle.intake.text import Cell

_DASHES: Final = dict.fromkeys(map(ord, "\u00ad‐‑‒–—―−﹘﹣－"), "-")
_UNSEEN: Final = dict.fromkeys((0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF))
_QUOTES: Final = "'’‘ʼ´`\"“”"
_SPELLED: Final = re.compile(
    r"(?:\d{8}|\d{6}|\d{4}-\d{2}-\d{2}|\d{2}-\d{2}-\d{2})([-+]?)\d{4}", re.ASCII
)
_NOT_DIGIT: Final = re.compile(r"[^0-9]+")
_TRAILING_ZERO: Final = re.compile(r"(?<=\d)[.,]0+$", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"(\d)(?:[.,](\d*))?[eE]\+?(\d{1,3})", re.ASCII)
_INTERIM: Final = re.compile(r"(?:\d{8}|\d{6})[-+]?(?=\d*[A-Za-z])[0-9A-Za-z]{4}", re.ASCII)
_ONE_LETTER_INTERIM: Final = re.compile(r"(?:\d{8}|\d{6})[-+]?[A-Za-z]\d{3}", re.ASCII)
_MASKED: Final = re.compile(r"(?=[^*#?•●xX_]*[*#?•●xX_])[-+\d*#?•●xX_]+", re.ASCII)
_LUHN_PAIR: Final = {
    f"{first}{second}": first * 2 // 10 + first * 2 % 10 + second
    for first in range(10)
    for second in range(10)
}
_COORDINATION: Final = 60
_NO_BIRTH_NUMBER: Final = "0000"


@dataclass(frozen=True, slots=True)
class NationalId:
    """A checked identity number; its text is kept out of `repr`."""

    digits: str = field(repr=False)
    """Twelve ASCII digits, century first."""

    @property
    def is_coordination_number(self) -> bool:
        """A samordningsnummer: the day of birth plus 60."""
        return int(self.digits[6:8]) >= _COORDINATION


def parse_national_id(cell: Cell, *, today: date, minimum_age: int) -> NationalId | RowReason:
    """The identity number in `cell`, or the reason why there is none; never raises.

    Ten digits get the youngest century that is possible on `today`, and are refused when that
    makes a person under `minimum_age` years. Lost leading zeros are restored only when day and
    check digit then fit. (Folkbokföringslagen 18 §; Skatteverket, SKV 704 and 707.)
    """
    if isinstance(cell, str):
        # The two spellings of nearly every row, before all others.
        if len(cell) == 12 and cell.isascii() and cell.isdigit():
            return _twelve(cell, today)
        if len(cell) == 13 and cell[8] == "-" and cell.isascii():
            digits = cell[:8] + cell[9:]
            if digits.isdigit() and not digits.endswith(_NO_BIRTH_NUMBER):
                return _twelve(digits, today)
        return _from_text(cell, today, minimum_age)
    if cell is None:
        return RowReason.IDENTITY_MISSING
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return RowReason.IDENTITY_INCOMPLETE
    return _from_number(cell, today, minimum_age)


def _from_number(number: float, today: date, minimum_age: int) -> NationalId | RowReason:
    if number != number:
        return RowReason.IDENTITY_MISSING
    if number >= 10**15:
        return RowReason.IDENTITY_ROUNDED_BY_EXCEL
    if number < 0 or number != int(number):
        return RowReason.IDENTITY_INCOMPLETE
    digits = str(int(number))
    # A number that once was shown as 1.98001E+11 and saved as shown.
    if len(digits) in (10, 12) and digits.endswith("000"):
        return RowReason.IDENTITY_ROUNDED_BY_EXCEL
    return _from_digits(digits, today, minimum_age)


def _from_text(cell: str, today: date, minimum_age: int) -> NationalId | RowReason:
    text = "".join(cell.translate(_UNSEEN).translate(_DASHES).split()).strip(_QUOTES)
    if not text.strip("-.,"):
        return RowReason.IDENTITY_MISSING
    if not text.isascii() and any(char.isdigit() and not char.isascii() for char in text):
        return RowReason.IDENTITY_NON_ASCII_DIGITS
    text = _TRAILING_ZERO.sub("", text)
    spelled = _SPELLED.fullmatch(text)
    if spelled is None:
        return _from_odd_text(text, today, minimum_age)
    digits = _NOT_DIGIT.sub("", text)
    if spelled[1] and digits.endswith(_NO_BIRTH_NUMBER) and not _is_organisation(digits[-10:]):
        return RowReason.IDENTITY_INCOMPLETE
    if spelled[1] == "+":
        return _turned_hundred(digits, today, minimum_age)
    return _from_digits(digits, today, minimum_age)


def _from_odd_text(text: str, today: date, minimum_age: int) -> NationalId | RowReason:
    if "TF" in text.upper():
        return RowReason.TF_NUMBER_MAYBE_PROTECTED
    if text.isascii() and text.isdigit():
        return _from_digits(text, today, minimum_age)
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific is not None:
        digits = scientific[1] + (scientific[2] or "")
        if len(digits) == int(scientific[3]) + 1:
            return _from_digits(digits, today, minimum_age)
        return RowReason.IDENTITY_ROUNDED_BY_EXCEL
    if _MASKED.fullmatch(text) and not _ONE_LETTER_INTERIM.fullmatch(text):
        return RowReason.IDENTITY_MASKED
    if _INTERIM.fullmatch(text):
        return RowReason.INTERIM_NUMBER
    if not any(char.isdigit() for char in text):
        return RowReason.IDENTITY_MISSING
    return RowReason.IDENTITY_INCOMPLETE


def _from_digits(digits: str, today: date, minimum_age: int) -> NationalId | RowReason:
    length = len(digits)
    if length == 12:
        return _twelve(digits, today)
    if length == 10:
        return _ten(digits, today, minimum_age)
    # Year, month and day 2000-01-01 begin with three zeros; with fewer than seven digits left,
    # a mere date of birth could be taken for a number.
    if 7 <= length <= 9:
        restored = _ten(digits.zfill(10), today, minimum_age)
        if isinstance(restored, NationalId) or restored is RowReason.CENTURY_AMBIGUOUS_OR_MINOR:
            return restored
    if length > 15 and digits[15:].strip("0") == "":
        return RowReason.IDENTITY_ROUNDED_BY_EXCEL
    return RowReason.IDENTITY_INCOMPLETE


def _twelve(digits: str, today: date) -> NationalId | RowReason:
    span = _birth_span(digits[:8])
    if span is None or span[0] > today:
        if digits.startswith("16") and _is_organisation(digits[2:]):
            return RowReason.ORGANISATION_NUMBER
        if digits.endswith(_NO_BIRTH_NUMBER):
            return RowReason.IDENTITY_ROUNDED_BY_EXCEL
        return RowReason.IDENTITY_DATE
    if digits[8:] == _NO_BIRTH_NUMBER:
        return RowReason.IDENTITY_ROUNDED_BY_EXCEL
    if not _luhn(digits[2:]):
        return RowReason.IDENTITY_CHECKSUM
    return NationalId(digits)


def _ten(digits: str, today: date, minimum_age: int) -> NationalId | RowReason:
    if _is_organisation(digits):
        return RowReason.ORGANISATION_NUMBER
    return _youngest(digits, today.year, today, minimum_age)


def _turned_hundred(digits: str, today: date, minimum_age: int) -> NationalId | RowReason:
    """`+` stands from the calendar year in which the person turns a hundred."""
    if len(digits) == 10:
        return _youngest(digits, today.year - 100, today, minimum_age)
    if int(digits[:4]) > today.year - 100:
        return RowReason.CENTURY_AMBIGUOUS_OR_MINOR
    return _twelve(digits, today)


def _youngest(
    digits: str, latest_year: int, today: date, minimum_age: int
) -> NationalId | RowReason:
    if digits.endswith(_NO_BIRTH_NUMBER):
        return RowReason.IDENTITY_ROUNDED_BY_EXCEL
    year = latest_year - (latest_year - int(digits[:2])) % 100
    while year >= 1800:
        born = _birth_span(f"{year}{digits[2:6]}")
        if born is not None and born[0] <= today:
            if not _luhn(digits):
                return RowReason.IDENTITY_CHECKSUM
            if _age(born[1], today) < minimum_age:
                return RowReason.CENTURY_AMBIGUOUS_OR_MINOR
            return NationalId(f"{year}{digits[2:]}")
        year -= 100
    return RowReason.IDENTITY_DATE


@lru_cache(maxsize=65_536)
def _birth_span(yyyymmdd: str) -> tuple[date, date] | None:
    """First and last possible day of birth; a samordningsnummer may leave month or day open."""
    year, month, day = int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:8])
    if not 1800 <= year < 2100 or month > 12:
        return None
    if day >= _COORDINATION:
        day -= _COORDINATION
        if day > 31:
            return None
        if month == 0:
            return date(year, 1, 1), date(year, 12, 31)
        last = calendar.monthrange(year, month)[1]
        if day == 0:
            return date(year, month, 1), date(year, month, last)
        # Skatteverket also hands out days that the month does not have.
        day = min(day, last)
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    return born, born


def _luhn(ten: str) -> bool:
    pair = _LUHN_PAIR
    return (
        pair[ten[:2]] + pair[ten[2:4]] + pair[ten[4:6]] + pair[ten[6:8]] + pair[ten[8:]]
    ) % 10 == 0


def _is_organisation(ten: str) -> bool:
    """An organisation number's third digit is at least 2, so no month can be taken for it."""
    return ten[2] >= "2" and _luhn(ten)


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
