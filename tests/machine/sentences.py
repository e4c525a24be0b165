"""What tests/machine/policies/machine.yaml says about each piece of data, in plain sentences.

Written a second time on purpose, and without a line of `lifecycle/retention`: the machine holds
the one against the other.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

LEAD = timedelta(days=14)
GRACE = timedelta(days=7)
RECENT = timedelta(days=90)
EARLIEST = date(2010, 1, 1)
STAYS_AFTER_STRIP = frozenset({"name", "grade"})

Dates = Mapping[str, date | None]


class Says(NamedTuple):
    """When something may go, when it must, and who agrees."""

    rule: str
    action: str
    counted_from: date
    ripe: date
    """The first day on which it may go."""
    last: date
    """The last day on which it may be there."""
    officers: int


class Silent(NamedTuple):
    """No day: a date is missing or cannot be true, nobody has decided, or it is kept for ever."""

    why: str


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def end_of_accounts(day: date) -> date:
    """Accounting years begin on 1 July; the accounts are needed through a year after they end."""
    ends = date(day.year if day.month < 7 else day.year + 1, 6, 30)
    return months_later(ends, 12)


def sentence(
    kind: str, system: str, category: str, dates: Dates, *, stripped: bool
) -> Says | Silent:
    """What the policy says about `category` of such a person in that place."""
    left, entry, withdrawn = (dates.get(event) for event in ("left", "entry", "withdrawn"))
    match kind, system, category:
        case "participant", "gallra" | "novo" | "binder", _:
            return _six_months("participant.six-months", "erase", left)
        case "participant", "workbuster", _:
            return _six_months("participant.cases", "anonymise", left)
        case _, "finance", "payment":
            free = None if entry is None else end_of_accounts(entry) + timedelta(days=1)
            return _dated(f"{kind}.accounts", "erase", entry, ripe=free, last=free, officers=2)
        case "pupil", "novo", "notes":
            return Silent("undecided")
        case "pupil", "novo", _ if stripped:
            two_years = None if left is None else months_later(left, 24)
            return _dated("pupil.transcript", "erase", left, last=two_years, officers=2)
        case "pupil", "novo", _:
            return _dated("pupil.turn-of-year", "strip", left, last=_new_years_eve(left))
        case "relative", "novo", _:
            return _dated("relative.turn-of-year", "erase", left, last=_new_years_eve(left))
        case "pupil", "gallery", "image":
            return _image(left, withdrawn)
        case "pupil", "gallery", "consent":
            if withdrawn is None:
                return Silent("undecided")
            free = months_later(withdrawn, 6) + timedelta(days=1)
            return _dated("consent.proof", "erase", withdrawn, ripe=free, last=free)
        case "pupil", "gallery", "diploma":
            return Silent("forever")
    return Silent("no_rule")


def goes(says: Says | Silent, *, as_of: date, active_on: date | None) -> bool:
    """Whether it stands on the plan of that day, held or not."""
    if isinstance(says, Silent) or says.last - LEAD > as_of:
        return False
    lately = active_on is not None and active_on > says.counted_from
    return not (lately and active_on is not None and active_on >= as_of - RECENT)


def must_be_kept(kind: str, system: str, category: str, dates: Dates, *, as_of: date) -> bool:
    """Whether a law keeps it, or nobody can say how long one does, although its person asks."""
    if category == "diploma":
        return True
    if system == "finance":
        entry = dates.get("entry")
        return entry is None or entry < EARLIEST or end_of_accounts(entry) >= as_of
    if category == "consent" and (withdrawn := dates.get("withdrawn")) is not None:
        return withdrawn < EARLIEST or months_later(withdrawn, 6) >= as_of
    return False


def _six_months(rule: str, action: str, left: date | None) -> Says | Silent:
    return _dated(rule, action, left, last=None if left is None else months_later(left, 6))


def _image(left: date | None, withdrawn: date | None) -> Says | Silent:
    """On the day of the withdrawal, and a year after leaving: whichever is over first."""
    year = None if left is None else months_later(left, 12)
    told = [_dated("image.after-leaving", "erase", left, last=year)]
    if withdrawn is not None:
        told.append(_dated("image.withdrawn", "erase", withdrawn, last=withdrawn))
    doubtful = [one for one in told if isinstance(one, Silent) and one.why == "far_past"]
    dated = [one for one in told if isinstance(one, Says)]
    if doubtful or not dated:
        return (doubtful or told)[0]
    return min(dated, key=lambda one: (one.last, one.rule))  # type: ignore[no-any-return]


def _new_years_eve(left: date | None) -> date | None:
    return None if left is None else date(left.year, 12, 31)


def _dated(
    rule: str,
    action: str,
    event: date | None,
    *,
    last: date | None,
    ripe: date | None = None,
    officers: int = 1,
) -> Says | Silent:
    if event is None or last is None:
        return Silent("date_missing")
    if event < EARLIEST:
        return Silent("far_past")
    return Says(rule, action, event, ripe or event, last, officers)
