"""What the orchestrator cannot see: a file near its day, a run that died, a silent ledger.

The watchdog reads the folder and our own database, never Prefect's, and asks Prefect from outside
whether it works at all: it may run from a timer on any machine that reaches them, and says the
same however often it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lifecycle.errors import Unreachable
from lifecycle.ledger import EventKind
from lifecycle.references import IMPORT, STAGED_FILE, WORK_ORDER, to_reference
from records import alarms, staged_files, to_dos, work_orders
from records.alarms import Alarm
from records.engines import reading
from records.file_imports import WAITING, open_cases
from records.staged_files import Known
from records.unit_of_work import UnitOfWork
from tasks.copies.folders import made_last
from tasks.erasing.deriving import late_now
from tasks.erasing.holds import overdue_reviews
from tasks.house.parts import House
from tasks.importing.stock import match
from tasks.importing.transfers import RESTRICTED_TO_DO
from tasks.incidents.clocks import ALARMS as INCIDENT_ALARMS
from tasks.incidents.clocks import alarms as incident_alarms
from tasks.proving.witnessed import is_unwitnessed
from tasks.rights.register import overdue as late_requests
from tasks.sharing.withdrawing import overdue
from tasks.telling.due import overdue as tellings_late
from tasks.telling.orders import is_telling
from tasks.telling.recipients import waiting as tellings_waiting
from tasks.watching import scheduler
from tasks.watching.alarm_mail import MAIL_FAILS, Told, tell

STAGED_TOO_LONG: Final = "staged_too_long"
STAGING_UNREACHABLE: Final = "staging_unreachable"
IMPORT_STUCK: Final = "import_stuck"
WITNESS_SILENT: Final = "witness_silent"
CLOCK_WENT_BACK: Final = "clock_went_back"
RETENTION_LATE: Final = "retention_late"
HOLD_REVIEW_DUE: Final = "hold_review_due"
WORK_ORDER_OVERDUE: Final = "work_order_overdue"
DISCLOSURE_OVERDUE: Final = "disclosure_overdue"
TELLING_OVERDUE: Final = "telling_overdue"
REQUEST_OVERDUE: Final = "request_overdue"
COPY_OLD: Final = "copy_old"
KINDS: Final = (
    STAGED_TOO_LONG,
    STAGING_UNREACHABLE,
    IMPORT_STUCK,
    WITNESS_SILENT,
    CLOCK_WENT_BACK,
    RETENTION_LATE,
    HOLD_REVIEW_DUE,
    WORK_ORDER_OVERDUE,
    DISCLOSURE_OVERDUE,
    TELLING_OVERDUE,
    *INCIDENT_ALARMS,
    REQUEST_OVERDUE,
    COPY_OLD,
    *scheduler.KINDS,
    MAIL_FAILS,
)

IMPORT_MAY_TAKE: Final = timedelta(hours=4)
"""An import that is stored but not verified for longer needs a person."""
PERSON_MAY_TAKE: Final = timedelta(days=4)
"""Where a person has to import a workbook there is a to-do; a long weekend is no alarm."""
COPY_MAY_BE_OLD: Final = timedelta(days=8)
"""Whoever copies by hand does it weekly, and may be a day late."""
CLOCK_MAY_SLIP: Final = timedelta(minutes=5)
"""A clock that is set back by less was merely corrected."""
_LOOKS_ARE_NOTED: Final = timedelta(minutes=10)
"""A look that found nothing is an event too: a clock set back shows, and nobody takes a dead
watchdog for a quiet one. An eager timer's looks in between are not noted."""

_Alarms = set[tuple[str, str]]
"""Kind, and what it concerns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the watchdog saw: the alarms that stand now, how many are new and how many over, and
    whether somebody was told."""

    standing: tuple[Alarm, ...]
    raised: int
    cleared: int
    told: Told


def watch(house: House) -> Watch:
    """Look, raise what is new, clear what is over, and write to whom the bindings name.

    Safe to repeat as often as wanted. Every alarm raised or cleared is a ledger event. An
    unreachable folder is itself an alarm, and never clears one about its files. Raises
    `LedgerFailure` and `Busy` when the look cannot be written down.
    """
    now = house.now()
    with reading(house.engine) as connection:
        standing = alarms.standing(connection, controller=house.controller)
        tail = alarms.ledger_tail(connection)
    seen: _Alarms = set()
    unknowable = {MAIL_FAILS}  # that one is the mail's own
    try:
        if house.policy.staging is not None:
            match(house)
    except Unreachable:
        seen.add((STAGING_UNREACHABLE, house.staging.place))
        unknowable.add(STAGED_TOO_LONG)
    with reading(house.engine) as connection:
        files = staged_files.open_files(
            connection, controller=house.controller, place=house.staging.place
        )
    seen |= _too_old(house, files, now)
    seen |= _stuck_imports(house, now) | _silent_witness(house, now)
    if late_now(house):
        seen.add((RETENTION_LATE, house.controller))
    seen |= {(HOLD_REVIEW_DUE, ref) for ref in overdue_reviews(house)}
    seen |= _overdue_orders(house)
    seen |= {(DISCLOSURE_OVERDUE, one.ref) for one in overdue(house)} | _late_tellings(house)
    seen |= incident_alarms(house)
    seen |= {(REQUEST_OVERDUE, one.ref) for one in late_requests(house)}
    seen |= _old_copies(house, now)
    looked = scheduler.look(house)
    seen |= looked.seen
    unknowable |= looked.unknowable
    # How old a file is that lay there when the clock was set back is not known any more: the
    # alarm stands until all of them are gone.
    set_back = any(at - now > CLOCK_MAY_SLIP for at in tail)
    if set_back or (files and any(alarm.kind == CLOCK_WENT_BACK for alarm in standing)):
        seen.add((CLOCK_WENT_BACK, "clock"))
    new = seen - {(alarm.kind, alarm.ref) for alarm in standing}
    over = [a for a in standing if (a.kind, a.ref) not in seen and a.kind not in unknowable]
    raised = cleared = 0
    if new or over or not tail or abs(now - tail[0]) >= _LOOKS_ARE_NOTED:
        with house.work() as work:
            raised = _raise(house, work, new)
            cleared = _clear(house, work, over)
            hours = [int((now - known.came()) / timedelta(hours=1)) for known in files]
            work.record(
                EventKind.WATCH_LOOKED,
                rule="A-101",
                found=len(files),
                oldest_hours=max([0, *hours]),
                alarms=len(seen),
            )
            work.commit()
    told = tell(house)
    with reading(house.engine) as connection:
        left = alarms.standing(connection, controller=house.controller)
    return Watch(standing=tuple(left), raised=raised, cleared=cleared, told=told)


def note_too_old(house: House, files: Sequence[Known]) -> None:
    """Raise the alarm about files that lay too long before they go.

    After a stop of everything the purge may come before the watchdog's first look, which then
    finds nothing but this: it tells of it and clears it.
    """
    late = _too_old(house, files, house.now())
    if late:
        with house.work() as work:
            if _raise(house, work, late):
                work.commit()


def _raise(house: House, work: UnitOfWork, new: Iterable[tuple[str, str]]) -> int:
    raised = [
        (kind, ref)
        for kind, ref in sorted(new)
        if alarms.raise_alarm(
            work.connection, controller=house.controller, kind=kind, ref=ref, at=house.at()
        )
    ]
    for kind, ref in raised:
        work.record(EventKind.ALARM_RAISED, ref=ref, facts={"alarm": kind})
    return len(raised)


def _clear(house: House, work: UnitOfWork, over: Iterable[Alarm]) -> int:
    cleared = [a for a in over if alarms.clear_alarm(work.connection, a.id, at=house.at())]
    for alarm in cleared:
        work.record(EventKind.ALARM_CLEARED, ref=alarm.ref, facts={"alarm": alarm.kind})
    return len(cleared)


def _too_old(house: House, files: Iterable[Known], now: datetime) -> _Alarms:
    """Files that lie there for the policy's alarm time: elapsed hours, whatever the clocks show.

    A file that is overwritten again and again is one alarm, under its first version's reference.
    """
    if (staging := house.policy.staging) is None:
        return set()
    limit = staging.alarm_after.exact
    return {
        (STAGED_TOO_LONG, to_reference(STAGED_FILE, known.first_version_id or known.id))
        for known in files
        if now - known.came() >= limit
    }


def _stuck_imports(house: House, now: datetime) -> _Alarms:
    with reading(house.engine) as connection:
        # Cases that may only be stored (art. 18) wait as they must: a to-do stands, no alarm.
        waiting = {
            one.ref: one.number
            for one in to_dos.open_to_dos(connection, controller=house.controller)
            if one.kind == RESTRICTED_TO_DO
        }
        return {
            (IMPORT_STUCK, to_reference(IMPORT, number))
            for number, state, stored_at in alarms.imports_not_verified(
                connection, controller=house.controller
            )
            if now - datetime.fromisoformat(stored_at)
            >= (PERSON_MAY_TAKE if state == WAITING else IMPORT_MAY_TAKE)
            and open_cases(connection, number) > waiting.get(to_reference(IMPORT, number), 0)
        }


def _overdue_orders(house: House) -> _Alarms:
    """Places that nobody weeded by their day: open breaches of the rule."""
    today = house.now().astimezone(house.policy.controller.zone).date().isoformat()
    with reading(house.engine) as connection:
        return {
            (WORK_ORDER_OVERDUE, to_reference(WORK_ORDER, order.number))
            for order in work_orders.unconfirmed(connection, controller=house.controller)
            if order.is_late(today) and not is_telling(order)  # that one is a late telling
        }


def _late_tellings(house: House) -> _Alarms:
    """Recipients whom nobody has told by the day that the policy names."""
    return {(TELLING_OVERDUE, one.ref) for one in tellings_late(house, tellings_waiting(house))}


def _old_copies(house: House, now: datetime) -> _Alarms:
    """Of what was ever copied here; who copies by other means is not reminded."""
    made = made_last(house.settings)
    return {(COPY_OLD, what) for what, at in made.items() if now - at > COPY_MAY_BE_OLD}


def _silent_witness(house: House, now: datetime) -> _Alarms:
    return {(WITNESS_SILENT, "ledger")} if is_unwitnessed(house.engine, at=now) else set()
