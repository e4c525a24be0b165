"""What the authority was told, when, and what it was promised: in phases, without further delay
(art. 33(1), 33(4))."""

from __future__ import annotations

from datetime import UTC, datetime

from lifecycle.errors import Refused
from lifecycle.incident.states import Situation, Step
from lifecycle.incident.words import Topic
from lifecycle.ledger import EventKind, instant
from lifecycle.retention.calendar import add_period
from records import incidents
from records.engines import reading
from records.incidents import Incident, Phase
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.incidents.steps import add, by, judged, known, move, record
from tasks.incidents.texts import seal


def note_reported(
    house: House,
    ref: str,
    *,
    sent_at: datetime | None = None,
    receipt: str | None = None,
    more: bool = False,
    officer: str,
    code: str,
) -> None:
    """The authority was told: the clock stands.

    `sent_at`: when, now where left out; `receipt`: the authority's case number, sealed; `more`:
    whether it was promised more, which then has a last day. After the policy's time the log needs
    the reasons for the delay first (topic `delay`). Raises `Refused`: `delay_without_reason`,
    `sent_in_future`, `sent_before_aware`, or as `incident_steps.judged`.
    """
    sent = _sent(house, sent_at)
    one = known(house, ref)
    if sent < one.aware:
        raise Refused("sent_before_aware", ref=ref)
    clock = house.policy.incident_rules().clock(one.aware)
    if clock.is_late(sent) and not _says_why(house, one):
        raise Refused("delay_without_reason", ref=ref)
    _phase(house, ref, Step.REPORT, sent, receipt, more=more, officer=officer, code=code)


def note_supplement(
    house: House,
    ref: str,
    *,
    sent_at: datetime | None = None,
    receipt: str | None = None,
    more: bool = False,
    officer: str,
    code: str,
) -> None:
    """The authority was told more; without `more` that was the last of it.

    The same instant again changes nothing. Raises `Refused`: `incident_not_reported`,
    `sent_in_future`, `supplement_before_report`, or as `incident_steps.judged`.
    """
    sent = _sent(house, sent_at)
    one = known(house, ref)
    with reading(house.engine) as connection:
        last = incidents.phases(connection, one.number)[-1:]
    if last and instant(sent) < last[0].sent_at:
        raise Refused("supplement_before_report", ref=ref)
    _phase(house, ref, Step.SUPPLEMENT, sent, receipt, more=more, officer=officer, code=code)


def _phase(
    house: House,
    ref: str,
    step: Step,
    sent: datetime,
    receipt: str | None,
    *,
    more: bool,
    officer: str,
    code: str,
) -> None:
    one = known(house, ref)
    on = sent.astimezone(house.policy.controller.zone).date()
    written = None
    if receipt is not None:
        written = seal(house, one.number, Topic.RECEIPT, receipt, on=on, by="")
    due_on = add_period(on, house.policy.incident_rules().supplement_within) if more else None

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        before = incidents.phases(work.connection, one.number)
        facts = add(work, written) | {"sent_at": instant(sent)} | by(who)
        if due_on is not None:
            facts["due_on"] = due_on.isoformat()
        moved = move(house, work, one, to)
        if not any(phase.sent_at == instant(sent) for phase in before):
            phase = Phase(
                number=len(before) + 1,
                sent_at=instant(sent),
                added_at=house.at(),
                created_by=facts["officer"],
                more=more,
                due_on=None if due_on is None else due_on.isoformat(),
            )
            incidents.add_phase(work.connection, one.number, phase)
        kind = EventKind.INCIDENT_REPORTED
        hours = int((sent - one.aware).total_seconds() // 3600)
        if step is Step.SUPPLEMENT:
            kind = EventKind.INCIDENT_SUPPLEMENTED
        record(work, kind, moved, facts, hours=max(hours, 0), more=int(more))

    judged(house, ref, step, officer=officer, code=code, change=change, more=more)


def _sent(house: House, sent_at: datetime | None) -> datetime:
    if sent_at is None:
        return house.now().astimezone(UTC)
    instant(sent_at)
    if sent_at > house.now():
        raise Refused("sent_in_future")
    return sent_at.astimezone(UTC)


def _says_why(house: House, one: Incident) -> bool:
    with reading(house.engine) as connection:
        return any(
            entry.topic is Topic.DELAY for entry in incidents.entries(connection, one.number)
        )


def supplement_is_late(house: House, one: Incident, last: Phase | None) -> bool:
    """Whether the day by which the authority was promised more is over; `last`: the newest phase
    of its report."""
    if last is None or not one.more or last.due_on is None:
        return False
    return last.due_on < local_today(house).isoformat()
