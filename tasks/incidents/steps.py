"""Each step with an incident is one transaction: what it changes, its line in the log, its
event."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from lifecycle.errors import Refused
from lifecycle.incident.states import ENDS, Situation, Step, after, objection
from lifecycle.incident.words import Cause, Exemption, Risk
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.references import INCIDENT, OFFICER, from_reference, to_reference
from records import incidents, plans, to_dos
from records.engines import reading
from records.incidents import Incident
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.incidents.texts import Written
from tasks.officers.codes import agree

OPEN: Final = "incident_open"
"""The to-do that stands from the first word about an incident to its end."""
DRAFT: Final = "incident_draft"
"""The to-do that a plan with something late opens; the draft is where it is judged."""
MAY_NOT: Final = "role_may_not_judge"
_AGREED: Final = frozenset({PlanState.APPROVED, PlanState.EXECUTING, PlanState.PROVEN})

Change = Callable[[UnitOfWork, Incident, Situation, Officer], None]
"""Writes what the step changes beside the situation, and records its event."""


def number_of(ref: str) -> int:
    """The number behind `B-…`. Raises `Refused("reference_malformed")`."""
    return from_reference(INCIDENT, ref)


def known(house: House, ref: str) -> Incident:
    """The entry behind `B-…`. Raises `Refused`: `reference_malformed`, `incident_unknown`."""
    with reading(house.engine) as connection:
        return incidents.get(connection, controller=house.controller, number=number_of(ref))


def stands(house: House, work: UnitOfWork, one: Incident) -> Situation:
    """Where it stands as a whole, within the caller's transaction."""
    return incidents.situation(work.connection, one, agreed=is_agreed(house, work, one))


def is_agreed(house: House, work: UnitOfWork, one: Incident) -> bool:
    """Whether both agreed to the list of whom to tell (A-30)."""
    if not one.plan_id:
        return False
    plan = plans.get(work.connection, controller=house.controller, number=one.plan_id)
    return plan.state in _AGREED


def judged(
    house: House,
    ref: str,
    step: Step,
    *,
    officer: str,
    code: str,
    change: Change,
    risk: Risk | None = None,
    more: bool = False,
    exemption: Exemption | None = None,
    roles: Collection[str] = (),
) -> None:
    """Take a step that somebody with a one-time code answers for, or write down the refusal.

    `roles`: who may, beside the policy's `judged_by`. Raises `Refused`: `incident_unknown`,
    `role_may_not_judge`, what `lifecycle.incident.states.objection` says, or as
    `officer_codes.agree` does; `Misconfigured("incidents_without_rule")`.
    """
    rules = house.policy.incident_rules()
    number = known(house, ref).number

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not who.roles & {*rules.judged_by, *roles}:
            return MAY_NOT
        one = incidents.get(work.connection, controller=house.controller, number=number, lock=True)
        now = stands(house, work, one)
        against = objection(now, step, exemption=exemption)
        if against is not None:
            return against
        change(work, one, after(now, step, risk=risk, more=more, exemption=exemption), who)
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)


def move(house: House, work: UnitOfWork, one: Incident, to: Situation, **values: Any) -> Incident:
    """Write where it stands now, and `values` (columns); the to-do of it follows."""
    moved = incidents.change(
        work.connection,
        one,
        state=to.state,
        report=to.report,
        telling=to.telling,
        risk=to.risk,
        more=to.more,
        **values,
    )
    stand(house, work, moved)
    return moved


def stand(house: House, work: UnitOfWork, one: Incident) -> None:
    """The to-do stands as long as the incident does."""
    to_dos.stand(
        work.connection,
        controller=house.controller,
        kind=OPEN,
        ref=one.ref,
        number=int(one.state not in ENDS),
        at=house.at(),
    )


def close_waiting(house: House, work: UnitOfWork, one: Incident) -> None:
    """Somebody has judged a draft about an erasure that is late: what its plans ask for is done,
    within the caller's transaction."""
    if one.because != Cause.RETENTION_LATE:
        return
    for waiting in to_dos.open_to_dos(work.connection, controller=house.controller):
        if waiting.kind == DRAFT:
            to_dos.close_to_do(
                work.connection,
                controller=house.controller,
                kind=DRAFT,
                ref=waiting.ref,
                at=house.at(),
            )
            work.record(EventKind.TO_DO_CLOSED, ref=waiting.ref, facts={"kind": DRAFT})


def add(work: UnitOfWork, written: Written | None) -> dict[str, str]:
    """Write a line into the log, if there is one; what its event says of it."""
    if written is None:
        return {}
    incidents.add_entry(work.connection, written.entry, digest=written.digest)
    told = {"topic": str(written.entry.topic)}
    return told if written.entry.on_date is None else told | {"on": written.entry.on_date}


def require_kind(house: House, kind: str) -> None:
    """Raise `Refused("incident_kind_unknown")` for what the policy does not name."""
    if kind not in house.policy.incident_rules().kinds:
        raise Refused("incident_kind_unknown")


def by(who: Officer) -> dict[str, str]:
    """Whose decision it is, for the event."""
    return {"officer": to_reference(OFFICER, who.id)}


def record(
    work: UnitOfWork, kind: EventKind, one: Incident, facts: dict[str, str], **numbers: Any
) -> None:
    """The event of a step."""
    work.record(kind, ref=one.ref, facts=facts, **numbers)
