"""Where an incident stands, and which step leads where: nothing is forgotten, nothing is closed
before the authority and the people concerned have what is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.incident.risk import must_report, must_tell
from lifecycle.incident.words import Exemption, Risk


class State(StrEnum):
    """Where the entry of the register stands."""

    DRAFT = "draft"
    """Gallra itself noticed it: a person has to judge whether it is an incident."""
    OPEN = "open"
    ASSESSED = "assessed"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    """A draft that was no incident; it is kept, with the reason."""


class Report(StrEnum):
    """Where the report to the authority stands (art. 33)."""

    UNDECIDED = "undecided"
    TO_REPORT = "to_report"
    REPORTED = "reported"
    NOT_NEEDED = "not_needed"
    """A risk is unlikely; the entry is kept all the same (art. 33(5))."""


class Telling(StrEnum):
    """Where the notice to the people concerned stands (art. 34)."""

    UNDECIDED = "undecided"
    TO_TELL = "to_tell"
    TOLD = "told"
    NOT_NEEDED = "not_needed"


class Step(StrEnum):
    """What can be done with an entry."""

    TAKE_UP = "take_up"
    """A draft is an incident."""
    DISMISS = "dismiss"
    NOTE = "note"
    """Something is written down, or what it is about."""
    ASSESS = "assess"
    REPORT_YES = "report_yes"
    REPORT_NO = "report_no"
    REPORT = "report"
    """The authority was told."""
    SUPPLEMENT = "supplement"
    """The authority was told more (art. 33(4))."""
    TELL_YES = "tell_yes"
    TELL_NO = "tell_no"
    NARROW = "narrow"
    """Which of the data that was found is concerned (art. 33(3)(a))."""
    LIST = "list"
    """Whom to tell is put before those who agree (A-30)."""
    TOLD = "told"
    CLOSE = "close"
    REOPEN = "reopen"


class Situation(NamedTuple):
    """Where an incident stands as a whole."""

    state: State
    report: Report = Report.UNDECIDED
    telling: Telling = Telling.UNDECIDED
    risk: Risk | None = None
    more: bool = False
    """The authority was promised more (art. 33(4))."""
    measures: bool = False
    """A measure is written down (art. 33(5))."""
    agreed: bool = False
    """Both have agreed to the list of whom to tell (A-30)."""


BEGINNINGS: Final = frozenset({Situation(State.DRAFT), Situation(State.OPEN)})
ENDS: Final = frozenset({State.CLOSED, State.DISMISSED})

_UNDER_WAY: Final = frozenset({State.OPEN, State.ASSESSED})
_DRAFTS: Final = frozenset({State.DRAFT})
ALLOWED_IN: Final[Mapping[Step, frozenset[State]]] = {
    Step.TAKE_UP: _DRAFTS,
    Step.DISMISS: _DRAFTS,
    Step.NOTE: _UNDER_WAY | _DRAFTS,
    Step.ASSESS: _UNDER_WAY,
    Step.REPORT_YES: frozenset({State.ASSESSED}),
    Step.REPORT_NO: frozenset({State.ASSESSED}),
    # Before it is assessed too: the first phase of a report waits for nothing.
    Step.REPORT: _UNDER_WAY,
    Step.SUPPLEMENT: _UNDER_WAY,
    Step.TELL_YES: frozenset({State.ASSESSED}),
    Step.TELL_NO: frozenset({State.ASSESSED}),
    Step.NARROW: _UNDER_WAY,
    Step.LIST: frozenset({State.ASSESSED}),
    Step.TOLD: frozenset({State.ASSESSED}),
    Step.CLOSE: frozenset({State.ASSESSED}),
    Step.REOPEN: frozenset({State.CLOSED}),
}
"""In which states a step may be taken at all."""

WRONG_STATE: Final[Mapping[State, str]] = {
    State.DRAFT: "incident_is_a_draft",
    State.OPEN: "incident_not_assessed",
    State.ASSESSED: "incident_is_no_draft",
    State.CLOSED: "incident_closed",
    State.DISMISSED: "incident_dismissed",
}
"""The reason code where a step may not be taken in that state."""

_NO_DRAFT: Final = frozenset({Step.TAKE_UP, Step.DISMISS})


def objection(now: Situation, step: Step, *, exemption: Exemption | None = None) -> str | None:
    """The reason code why this step may not be taken there; None where it may.

    `exemption`: that of art. 34(3) which is claimed with `TELL_NO`.
    """
    if now.state not in ALLOWED_IN[step]:
        if step in _NO_DRAFT and now.state in _UNDER_WAY:
            return "incident_is_no_draft"
        if step is Step.REOPEN and now.state in _UNDER_WAY:
            return "incident_not_closed"
        return WRONG_STATE[now.state]
    checks = {
        Step.REPORT_YES: _against_report_yes,
        Step.REPORT_NO: _against_report_no,
        Step.REPORT: _against_report,
        Step.SUPPLEMENT: _against_supplement,
        Step.TELL_YES: _against_tell_yes,
        Step.NARROW: _against_narrow,
        Step.LIST: _against_list,
        Step.TOLD: _against_told,
        Step.CLOSE: _against_close,
    }
    if step is Step.TELL_NO:
        return _against_tell_no(now, exemption)
    check = checks.get(step)
    return None if check is None else check(now)


def after(
    now: Situation,
    step: Step,
    *,
    risk: Risk | None = None,
    more: bool = False,
    exemption: Exemption | None = None,
) -> Situation:
    """Where it stands after that step. Raises `Refused` with the code that `objection` gives.

    `risk`: what was decided, with `ASSESS`; `more`: whether the authority is promised more, with
    `REPORT` and `SUPPLEMENT`.
    """
    against = objection(now, step, exemption=exemption)
    if against is not None:
        raise Refused(against)
    match step:
        case Step.TAKE_UP:
            return now._replace(state=State.OPEN)
        case Step.DISMISS:
            return now._replace(state=State.DISMISSED)
        case Step.ASSESS:
            return _assessed(now, risk)
        case Step.REPORT_YES:
            return now._replace(report=Report.TO_REPORT)
        case Step.REPORT_NO:
            return now._replace(report=Report.NOT_NEEDED)
        case Step.REPORT:
            return now._replace(report=Report.REPORTED, more=more)
        case Step.SUPPLEMENT:
            return now._replace(more=more)
        case Step.TELL_YES:
            return now._replace(telling=Telling.TO_TELL)
        case Step.TELL_NO:
            return now._replace(telling=Telling.NOT_NEEDED, agreed=False)
        case Step.TOLD:
            return now._replace(telling=Telling.TOLD)
        case Step.CLOSE:
            return now._replace(state=State.CLOSED)
        case Step.REOPEN:
            return now._replace(state=State.ASSESSED)
        case Step.NOTE | Step.NARROW | Step.LIST:
            return now


def clock_runs(now: Situation) -> bool:
    """Whether the 72 hours count: until the authority was told, or need not be. A draft's too: if
    it is an incident, Gallra noticed it then."""
    return now.state not in ENDS and now.report in {Report.UNDECIDED, Report.TO_REPORT}


def _assessed(now: Situation, risk: Risk | None) -> Situation:
    """A new assessment takes back the decisions that do not follow from it any more."""
    if risk is None:
        raise Refused("risk_unknown")
    report, telling, agreed = now.report, now.telling, now.agreed
    if report is not Report.REPORTED:
        report = Report.TO_REPORT if must_report(risk) else Report.UNDECIDED
    if telling is not Telling.TOLD:
        telling = Telling.TO_TELL if must_tell(risk) else Telling.UNDECIDED
        agreed = agreed and telling is Telling.TO_TELL
    return now._replace(
        state=State.ASSESSED, risk=risk, report=report, telling=telling, agreed=agreed
    )


def _against_report_yes(now: Situation) -> str | None:
    return "incident_reported" if now.report is Report.REPORTED else None


def _against_report_no(now: Situation) -> str | None:
    if now.report is Report.REPORTED:
        return "incident_reported"
    return "must_be_reported" if must_report(now.risk) else None


def _against_report(now: Situation) -> str | None:
    if now.report is Report.REPORTED:
        return "incident_reported"
    return "report_not_decided" if now.report is Report.NOT_NEEDED else None


def _against_supplement(now: Situation) -> str | None:
    return None if now.report is Report.REPORTED else "incident_not_reported"


def _against_tell_yes(now: Situation) -> str | None:
    return "people_told" if now.telling is Telling.TOLD else None


def _against_tell_no(now: Situation, exemption: Exemption | None) -> str | None:
    if now.telling is Telling.TOLD:
        return "people_told"
    return "people_must_be_told" if must_tell(now.risk, exemption) else None


def _against_narrow(now: Situation) -> str | None:
    """Once people were told, what they were told of is not judged anew."""
    return "people_told" if now.telling is Telling.TOLD else None


def _against_list(now: Situation) -> str | None:
    if now.telling is Telling.TOLD:
        return "people_told"
    return None if now.telling is Telling.TO_TELL else "telling_not_decided"


def _against_told(now: Situation) -> str | None:
    return _against_list(now) or (None if now.agreed else "telling_not_agreed")


def _against_close(now: Situation) -> str | None:
    if now.report in {Report.UNDECIDED, Report.TO_REPORT}:
        return "report_open"
    if now.telling in {Telling.UNDECIDED, Telling.TO_TELL}:
        return "telling_open"
    if now.more:
        return "supplement_open"
    return None if now.measures else "measure_missing"
