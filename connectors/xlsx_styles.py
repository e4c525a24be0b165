"""Which cells of a workbook are dates: number formats and the two calendars of Excel."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

_DATES: Final = frozenset({*range(14, 23), 45, 47})
"""Built-in formats that show a date or a time (ECMA-376 part 1, 18.8.30)."""
_QUOTED = re.compile(r'"[^"]*"?|\\.|[_*].')
_BRACKETS = re.compile(r"\[([^\]]*)\]?")
_ELAPSED = re.compile(r"[hms]+", re.IGNORECASE)
_DAY = 86_400_000
_MIDNIGHT = datetime(1904, 1, 1)  # noqa: DTZ001 -- Excel's wall clocks have no zone
_LATEST: Final = 2_958_466
"""The day after 9999-12-31."""


def shows_date(number_format: int, code: str | None) -> bool:
    """Whether a cell with this format shows a point in time. Elapsed time ([h]:mm) is not one.

    `code` is the workbook's own format string for this id, if it has one.
    """
    if code is None:
        return number_format in _DATES
    bare = _QUOTED.sub("", code)
    if any(_ELAPSED.fullmatch(inner) for inner in _BRACKETS.findall(bare)):
        return False
    # Only the section for positive numbers: dates are never negative.
    first = _BRACKETS.sub("", bare).split(";", 1)[0]
    if first.strip().lower() in {"general", "standard"}:
        return False
    return any(letter in "dmyhs" for letter in first.lower())


def from_serial(serial: float, *, date1904: bool) -> date | datetime | time | float:
    """The date, the moment or the time of day that Excel shows for `serial` days.

    Excel's 1900 has a 29 February: days before 1 March 1900 are one off. A number outside
    the calendar stays a number.
    """
    if not 0 <= serial < _LATEST:
        return serial
    milliseconds = round(serial * _DAY)
    if serial < 1 and not (date1904 and serial == 0):
        return (_MIDNIGHT + timedelta(milliseconds=milliseconds % _DAY)).time()
    if date1904:
        epoch = _MIDNIGHT
    elif serial < 60:
        epoch = datetime(1899, 12, 31)  # noqa: DTZ001
    else:
        epoch = datetime(1899, 12, 30)  # noqa: DTZ001
    try:
        moment = epoch + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return serial
    return moment.date() if milliseconds % _DAY == 0 else moment
