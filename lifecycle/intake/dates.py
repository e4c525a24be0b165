"""Dates are read as people write them; a date that can be read in two ways is not read at all."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from typing import Final

from lifecycle.intake.outcomes import RowReason
from lifecycle.intake.text import Cell

_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—−"), "-") | dict.fromkeys(
    (0x200B, 0x2060, 0xFEFF), ""
)
_TIME: Final = (
    r"(?:[Tt ]+(?:\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?"
    # With a zone only midnight: 22:00Z is the next day in Stockholm.
    r"|00:00(?::00(?:[.,]0+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})))?"
)
_YEAR_FIRST: Final = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_SWEDISH: Final = re.compile(r"(\d{1,2})/(\d{1,2})(?: +| *- *)(\d{4}|\d{2})", re.ASCII)
_DOTTED: Final = re.compile(rf"(\d{{1,2}})\. ?(\d{{1,2}})\. ?(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_YEAR_LAST: Final = re.compile(rf"(\d{{1,2}})([-/])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_WITH_MONTH: Final = re.compile(
    r"(?:den )?(\d{1,2})(?:[:.][ae])?\.?[ -]*([a-zåäö]+)\.?[ -]*('?\d{2}|\d{4})", re.ASCII
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari jan",
            "februari feb febr",
            "mars mar",
            "april apr",
            "maj",
            "juni jun",
            "juli jul",
            "augusti aug",
            "september sep sept",
            "oktober okt",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_FIRST_SERIAL: Final = 10_000
_SERIAL_1900: Final = date(1899, 12, 30)
_SERIAL_1904: Final = date(1904, 1, 1)


def parse_date(cell: Cell, *, date1904: bool = False) -> date | RowReason | None:
    """The day in `cell`, None when there is none ("", "-"), or why it cannot be read.

    `date1904` is the workbook's epoch for serial numbers without a format. Two digits for the
    year, and 02/11/2026 (which may be November or February), are refused. Never raises.
    """
    if isinstance(cell, str):
        return _from_text(" ".join(cell.translate(_DASHES).split()).lower(), date1904)
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return RowReason.DATE_NOT_A_DATE
    if isinstance(cell, float) and not math.isfinite(cell):
        return RowReason.DATE_NOT_A_DATE
    return _from_number(int(cell), date1904)


def _from_number(number: int, date1904: bool) -> date | RowReason:
    if _FIRST_SERIAL <= number < 100_000:
        epoch = _SERIAL_1904 if date1904 else _SERIAL_1900
        return epoch + timedelta(days=number)
    if 100_000 <= number < 1_000_000:
        return RowReason.DATE_TWO_DIGIT_YEAR
    if 10_000_000 <= number < 100_000_000:
        return _day(number // 10_000, number // 100 % 100, number % 100)
    return RowReason.DATE_NOT_A_DATE


def _from_text(text: str, date1904: bool) -> date | RowReason | None:
    text = text.strip("'’")
    if text in ("", "-"):
        return None
    if text.isascii() and text.removesuffix(".0").isdigit():
        number = text.removesuffix(".0")
        if len(number) == 6:
            return RowReason.DATE_TWO_DIGIT_YEAR
        return (
            _from_number(int(number), date1904) if len(number) <= 8 else (RowReason.DATE_NOT_A_DATE)
        )
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(int(found[1]), int(found[3]), int(found[4]))
    if found := _SWEDISH.fullmatch(text) or _DOTTED.fullmatch(text):
        return _year_last(found[3], int(found[2]), int(found[1]))
    if found := _YEAR_LAST.fullmatch(text):
        return _either_way(found[4], int(found[1]), int(found[3]))
    if found := _WITH_MONTH.fullmatch(text):
        month = _MONTHS.get(found[2])
        if month is not None:
            return _year_last(found[3], month, int(found[1]))
    return RowReason.DATE_NOT_A_DATE


def _either_way(year: str, first: int, second: int) -> date | RowReason:
    """Day and month in an order that the separator does not tell."""
    if len(year) == 4 and first != second and first <= 12 and second <= 12:
        return RowReason.DATE_AMBIGUOUS_DAY_MONTH
    return _year_last(year, min(first, second), max(first, second))


def _year_last(year: str, month: int, day: int) -> date | RowReason:
    if len(year) != 4:
        return RowReason.DATE_TWO_DIGIT_YEAR
    return _day(int(year), month, day)


def _day(year: int, month: int, day: int) -> date | RowReason:
    try:
        return date(year, month, day)
    except ValueError:
        return RowReason.DATE_NO_SUCH_DAY
