"""A request is answered within one calendar month of the day on which it came (GDPR art. 12(3)):
local dates, whatever the clocks on the wall do; at most two months more, said within the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from lifecycle.policy.values import Period
from lifecycle.retention.calendar import add_period, day_after, local_midnight, subtract_period

MONTHS: Final = 1
MOST_MORE: Final = 2
"""Months, art. 12(3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time that runs from the day on which a request came.

    `received_on`: local date, whichever way it came and whether or not anybody doubted who asks;
    `more`: months by which it was extended, 0 to 2. Raises `ValueError` for any other number.
    """

    received_on: date
    more: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.more <= MOST_MORE:
            raise ValueError("a request is extended by one month or two")

    @property
    def first_due_on(self) -> date:
        """The last day of the first month: the same date, or that month's last day (Regulation
        1182/71 art. 3(2)(c)). A Sunday is not put off: earlier is never too late."""
        return add_period(self.received_on, _months(MONTHS))

    @property
    def due_on(self) -> date:
        """The last local day for the answer. Counted from the first day, not from a month's end
        that was shortened: 31 January and three months is 30 April."""
        return add_period(self.received_on, _months(MONTHS + self.more))

    def days_left(self, today: date) -> int:
        """Days until the last one, 0 on it; negative once it is late."""
        return (self.due_on - today).days

    def is_late(self, today: date) -> bool:
        """Whether the last day is over."""
        return today > self.due_on

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The instant (UTC) at which the last day is over: midnight there, on days of 23 and of 25
        hours too."""
        return local_midnight(day_after(self.due_on), zone)

    def against_extending(self, months: int, *, today: date) -> str | None:
        """The reason code why it may not be extended; None where it may, with a notice today."""
        if not 1 <= months <= MOST_MORE:
            return "extension_too_long"
        if self.more:
            return "extended_already"
        return "extension_too_late" if today > self.first_due_on else None

    def reminder(self, before: tuple[Period, ...], *, today: date) -> date | None:
        """The newest day, not after today, on which somebody is to be reminded; None before the
        first. Once it is late: every day."""
        if self.is_late(today):
            return today
        days = [subtract_period(self.due_on, each) for each in before]
        return max((day for day in days if day <= today), default=None)


def _months(number: int) -> Period:
    return Period.parse(f"P{number}M")
