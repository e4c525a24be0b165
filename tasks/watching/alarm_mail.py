"""An alarm reaches somebody: the new ones of a look go out as one mail, without personal data.

At least once, and nearly always exactly once: the intent is in the ledger before the mail goes,
and the entry that it went follows when the server has taken it. A kill between the two sends the
same mail again, with a sentence that says so; an alarm whose mail was lost would be worse.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from lifecycle.errors import Misconfigured, Unreachable
from lifecycle.ledger import EventKind, instant
from lifecycle.references import INCIDENT, STAGED_FILE, from_reference
from records import alarms, incidents, staged_files
from records.alarms import Untold
from records.engines import reading
from tasks.house.parts import House
from tasks.incidents.clocks import running
from tasks.remedies.every import remedy_for

MAIL_FAILS: Final = "alarm_mail_fails"
_STILL_NEWS: Final = timedelta(days=7)
"""An alarm that was over before anybody could be told is told of for so long."""
_LISTED: Final = 20
"""References in a mail, for each kind of alarm."""


class Told(StrEnum):
    """Whether somebody was written to."""

    NOTHING_NEW = "nothing_new"
    SENT = "sent"
    FAILED = "failed"
    NOBODY = "nobody"
    """The bindings name no mailbox (`watch`)."""


def tell(house: House) -> Told:
    """Write one mail about the alarms that nobody was told of.

    A mail that the server does not take is an alarm of its own, and is tried again by the next
    look. Raises `LedgerFailure` before anything is sent.
    """
    if house.mailbox is None:
        return Told.NOBODY
    over_since = instant(house.now() - _STILL_NEWS)
    with reading(house.engine) as connection:
        untold = [
            alarm
            for alarm in alarms.untold(
                connection, controller=house.controller, over_since=over_since
            )
            if alarm.kind != MAIL_FAILS
        ]
    if not untold:
        return Told.NOTHING_NEW
    numbers = [alarm.id for alarm in untold]
    if not all(alarm.telling_at for alarm in untold):
        with house.work() as work:
            alarms.mark_telling(work.connection, numbers, at=house.at())
            work.record(EventKind.ALARM_TELLING, expected=len(numbers))
            work.commit()
    failed = False
    try:
        house.mailbox.write(
            subject=f"Gallra: {len(untold)} larm / alarm(s), {house.controller}",
            text=mail_text(house, untold),
            mark=f"gallra-alarm-{_digest(numbers)}",
        )
    except (Unreachable, Misconfigured):
        failed = True
    _note(house, numbers, failed=failed)
    return Told.FAILED if failed else Told.SENT


def _note(house: House, numbers: Sequence[int], *, failed: bool) -> None:
    """What became of the mail; a failure is an alarm until a mail gets through."""
    with house.work() as work:
        if failed:
            if alarms.raise_alarm(
                work.connection,
                controller=house.controller,
                kind=MAIL_FAILS,
                ref="mail",
                at=house.at(),
            ):
                work.record(EventKind.ALARM_RAISED, ref="mail", facts={"alarm": MAIL_FAILS})
                work.commit()
            return
        alarms.mark_told(work.connection, numbers, at=house.at())
        for alarm in alarms.standing(work.connection, controller=house.controller):
            if alarm.kind == MAIL_FAILS and alarms.clear_alarm(
                work.connection, alarm.id, at=house.at()
            ):
                work.record(EventKind.ALARM_CLEARED, ref="mail", facts={"alarm": MAIL_FAILS})
        work.record(EventKind.ALARM_TOLD, expected=len(numbers), acted=len(numbers))
        work.commit()


def mail_text(house: House, untold: Sequence[Untold]) -> str:
    """References, hours and what to do: nothing personal."""
    parts = [
        f"Gallra's watchdog found what needs a person ({house.controller}).",
        "There is no personal data in this mail; `gallra status` shows more.",
    ]
    if any(alarm.telling_at for alarm in untold):
        parts.append("An earlier mail about this was cut off: you may have it already.")
    parts.append("")
    kinds = list(dict.fromkeys(alarm.kind for alarm in untold))
    for kind in kinds:
        remedy = remedy_for(kind)
        of_kind = [alarm for alarm in untold if alarm.kind == kind]
        parts += [
            f"{kind}: {len(of_kind)}",
            f"  What happened: {remedy.happened}",
            f"  What is safe:  {remedy.safe}",
            f"  What to do:    {remedy.next}",
            *(f"  - {_line(house, alarm)}" for alarm in of_kind[:_LISTED]),
        ]
        if len(of_kind) > _LISTED:
            parts.append(f"  - and {len(of_kind) - _LISTED} more")
        parts.append("")
    return "\n".join(parts)


def _line(house: House, alarm: Untold) -> str:
    zone = ZoneInfo(house.policy.controller.time_zone)
    raised = datetime.fromisoformat(alarm.raised_at).astimezone(zone)
    line = f"{alarm.ref}, since {raised:%Y-%m-%d %H:%M %Z}"
    hours = _hours(house, alarm)
    if hours is not None:
        line += f", {hours:.1f} hours in the folder"
    line += _time_left(house, alarm)
    return line if alarm.cleared_at is None else f"{line}; it is over now"


def _time_left(house: House, alarm: Untold) -> str:
    """Of an incident: by when the authority is told."""
    if not alarm.ref.startswith(f"{INCIDENT}-"):
        return ""
    with reading(house.engine) as connection:
        every = incidents.find(connection, controller=house.controller)
    # An entry that somebody took out of the records keeps no other alarm from being told.
    one = next((each for each in every if each.ref == alarm.ref), None)
    time = None if one is None else running(house, one)
    if time is None:
        return ""
    due = time.due_at.astimezone(ZoneInfo(house.policy.controller.time_zone))
    left = f"{time.hours_left:.1f} hours left" if time.hours_left >= 0 else "TOO LATE"
    return f", report due {due:%Y-%m-%d %H:%M %Z}: {left}"


def _hours(house: House, alarm: Untold) -> float | None:
    """How long the file has lain there, or lay there."""
    if not alarm.ref.startswith(f"{STAGED_FILE}-"):
        return None
    number = from_reference(STAGED_FILE, alarm.ref)
    with reading(house.engine) as connection:
        known = staged_files.find_file(connection, number)
    if known is None:
        return None
    until = datetime.fromisoformat(alarm.cleared_at) if alarm.cleared_at else house.now()
    return (until - known.came()) / timedelta(hours=1)


def _digest(numbers: Sequence[int]) -> str:
    """The same word for the same alarms: whoever gets a mail twice can tell."""
    return hashlib.sha256(repr(sorted(numbers)).encode()).hexdigest()[:32]
