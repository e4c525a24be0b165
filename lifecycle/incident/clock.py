"""The authority is told within 72 hours of when the incident was noticed (A-27, H-57, art. 33(1)).

Elapsed hours, whatever the clocks on the wall do: a night with 25 hours gives nobody one more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from lifecycle.ledger import instant

LONGEST: Final = timedelta(hours=72)
"""Art. 33(1): no policy may allow more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time that runs from awareness.

    `aware_at`: when the controller became aware (an instant with its zone); `within`: the policy's
    time; `remind_after`: after how much of it somebody is reminded, the shortest first. Raises
    `LedgerFailure("instant_without_zone")` for a naive instant.
    """

    aware_at: datetime
    within: timedelta
    remind_after: tuple[timedelta, ...]

    def __post_init__(self) -> None:
        instant(self.aware_at)
        # In UTC: two instants of one zone are subtracted by what the wall clock showed.
        object.__setattr__(self, "aware_at", self.aware_at.astimezone(UTC))

    @property
    def due_at(self) -> datetime:
        """The last instant at which the report is in time, UTC."""
        return self.aware_at + self.within

    def left(self, now: datetime) -> timedelta:
        """How long there is still; negative once it is late."""
        return self.due_at - now.astimezone(UTC)

    def is_late(self, now: datetime) -> bool:
        """Whether the time has passed; at its very end it has not."""
        return self.left(now) < timedelta(0)

    def reminder(self, now: datetime) -> int:
        """The number of the newest reminder whose time has come, from 1; 0 before the first.

        After an outage only that one is given: the earlier ones would say what is not true any
        more.
        """
        since = now.astimezone(UTC) - self.aware_at
        return sum(since >= after for after in self.remind_after)
