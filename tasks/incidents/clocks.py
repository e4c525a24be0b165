"""A person is reminded before the 72 hours are over, and told when they are (A-27, H-57)."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from lifecycle.incident.clock import Clock
from lifecycle.incident.states import ENDS, Situation, State, clock_runs
from lifecycle.policy.incidents import MOST_REMINDERS
from records import incidents
from records.engines import reading
from records.incidents import Incident, Phase
from tasks.house.parts import House
from tasks.incidents.reports import supplement_is_late

TO_JUDGE: Final = "incident_to_judge"
NOTICED: Final = "incident_noticed"
LATE: Final = "incident_late"
SUPPLEMENT_LATE: Final = "supplement_late"
_REMINDER: Final = "incident_reminder_"
REMINDERS: Final = tuple(f"{_REMINDER}{number}" for number in range(1, MOST_REMINDERS + 1))
ALARMS: Final = (TO_JUDGE, NOTICED, *REMINDERS, LATE, SUPPLEMENT_LATE)
"""Kinds of alarms about incidents: each newly raised is mailed (`tasks.watching.alarm_mail`)."""


class Running(NamedTuple):
    """The time of one incident that is left."""

    due_at: datetime
    """UTC."""
    hours_left: float
    """Negative once it is late."""
    is_late: bool
    reminder: int
    """The number of the newest reminder whose time has come; 0: none."""


def running(house: House, one: Incident) -> Running | None:
    """The time that is left to tell the authority; None where nobody waits for it."""
    if not clock_runs(Situation(one.state, one.report)):
        return None
    clock: Clock = house.policy.incident_rules().clock(one.aware)
    now = house.now()
    return Running(
        due_at=clock.due_at,
        hours_left=clock.left(now).total_seconds() / 3600,
        is_late=clock.is_late(now),
        reminder=clock.reminder(now),
    )


def alarms(house: House) -> set[tuple[str, str]]:
    """Kind and incident of every alarm that should stand now.

    Worked out anew each time out of the records and the clock: whoever looks, however often, after
    whatever outage, sees the same. Of several reminders only the newest stands.
    """
    if house.policy.incidents is None:
        return set()
    with reading(house.engine) as connection:
        found = incidents.find(
            connection, controller=house.controller, states=[s for s in State if s not in ENDS]
        )
        last = incidents.last_phases(connection, controller=house.controller)
    return {(kind, one.ref) for one in found for kind in _kinds(house, one, last.get(one.number))}


def _kinds(house: House, one: Incident, last: Phase | None) -> list[str]:
    kinds = []
    if one.state is State.DRAFT:
        kinds.append(TO_JUDGE)
    elif one.state is State.OPEN:
        kinds.append(NOTICED)
    time = running(house, one)
    if time is not None and time.is_late:
        kinds.append(LATE)
    elif time is not None and time.reminder:
        kinds.append(f"{_REMINDER}{time.reminder}")
    if supplement_is_late(house, one, last):
        kinds.append(SUPPLEMENT_LATE)
    return kinds
