"""When things run: the folder is emptied every day, and what else keeps its hours."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Literal

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.values import ExactPeriod, Name, Source, TimeOfDay

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DAYS: tuple[Day, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


SHORTEST_HISTORY = timedelta(days=31)
"""A run may wait for people for 30 days."""
LONGEST_HISTORY = timedelta(days=366)


def cron_at(moment: time) -> str:
    """The cron expression for every day at `moment`."""
    return f"{moment.minute} {moment.hour} * * *"


_NO_SUCH_HOUR = 2 * 60, 3 * 60
"""Minutes of the day, in Sweden and Denmark alike, that one night in spring does not have."""


def _longest_gap(minutes: list[int]) -> timedelta:
    """Between these minutes of the day, every day, on a day of 24 hours."""
    if not minutes:
        return timedelta(days=2)
    turned = [*minutes[1:], minutes[0] + 24 * 60]
    waits = [later - earlier for earlier, later in zip(minutes, turned, strict=True)]
    return timedelta(minutes=max(waits))


class Staging(Part):
    """The folder where exports land for a while (A-100)."""

    place: Name = Field(description="the system of role staging that this is about")
    emptied: Literal["every_day"]
    purge_at: tuple[TimeOfDay, ...] = Field(min_length=1, examples=[["18:00", "23:30"]])
    alarm_after: ExactPeriod
    longest: ExactPeriod
    source: Source

    @property
    def longest_wait(self) -> timedelta:
        """Between two purges at most: on the autumn night that has an hour more than others, or
        on the spring night when a purge between two and three o'clock does not come at all."""
        minutes = sorted({at.hour * 60 + at.minute for at in self.purge_at})
        in_spring = [at for at in minutes if not _NO_SUCH_HOUR[0] <= at < _NO_SUCH_HOUR[1]]
        waits = [_longest_gap(minutes) + timedelta(hours=1)]
        if len(in_spring) < len(minutes):
            waits.append(_longest_gap(in_spring))
        return max(waits)

    @model_validator(mode="after")
    def _in_time(self) -> Staging:
        if self.alarm_after.exact >= self.longest.exact:
            raise ValueError(
                f"alarm_after {self.alarm_after} is not before longest {self.longest}; "
                "write e.g. alarm_after: PT20H and longest: PT24H"
            )
        if self.longest_wait >= self.alarm_after.exact:
            hours = self.longest_wait.total_seconds() / 3600
            raise ValueError(
                f"with these times of purge_at a file may lie {hours:g} hours (on the night when "
                f"the clocks go back), which sets off the alarm after {self.alarm_after}; "
                "write one more time of day"
            )
        return self


class OfficeHours(Part):
    """Again and again while people are at work."""

    every: ExactPeriod
    opens: TimeOfDay
    closes: TimeOfDay
    days: tuple[Day, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _as_cron(self) -> OfficeHours:
        minutes = self.every.exact // timedelta(minutes=1)
        if minutes > 60 or 60 % minutes:
            raise ValueError("every must divide an hour; write e.g. PT15M, PT30M or PT1H")
        if self.opens.minute or self.closes.minute or self.closes <= self.opens:
            raise ValueError("write full hours, opens before closes, e.g. 07:00 and 18:00")
        return self

    @property
    def cron(self) -> str:
        """The cron expression, local time; the last run is just before closing."""
        minutes = self.every.exact // timedelta(minutes=1)
        minute = "0" if minutes == 60 else f"*/{minutes}"
        days = ",".join(str((_DAYS.index(day) + 1) % 7) for day in self.days)
        return f"{minute} {self.opens.hour}-{self.closes.hour - 1} * * {days}"


class Daily(Part):
    """Once a day."""

    at: TimeOfDay

    @property
    def cron(self) -> str:
        """The cron expression, local time."""
        return cron_at(self.at)


class EveryHour(Part):
    """Once in every hour, at night and at weekends too: 72 hours do not wait for Monday."""

    minute: int = Field(ge=0, le=59, strict=True)

    @property
    def crons(self) -> tuple[str, str]:
        """The cron expressions, local time: not between two and three, an hour that one night of
        the year does not have and another one has twice."""
        return f"{self.minute} 3-23 * * *", f"{self.minute} 0-1 * * *"


class KeyRotation(Part):
    """How soon the key that wrapped an erased person's keys is destroyed."""

    within: ExactPeriod
    at: TimeOfDay

    @property
    def cron(self) -> str:
        """A daily look; keys are rotated when `within` would otherwise pass."""
        return cron_at(self.at)


class RunHistory(Part):
    """How long the orchestrator remembers that something ran: no person stands in its history,
    and it is not kept for ever all the same (art. 5(1)(c))."""

    keep: ExactPeriod
    at: TimeOfDay

    @model_validator(mode="after")
    def _of_use(self) -> RunHistory:
        if not SHORTEST_HISTORY <= self.keep.exact <= LONGEST_HISTORY:
            raise ValueError(
                f"keep {self.keep} is not from 31 days to a year: a run waits 30 days for people "
                "who approve, and nobody needs a run of last year; write e.g. P90D"
            )
        return self

    @property
    def cron(self) -> str:
        """A nightly look for what is older."""
        return cron_at(self.at)


class Schedules(Part):
    """What runs by itself, in the controller's local time. The purge has its times in staging."""

    import_af: OfficeHours | None = Field(
        default=None, description="needed where exports are imported"
    )
    inventory: Daily = Field(description="every system is asked whom it holds")
    archive_erase: Daily = Field(description="what is due is planned; what is approved goes")
    follow_up: OfficeHours = Field(
        description="plans under way are continued, work orders and reviews reminded of"
    )
    inform: Daily | None = Field(
        default=None, description="needed where a notice has `by_hand`: people are written to"
    )
    incident: EveryHour | None = Field(
        default=None, description="needed with `incidents`: clocks, reminders and drafts"
    )
    rights: Daily | None = Field(
        default=None, description="needed with `rights`: clocks and reminders of requests"
    )
    year_end: Daily | None = Field(
        default=None, description="on the day that erasure.year_end names, and needed with it"
    )
    verify_ledger: Daily
    checkpoint: Daily
    rotate_keys: KeyRotation
    run_history: RunHistory
