"""Who is to be told, and why now: at first, when what they were told is not so any more, and every
year again (A-36, A-37, T-09, art. 13, 14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from lifecycle.policy.values import Period
from lifecycle.retention.calendar import add_period

FIRST: Final = "first"
CHANGE: Final = "change"


class Given(NamedTuple):
    """One time that somebody was told."""

    version: str
    """Of what they were told."""
    on: date
    """Local date."""


def why_now(
    given: Iterable[Given], *, version: str, today: date, yearly_on: str | None
) -> str | None:
    """Why somebody is told today: `first`, `change`, or the year (four digits) of the yearly
    information; None: they know.

    `yearly_on`: month and day (`09-01`), which every year has; who was told on that day or since
    knows for a year (A-37). Another version than the one told last is told at once (T-09).
    """
    last = max(given, key=lambda one: one.on, default=None)
    if last is None:
        return FIRST
    if last.version != version:
        return CHANGE
    turn = None if yearly_on is None else _latest(yearly_on, today)
    return str(turn.year) if turn is not None and last.on < turn else None


def last_day(known_since: date, within: Period | None) -> date | None:
    """By when somebody must have been told for the first time; None: before anything was collected,
    so at once (art. 13(1)). `within`: of data that came from others (art. 14(3)(a))."""
    return None if within is None else add_period(known_since, within)


def _latest(day: str, today: date) -> date:
    """The last time that day came round, today included."""
    found = date.fromisoformat(f"{today.year}-{day}")
    return found if found <= today else date.fromisoformat(f"{today.year - 1}-{day}")
