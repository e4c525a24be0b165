"""The log that the data protection officer has access to: date, event, action (A-29)."""

from __future__ import annotations

from typing import Final, NamedTuple

from lifecycle.incident.states import ENDS, Report, State, Telling
from lifecycle.incident.words import ACTIONS, Topic
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, PLAN, to_reference
from records import incidents, plans
from records.engines import reading
from records.incidents import Incident, Phase, Scope
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.incidents.clocks import running
from tasks.incidents.steps import MAY_NOT, known
from tasks.incidents.texts import opened
from tasks.officers.codes import agree

NEXT_OF_DRAFT: Final = "judge it: open --draft, or dismiss"


class Line(NamedTuple):
    """One incident as a list shows it: words of the policy, instants, counts."""

    ref: str
    kind: str
    called: str
    """The policy's words for that kind."""
    state: str
    report: str
    telling: str
    risk: str | None
    because: str
    about: str
    """What Gallra itself noticed it about; "" where a person reported it."""
    aware_at: str
    due_at: str | None
    """The last instant for the report; None where nobody waits for it any more."""
    hours_left: float | None
    late: bool
    people: int | None
    plan: str
    """The list of whom to tell; "" where there is none that stands."""
    plan_state: str
    more_by: str | None
    """The local day by which the authority was promised more."""
    next: str
    """What comes next, in a few words."""

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do about it."""
        return State(self.state) not in ENDS


class Shown(NamedTuple):
    """All that may be seen of an incident without opening what people wrote."""

    line: Line
    consequence: str | None
    likelihood: str | None
    exemption: str | None
    began_at: str | None
    ended_at: str | None
    pieces: int | None
    opened_at: str
    assessed_at: str | None
    told_at: str | None
    closed_at: str | None
    reason: str | None
    log: tuple[tuple[str, str, str, str], ...]
    """(written at, local day that it tells of or "", `event` or `action`, topic)."""
    phases: tuple[Phase, ...]
    scopes: tuple[Scope, ...]


class Told(NamedTuple):
    """A line of the log with its words: for the terminal of who may read it."""

    added_at: str
    on_date: str
    sort: str
    topic: str
    text: str

    def __repr__(self) -> str:
        return f"Told({self.topic})"


def lines(house: House, *, everything: bool = False) -> list[Line]:
    """The incidents that are not over, or all; the one noticed first comes first."""
    with reading(house.engine) as connection:
        found = incidents.find(connection, controller=house.controller)
        last = incidents.last_phases(connection, controller=house.controller)
    return [
        _line(house, one, last.get(one.number))
        for one in found
        if everything or one.state not in ENDS
    ]


def show(house: House, ref: str) -> Shown:
    """One incident, without its texts. Raises `Refused("incident_unknown")`."""
    one = known(house, ref)
    with reading(house.engine) as connection:
        log = incidents.entries(connection, one.number)
        phases = incidents.phases(connection, one.number)
        scopes = incidents.scopes(connection, one.number)
    return Shown(
        line=_line(house, one, phases[-1] if phases else None),
        consequence=one.consequence,
        likelihood=one.likelihood,
        exemption=one.exemption,
        began_at=one.began_at,
        ended_at=one.ended_at,
        pieces=one.pieces,
        opened_at=one.opened_at,
        assessed_at=one.assessed_at,
        told_at=one.told_at,
        closed_at=one.closed_at,
        reason=one.reason,
        log=tuple(
            (entry.added_at, entry.on_date or "", sort_of(entry.topic), str(entry.topic))
            for entry in log
        ),
        phases=tuple(phases),
        scopes=tuple(scopes),
    )


def sort_of(topic: Topic) -> str:
    """`action` or `event` (A-29)."""
    return "action" if topic in ACTIONS else "event"


def reveal(house: House, ref: str, *, officer: str, code: str) -> list[Told]:
    """What people wrote, oldest line first, for an officer who judges or tells; each time an event.

    Raises `Refused`: `incident_unknown`, `role_may_not_judge`, or as `officer_codes.agree` does;
    `KeyFailure`.
    """
    require_reader(house, ref, officer=officer, code=code, what="log")
    with reading(house.engine) as connection:
        log = incidents.entries(connection, known(house, ref).number)
    return [
        Told(entry.added_at, entry.on_date or "", sort_of(entry.topic), str(entry.topic), text)
        for entry, text in zip(log, opened(house, log), strict=True)
    ]


def require_reader(house: House, ref: str, *, officer: str, code: str, what: str) -> None:
    """Return when that officer may read what people wrote; it is an event that they do. `what`: a
    word for it."""
    one = known(house, ref)
    rules = house.policy.incident_rules()
    may = {rules.reported_to, *rules.judged_by, *rules.telling.by, *rules.telling.agreed_with}

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not who.roles & may:
            return MAY_NOT
        facts = {"what": what, "officer": to_reference(OFFICER, who.id)}
        work.record(EventKind.INCIDENT_SHOWN, ref=one.ref, facts=facts)
        return None

    agree(house, handle=officer, code=code, ref=one.ref, act=act)


def _line(house: House, one: Incident, last: Phase | None) -> Line:
    rules = house.policy.incidents
    kind = None if rules is None else rules.kinds.get(one.kind)
    time = None if rules is None else running(house, one)
    plan_state = ""
    if one.plan_id:
        with reading(house.engine) as connection:
            plan = plans.get(connection, controller=house.controller, number=one.plan_id)
        plan_state = str(plan.state)
    return Line(
        ref=one.ref,
        kind=one.kind,
        called=one.kind if kind is None else kind.called,
        state=str(one.state),
        report=str(one.report),
        telling=str(one.telling),
        risk=None if one.risk is None else str(one.risk),
        because=one.because,
        about=one.ref_of or "",
        aware_at=one.aware_at,
        due_at=None if time is None else time.due_at.isoformat(),
        hours_left=None if time is None else round(time.hours_left, 1),
        late=time is not None and time.is_late,
        people=one.people,
        plan=to_reference(PLAN, one.plan_id) if one.plan_id else "",
        plan_state=plan_state,
        more_by=last.due_on if last is not None and one.more else None,
        next=_next(one, plan_state),
    )


def _next(one: Incident, plan_state: str) -> str:
    if one.state in ENDS:
        return ""
    if one.state is State.DRAFT:
        return NEXT_OF_DRAFT
    if one.state is State.OPEN:
        return "assess it" if one.report is Report.REPORTED else "assess it; report what is known"
    if one.report is Report.UNDECIDED:
        return "decide whether it is reported"
    if one.report is Report.TO_REPORT:
        return "report it"
    if one.telling is Telling.UNDECIDED:
        return "decide whether people are told"
    if one.telling is Telling.TO_TELL:
        return {
            "drawn": "both agree to the list: gallra approve",
            "approved": "tell the people, then say so: told",
        }.get(plan_state, "draw up whom to tell: notify")
    return "send the supplement" if one.more else "write down what was done, close it"
