"""When the purpose ends, data goes by a plan: drawn up early, shown whole, agreed to (A-70)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection

from lifecycle.ledger import EventKind
from lifecycle.plan import PlanItem, PlanKind, PlanState
from lifecycle.references import new_id
from lifecycle.retention.facts import Verdict
from lifecycle.retention.reach import optional_events
from records import alarms, due, leases, planned_people, plans, to_dos
from records.engines import reading
from records.planned_people import Going
from records.plans import Plan
from records.unit_of_work import UnitOfWork
from tasks.erasing.deriving import Derived, derive, derived_of, hash_of, rehearse
from tasks.erasing.plan_overview import without_rule
from tasks.house.parts import House
from tasks.watching.daily import RETENTION_LATE

__all__ = [
    "INCIDENT_DRAFT",
    "RETENTION_LATE",
    "Derived",
    "derive",
    "draw",
    "rehearse",
    "still_current",
]

INCIDENT_DRAFT: Final = "incident_draft"
"""The to-do to judge that breach (art. 33)."""
SUPERSEDED: Final = "superseded"
NOTHING_DUE: Final = "nothing_due"
_PATIENCE: Final = 60.0
"""Seconds to wait for another run that draws up a plan."""


def draw(
    house: House, *, kind: PlanKind, as_of: date, about: int = 0, created_by: str = ""
) -> Plan | None:
    """Draw up the plan of that day and store it; None when there is nothing to do.

    An open plan that says the same is given back instead of a second one, whichever day it was
    drawn up for. An older one that nobody has approved yet is void from now on. What goes by a
    plan that is approved or being carried out is left to that one. Always leaves `plan.drawn`
    unless a plan is given back: `expected` people whose time is up, `found` people with something
    to show. What should be gone already raises an alarm and a to-do to judge the breach.
    `created_by`: an officer's handle, who may not approve it then. Raises as `derive`, and `Busy`
    while another run draws one up.
    """
    with leases.hold(
        house.engine, f"planning/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        derived = derive(house, kind=kind, as_of=as_of, about=about)
        with reading(house.engine) as connection:
            known = plans.find(
                connection, controller=house.controller, kind=kind, states=plans.OPEN
            )
            known = [plan for plan in known if plan.about_id == about]
            going = _under_way(house, connection)
            missing = due.count_missing(
                connection,
                controller=house.controller,
                besides=optional_events(house.policy),
            )
            bare = without_rule(connection, house.policy)
        for older in known:
            if (
                older.as_of <= as_of
                # Whoever asks anew stands on the plan: nobody approves what they asked for.
                and (older.state is not PlanState.DRAWN or created_by in {"", older.created_by})
                and _says(house, older, derived.items, going)
            ):
                return older
        looked_at = derived.counts["people"]
        items = _without(derived.items, going, besides=0)
        derived = derived_of(
            house, items, kind=kind, as_of=as_of, about=about, due=derived.counts["due"]
        )
        derived.counts["missing"] = sum(missing.values())
        derived.counts["no_rule"] = sum(bare.values())
        plan: Plan | None = None
        if derived.counts[str(Verdict.GO)]:
            plan = Plan(
                number=new_id(),
                controller=house.controller,
                kind=kind,
                as_of=as_of,
                policy_sha256=house.policy.sha256,
                hash=derived.hash,
                approvals=derived.approvals,
                created_at=house.at(),
                created_by=created_by,
                state=PlanState.DRAWN,
                closed_at=None,
                about_id=about,
                counts=derived.counts,
            )
        _store(house, plan, derived, known, kind=kind, as_of=as_of, looked_at=looked_at)
        return plan


def still_current(house: House, plan: Plan) -> bool:
    """Whether the plan says today exactly what it said when it was drawn up.

    Everything is derived anew, by its own day: another date, hold, record or policy makes another
    plan of it.
    """
    if plan.policy_sha256 != house.policy.sha256:
        return False
    derived = derive(house, kind=plan.kind, as_of=plan.as_of, about=plan.about_id)
    with reading(house.engine) as connection:
        going = _under_way(house, connection)
    return _says(house, plan, derived.items, going)


def _says(house: House, plan: Plan, items: Iterable[PlanItem], going: Iterable[Going]) -> bool:
    """Whether newly derived items, without what goes by another plan, are this plan's."""
    rest = _without(items, going, besides=plan.number)
    found = hash_of(house, rest, kind=plan.kind, as_of=plan.as_of, about=plan.about_id)
    return (found, house.policy.sha256) == (plan.hash, plan.policy_sha256)


def _under_way(house: House, connection: Connection) -> list[Going]:
    return planned_people.going(
        connection,
        controller=house.controller,
        states=(PlanState.APPROVED, PlanState.EXECUTING),
        cases=house.case_system.system,
    )


def _without(
    items: Iterable[PlanItem], going: Iterable[Going], *, besides: int
) -> Sequence[PlanItem]:
    """`items` less what goes by other plans, and less the people of whom nothing else goes.

    What another plan lets wait for a later day than this is not left to it: the date was corrected
    since, or somebody has asked.
    """
    taken: dict[tuple[int, int, str, str], str] = {}
    for one in going:
        if one.plan != besides:
            place = (one.subject_id, one.placement_id, one.system, one.rule)
            taken[place] = min(one.not_before, taken.get(place, one.not_before))
    items = list(items)
    if not taken:
        return items
    rest = [item for item in items if item.verdict != Verdict.GO or not _is_in(taken, item)]
    left = {item.subject_id for item in rest if item.verdict == Verdict.GO}
    gone = {place[0] for place in taken} - left
    return [item for item in rest if item.subject_id not in gone]


def _is_in(taken: Mapping[tuple[int, int, str, str], str], item: PlanItem) -> bool:
    not_before = taken.get((item.subject_id, item.placement_id, item.system, item.rule))
    return not_before is not None and not_before <= (item.ripe_on or "")


def _store(
    house: House,
    plan: Plan | None,
    derived: Derived,
    known: Iterable[Plan],
    *,
    kind: PlanKind,
    as_of: date,
    looked_at: int,
) -> None:
    counts = derived.counts
    with house.work() as work:
        if plan is not None:
            plans.insert(work.connection, plan, derived.items)
        for older in known:
            if older.state is PlanState.DRAWN:
                _supersede(house, work, older, by=plan)
        work.record(
            EventKind.PLAN_DRAWN,
            ref=plan.ref if plan is not None else None,
            expected=counts["due"],
            found=looked_at,
            facts={"kind": str(kind), "as_of": as_of.isoformat(), "hash": derived.hash},
            approvals=derived.approvals,
            going=counts["going"],
            go=counts["go"],
            stays=counts["stays"],
            undecided=counts["undecided"],
            held=counts["held"],
            refused=counts["refused"],
            late=counts["late"],
            missing=counts["missing"],
            no_rule=counts["no_rule"],
        )
        if counts["late"]:
            _raise(house, work, plan, late=counts["late"])
        work.commit()


def _supersede(house: House, work: UnitOfWork, older: Plan, *, by: Plan | None) -> None:
    plans.set_state(
        work.connection,
        older.number,
        was=PlanState.DRAWN,
        to=PlanState.VOID,
        closed_at=house.at(),
    )
    facts = {"reason": SUPERSEDED, "by": by.ref} if by is not None else {"reason": NOTHING_DUE}
    work.record(EventKind.PLAN_VOID, ref=older.ref, facts=facts | {"hash": older.hash})
    if older.counts.get("late"):
        # The new plan has a draft of its own where the breach goes on.
        to_dos.close_to_do(
            work.connection,
            controller=house.controller,
            kind=INCIDENT_DRAFT,
            ref=older.ref,
            at=house.at(),
        )
        work.record(EventKind.TO_DO_CLOSED, ref=older.ref, facts={"kind": INCIDENT_DRAFT})


def _raise(house: House, work: UnitOfWork, plan: Plan | None, *, late: int) -> None:
    if alarms.raise_alarm(
        work.connection,
        controller=house.controller,
        kind=RETENTION_LATE,
        ref=house.controller,
        at=house.at(),
    ):
        work.record(
            EventKind.ALARM_RAISED, ref=house.controller, facts={"alarm": RETENTION_LATE}, late=late
        )
    if plan is not None:
        to_dos.open_to_do(
            work.connection,
            controller=house.controller,
            kind=INCIDENT_DRAFT,
            ref=plan.ref,
            number=late,
            at=house.at(),
        )
        work.record(
            EventKind.TO_DO_OPENED, ref=plan.ref, facts={"kind": INCIDENT_DRAFT}, number=late
        )
