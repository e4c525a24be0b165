"""What Gallra itself notices and may be an incident is put before people as a draft (A-28): a file
past its day, an erasure past its deadline, a disclosure past its withdrawal."""

from __future__ import annotations

from datetime import datetime

from lifecycle.incident.states import State
from lifecycle.incident.words import Cause
from lifecycle.ledger import EventKind
from lifecycle.references import INCIDENT, new_id, to_reference
from records import alarms, incidents
from records.alarms import Untold
from records.engines import reading
from tasks.house.parts import House
from tasks.incidents.people import new_incident
from tasks.incidents.steps import stand


def open_drafts(house: House) -> list[str]:
    """Open a draft for every alarm of that kind that has none; their references.

    Alarms that are over by now too: what lay too long lay too long. One draft for each time that
    an alarm was raised, in one transaction with its event; safe to repeat and to be killed. The 72
    hours run since the alarm was raised: if it is an incident, it was noticed then.
    """
    rules = house.policy.incidents
    if rules is None:
        return []
    with reading(house.engine) as connection:
        raised = alarms.of_kinds(
            connection, controller=house.controller, kinds=[str(cause) for cause in Cause]
        )
        known = incidents.known_causes(connection, controller=house.controller)
    return [
        ref
        for alarm in raised
        if alarm.id not in known
        and (ref := _open(house, alarm, rules.kind_of(Cause(alarm.kind)))) is not None
    ]


def _open(house: House, alarm: Untold, kind: str) -> str | None:
    number = new_id()
    aware = datetime.fromisoformat(alarm.raised_at)
    one = new_incident(
        house,
        number,
        kind=kind,
        state=State.DRAFT,
        aware=aware,
        because=alarm.kind,
        cause_id=alarm.id,
        ref_of=alarm.ref,
    )
    with house.work() as work:
        if not incidents.insert(work.connection, one):
            return None  # another run was faster
        work.record(
            EventKind.INCIDENT_DRAFTED,
            ref=one.ref,
            facts={
                "kind": kind,
                "because": alarm.kind,
                "about": alarm.ref,
                "aware_at": one.aware_at,
            },
        )
        stand(house, work, one)
        work.commit()
    return to_reference(INCIDENT, number)
