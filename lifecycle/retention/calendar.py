"""Time is counted on the calendar: months have their own lengths, a day ends at local midnight."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from lifecycle.policy.values import Period

_MINUTES_A_DAY: Final = 24 * 60
_FIRST: Final = date.min.toordinal()
_LAST: Final = date.max.toordinal()


def add_period(day: date, period: Period) -> date:
    """The same day so many months later, or that month's last; then so many days later.

    A begun day counts as a whole one. Beyond the calendar's end (9999) it is its last day: what
    is added to later days is never earlier.
    """
    return _move_days(_move_months(day, period.months), _whole_days(period))


def subtract_period(day: date, period: Period) -> date:
    """The same day so many months earlier, or that month's last; then so many days earlier.

    A begun day counts as a whole one. Before the calendar's beginning (1) it is its first day.
    """
    return _move_days(_move_months(day, -period.months), -_whole_days(period))


def day_after(day: date) -> date:
    """The next day; the calendar's last day has none after it."""
    return _move_days(day, 1)


def end_of_year(day: date) -> date:
    """31 December of that day's year."""
    return date(day.year, 12, 31)


def end_of_accounting_year(day: date, *, begins: str) -> date:
    """The last day of the accounting year in which `day` lies; `begins` is its first, `MM-DD`."""
    month, first = (int(part) for part in begins.split("-"))
    year = day.year if (day.month, day.day) < (month, first) else day.year + 1
    if year > date.max.year:
        return date.max
    return _move_days(date(year, month, first), -1)


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which that local day begins: a day may have 23 or 25 hours."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The local day in which an instant lies. Raises `ValueError` if it has no time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(zone).date()


def _whole_days(period: Period) -> int:
    return period.days - (-period.minutes // _MINUTES_A_DAY)


def _move_months(day: date, months: int) -> date:
    if not months:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _move_days(day: date, days: int) -> date:
    return date.fromordinal(max(_FIRST, min(_LAST, day.toordinal() + days)))
