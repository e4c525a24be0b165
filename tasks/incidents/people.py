"""Whoever learns of an incident reports it at once; it is written down, judged, and kept, reported
or not (A-26…A-29, H-57, B-32, art. 33(5))."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from lifecycle.errors import Refused
from lifecycle.incident.risk import is_lower, proposed
from lifecycle.incident.states import Report, Situation, State, Step, Telling, objection
from lifecycle.incident.words import Consequence, Dismissed, Exemption, Likelihood, Risk, Topic
from lifecycle.ledger import LARGEST_COUNT, EventKind, instant
from lifecycle.references import INCIDENT, new_id, to_reference
from records import incidents
from records.engines import reading
from records.incidents import Incident
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.incidents.lists import void_list
from tasks.incidents.steps import (
    add,
    by,
    close_waiting,
    judged,
    known,
    move,
    number_of,
    record,
    require_kind,
    stand,
    stands,
)
from tasks.incidents.texts import Written, digest_of, readable, seal

_UNDER_WAY: Final = (State.DRAFT, State.OPEN, State.ASSESSED)


def open_incident(
    house: House,
    *,
    kind: str,
    text: str,
    aware_at: datetime | None = None,
    on: date | None = None,
) -> str:
    """Write down that something happened; the entry's reference (`B-…`). The 72 hours run.

    `kind`: one of the policy's; `text`: what happened, sealed; `aware_at`: when the controller
    became aware, now where left out; `on`: the local day on which it happened. Nobody needs a code
    for it: whoever notices reports (A-28). The same words again, while the entry is not closed,
    give the same reference.

    Raises `Refused`: `incident_kind_unknown`, `aware_in_future`, `day_in_future`, or as
    `incident_texts.readable`; `Misconfigured("incidents_without_rule")`.
    """
    require_kind(house, kind)
    _require_past(house, on)
    aware = _aware(house, aware_at)
    digest = digest_of(house, Topic.HAPPENED, readable(house, Topic.HAPPENED, text), on)
    with reading(house.engine) as connection:
        before = incidents.told_so(
            connection, controller=house.controller, states=_UNDER_WAY, digest=digest
        )
    if before is not None:
        return to_reference(INCIDENT, before)
    number = new_id()
    ref = to_reference(INCIDENT, number)
    written = seal(house, number, Topic.HAPPENED, text, on=on, by="")
    with house.work() as work:
        one = new_incident(house, number, kind=kind, state=State.OPEN, aware=aware)
        incidents.insert(work.connection, one)
        facts = add(work, written) | {"kind": kind, "aware_at": one.aware_at}
        record(work, EventKind.INCIDENT_OPENED, one, facts)
        stand(house, work, one)
        work.commit()
    return ref


def new_incident(
    house: House,
    number: int,
    *,
    kind: str,
    state: State,
    aware: datetime,
    because: str = "",
    cause_id: int = 0,
    ref_of: str | None = None,
) -> Incident:
    """An entry of the register as it begins."""
    return Incident(
        number=number,
        controller=house.controller,
        kind=kind,
        state=state,
        report=Report.UNDECIDED,
        telling=Telling.UNDECIDED,
        risk=None,
        more=False,
        consequence=None,
        likelihood=None,
        exemption=None,
        because=because,
        cause_id=cause_id or number,
        ref_of=ref_of,
        aware_at=instant(aware),
        began_at=None,
        ended_at=None,
        people=None,
        pieces=None,
        opened_at=house.at(),
        created_by="",
        assessed_at=None,
        plan_id=0,
        told_at=None,
        closed_at=None,
        reason=None,
    )


def note(
    house: House,
    ref: str,
    *,
    topic: Topic = Topic.NOTE,
    text: str | None = None,
    on: date | None = None,
    began_at: datetime | None = None,
    ended_at: datetime | None = None,
    people: int | None = None,
    pieces: int | None = None,
    aware_at: datetime | None = None,
) -> None:
    """Write a line into the log, or what is known by now: since when and until when it went on,
    about how many people and records it is.

    `aware_at` is only ever put earlier: nobody gains time by a note. The same line again changes
    nothing. Raises `Refused`: `incident_unknown`, `incident_closed`, `incident_dismissed`,
    `nothing_noted`, `aware_only_earlier`, `instants_disagree`, `count_not_allowed`,
    `day_in_future`, `aware_in_future`, or as `incident_texts.readable`.
    """
    one = known(house, ref)
    _require_past(house, on)
    for count in (people, pieces):
        if count is not None and not 0 <= count <= LARGEST_COUNT:
            raise Refused("count_not_allowed")
    values: dict[str, Any] = {
        name: instant(_past(house, moment))
        for name, moment in (("began_at", began_at), ("ended_at", ended_at))
        if moment is not None
    }
    values |= {
        name: count for name, count in (("people", people), ("pieces", pieces)) if count is not None
    }
    if aware_at is not None:
        values["aware_at"] = instant(_aware(house, aware_at))
    if text is None and not values:
        raise Refused("nothing_noted", ref=ref)
    written = None if text is None else seal(house, one.number, topic, text, on=on, by="")
    with house.work() as work:
        one = incidents.get(
            work.connection, controller=house.controller, number=number_of(ref), lock=True
        )
        against = objection(stands(house, work, one), Step.NOTE)
        if against is not None:
            raise Refused(against, ref=ref)
        _require_order(one, values)
        changed = {name: value for name, value in values.items() if value != _now(one)[name]}
        if written is not None and not incidents.add_entry(
            work.connection, written.entry, digest=written.digest
        ):
            written = None
        if written is None and not changed:
            return  # it stands there already
        if changed:
            one = incidents.change(work.connection, one, **changed)
        facts = {"topic": str(topic)} if written is not None else {}
        facts |= {name: value for name, value in changed.items() if isinstance(value, str)}
        record(work, EventKind.INCIDENT_NOTED, one, facts, **_counts(changed))
        work.commit()


def take_up(house: House, ref: str, *, officer: str, code: str, kind: str | None = None) -> None:
    """A draft is an incident; `kind`: another one of the policy's than the draft has.

    Raises `Refused`: `incident_kind_unknown`, `incident_is_no_draft`, or as
    `incident_steps.judged`.
    """
    if kind is not None:
        require_kind(house, kind)

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        moved = move(house, work, one, to, kind=kind or one.kind)
        close_waiting(house, work, one)
        facts = {"kind": moved.kind, "aware_at": moved.aware_at}
        record(work, EventKind.INCIDENT_OPENED, moved, facts | by(who))

    judged(house, ref, Step.TAKE_UP, officer=officer, code=code, change=change)


def dismiss(
    house: House, ref: str, *, because: Dismissed, text: str | None, officer: str, code: str
) -> None:
    """A draft is no incident: why, in a word and, sealed, in words. It is kept.

    Raises `Refused`: `incident_is_no_draft`, or as `incident_steps.judged`.
    """
    written = _written(house, ref, Topic.ASSESSMENT, text)

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        moved = move(house, work, one, to, reason=str(because), closed_at=house.at())
        close_waiting(house, work, one)
        facts = add(work, written) | {"reason": str(because)}
        record(work, EventKind.INCIDENT_DISMISSED, moved, facts | by(who))

    judged(house, ref, Step.DISMISS, officer=officer, code=code, change=change)


def assess(
    house: House,
    ref: str,
    *,
    consequence: Consequence,
    likelihood: Likelihood,
    sensitive: bool,
    risk: Risk | None,
    text: str | None,
    officer: str,
    code: str,
) -> Risk:
    """How high the risk is: what the officer decided.

    `risk`: None takes what is proposed; less than that needs its grounds (`text`, sealed).
    `sensitive`: whether sensitive data or somebody with protected identity is concerned. What does
    not follow from the new assessment any more is open again. Raises `Refused`:
    `grounds_missing`, or as `incident_steps.judged`.
    """
    proposal = proposed(consequence, likelihood, sensitive=sensitive)
    decided = proposal if risk is None else risk
    if is_lower(decided, proposal) and text is None:
        raise Refused("grounds_missing", ref=ref)
    written = _written(house, ref, Topic.ASSESSMENT, text)

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        if to.telling is not Telling.TO_TELL:
            void_list(house, work, one)
        moved = move(
            house,
            work,
            one,
            to,
            consequence=str(consequence),
            likelihood=str(likelihood),
            assessed_at=house.at(),
            exemption=None if to.telling is not Telling.NOT_NEEDED else one.exemption,
        )
        facts = {
            "risk": str(decided),
            "proposed": str(proposal),
            "consequence": str(consequence),
            "likelihood": str(likelihood),
            "report": str(to.report),
            "telling": str(to.telling),
        }
        record(work, EventKind.INCIDENT_ASSESSED, moved, facts | add(work, written) | by(who))

    judged(house, ref, Step.ASSESS, officer=officer, code=code, change=change, risk=decided)
    return decided


def decide_report(
    house: House, ref: str, *, yes: bool, text: str | None, officer: str, code: str
) -> None:
    """Whether the authority is told. No needs a risk that is unlikely, and its grounds.

    Raises `Refused`: `grounds_missing`, `must_be_reported`, or as `incident_steps.judged`.
    """
    if not yes and text is None:
        raise Refused("grounds_missing", ref=ref)
    written = _written(house, ref, Topic.ASSESSMENT, text)

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        moved = move(house, work, one, to)
        facts = {"about": "report", "decision": _word(yes)} | add(work, written) | by(who)
        record(work, EventKind.INCIDENT_DECIDED, moved, facts)

    step = Step.REPORT_YES if yes else Step.REPORT_NO
    judged(house, ref, step, officer=officer, code=code, change=change)


def decide_telling(
    house: House,
    ref: str,
    *,
    yes: bool,
    exemption: Exemption | None = None,
    text: str | None,
    officer: str,
    code: str,
) -> None:
    """Whether the people concerned are told. Where the risk is high, no needs an `exemption` of
    art. 34(3); any no needs its grounds.

    Raises `Refused`: `grounds_missing`, `people_must_be_told`, or as `incident_steps.judged`.
    """
    if not yes and text is None:
        raise Refused("grounds_missing", ref=ref)
    written = _written(house, ref, Topic.TELLING, text)
    exemption = None if yes else exemption

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        if not yes:
            void_list(house, work, one)
        moved = move(house, work, one, to, exemption=None if exemption is None else str(exemption))
        facts = {"about": "telling", "decision": _word(yes)} | add(work, written) | by(who)
        facts |= {} if exemption is None else {"exemption": str(exemption)}
        record(work, EventKind.INCIDENT_DECIDED, moved, facts)

    judged(
        house,
        ref,
        Step.TELL_YES if yes else Step.TELL_NO,
        officer=officer,
        code=code,
        change=change,
        exemption=exemption,
    )


def close(house: House, ref: str, *, officer: str, code: str) -> None:
    """Nothing is left to do: the authority and the people have what is theirs, a measure is written
    down. It is kept.

    Raises `Refused`: `report_open`, `telling_open`, `supplement_open`, `measure_missing`, or as
    `incident_steps.judged`.
    """

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        moved = move(house, work, one, to, closed_at=house.at())
        facts = {"report": str(to.report), "telling": str(to.telling), "risk": str(to.risk)}
        record(work, EventKind.INCIDENT_CLOSED, moved, facts | by(who))

    judged(house, ref, Step.CLOSE, officer=officer, code=code, change=change)


def reopen(house: House, ref: str, *, officer: str, code: str) -> None:
    """Something more has come to light. Raises `Refused`: `incident_not_closed`, or as
    `incident_steps.judged`."""

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        moved = move(house, work, one, to, closed_at=None)
        record(work, EventKind.INCIDENT_REOPENED, moved, by(who))

    judged(house, ref, Step.REOPEN, officer=officer, code=code, change=change)


def _written(house: House, ref: str, topic: Topic, text: str | None) -> Written | None:
    """Sealed before the transaction, so that its key is durable when the line is."""
    if text is None:
        return None
    return seal(house, known(house, ref).number, topic, text, on=local_today(house), by="")


def _aware(house: House, aware_at: datetime | None) -> datetime:
    if aware_at is None:
        return house.now().astimezone(UTC)
    return _past(house, aware_at)


def _past(house: House, moment: datetime) -> datetime:
    instant(moment)
    if moment > house.now():
        raise Refused("aware_in_future")
    return moment.astimezone(UTC)


def _require_past(house: House, on: date | None) -> None:
    if on is not None and on > local_today(house):
        raise Refused("day_in_future")


def _require_order(one: Incident, values: Mapping[str, Any]) -> None:
    if values.get("aware_at", one.aware_at) > one.aware_at:
        raise Refused("aware_only_earlier", ref=one.ref)
    began, ended = values.get("began_at", one.began_at), values.get("ended_at", one.ended_at)
    if began is not None and ended is not None and ended < began:
        raise Refused("instants_disagree", ref=one.ref)


def _now(one: Incident) -> Mapping[str, Any]:
    return {
        "began_at": one.began_at,
        "ended_at": one.ended_at,
        "people": one.people,
        "pieces": one.pieces,
        "aware_at": one.aware_at,
    }


def _counts(changed: Mapping[str, Any]) -> dict[str, int]:
    return {name: value for name, value in changed.items() if isinstance(value, int)}


def _word(yes: bool) -> str:
    return "yes" if yes else "no"
