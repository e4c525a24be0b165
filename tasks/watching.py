"""What the orchestrator cannot see: a file near its day, a run that died, a silent ledger.

The watchdog reads the folder and our own database, never Prefect's: it may run from a timer on
any machine that reaches both, and says the same however often it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lifecycle.errors import Unreachable
from lifecycle.ledger import EventKind
from lifecycle.references import IMPORT, STAGED_FILE, to_reference
from records import alarms, staged_files
from records.alarms import Alarm
from records.engines import reading
from records.file_imports import VERIFIED
from records.staged_files import Known
from tasks.house import House
from tasks.stock import match

STAGED_TOO_LONG: Final = "staged_too_long"
STAGING_UNREACHABLE: Final = "staging_unreachable"
IMPORT_STUCK: Final = "import_stuck"
WITNESS_SILENT: Final = "witness_silent"

IMPORT_MAY_TAKE: Final = timedelta(hours=4)
"""An import that is stored but not verified for longer needs a person."""
WITNESS_MAY_BE_SILENT: Final = timedelta(hours=26)
"""A checkpoint is witnessed daily; an hour for the long day of autumn and one for the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the watchdog saw: alarms that stand now, and how many of them are new."""

    standing: tuple[Alarm, ...]
    raised: int
    cleared: int


def watch(house: House) -> Watch:
    """Look, raise what is new, clear what is over. Safe to repeat as often as wanted.

    Every alarm raised or cleared is a ledger event. An unreachable folder is itself an alarm,
    and never clears one about its files.
    """
    now = house.now()
    with reading(house.engine) as connection:
        standing = alarms.standing(connection, controller=house.controller)
    seen: set[tuple[str, str]] = set()
    unknowable: set[str] = set()
    try:
        match(house)
        seen |= _too_old(house, now)
    except Unreachable:
        seen |= {(STAGING_UNREACHABLE, house.staging.place)} | _too_old(house, now)
        unknowable.add(STAGED_TOO_LONG)
    seen |= _stuck_imports(house, now) | _silent_witness(house, now)
    have = {(alarm.kind, alarm.ref) for alarm in standing}
    new = sorted(seen - have)
    over = [a for a in standing if (a.kind, a.ref) not in seen and a.kind not in unknowable]
    if new or over:
        _write_down(house, new, over)
    with reading(house.engine) as connection:
        left = alarms.standing(connection, controller=house.controller)
    return Watch(standing=tuple(left), raised=len(new), cleared=len(over))


def _write_down(house: House, new: list[tuple[str, str]], over: list[Alarm]) -> None:
    with house.work() as work:
        for kind, ref in new:
            alarms.raise_alarm(
                work.connection, controller=house.controller, kind=kind, ref=ref, at=house.at()
            )
            work.record(EventKind.ALARM_RAISED, ref=ref, facts={"alarm": kind})
        for alarm in over:
            alarms.clear_alarm(work.connection, alarm.id, at=house.at())
            work.record(EventKind.ALARM_CLEARED, ref=alarm.ref, facts={"alarm": alarm.kind})
        work.commit()


def _too_old(house: House, now: datetime) -> set[tuple[str, str]]:
    """Files that lie there for the policy's alarm time: elapsed hours, whatever the clock says."""
    limit = house.policy.staging.alarm_after.exact
    with reading(house.engine) as connection:
        files = staged_files.open_files(
            connection, controller=house.controller, place=house.staging.place
        )
    return {
        (STAGED_TOO_LONG, to_reference(STAGED_FILE, known.id))
        for known in files
        if now - oldest_arrival(known) >= limit
    }


def oldest_arrival(known: Known) -> datetime:
    """When a file came, by the earlier of what the folder says and what we saw ourselves."""
    return min(
        datetime.fromisoformat(known.arrived_at), datetime.fromisoformat(known.first_seen_at)
    )


def _stuck_imports(house: House, now: datetime) -> set[tuple[str, str]]:
    with reading(house.engine) as connection:
        return {
            (IMPORT_STUCK, to_reference(IMPORT, number))
            for number, state, stored_at in alarms.imports_not_verified(
                connection, controller=house.controller
            )
            if state != VERIFIED and now - datetime.fromisoformat(stored_at) >= IMPORT_MAY_TAKE
        }


def _silent_witness(house: House, now: datetime) -> set[tuple[str, str]]:
    with reading(house.engine) as connection:
        last = alarms.last_witnessed(connection)
    if last is not None and now - datetime.fromisoformat(last) < WITNESS_MAY_BE_SILENT:
        return set()
    with reading(house.engine) as connection:
        if last is None and not alarms.ledger_has_events(connection):
            return set()
    return {(WITNESS_SILENT, "ledger")}
