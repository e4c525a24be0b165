"""Every processor is looked at again once a year: what is known of it is put before the reviewer,
who says yes or no to exactly that (A-18, H-40, art. 28(1))."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

import orjson

from lifecycle.approval import Decision
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanItem, PlanKind, PlanState, plan_hash
from lifecycle.processor import Entry, Lack
from lifecycle.processor_entry import EntryKind as Kind
from lifecycle.references import OFFICER, new_id, to_reference
from lifecycle.retention.calendar import local_date
from records import approvals, leases, plans, processors
from records.engines import reading
from records.plans import Plan
from records.processors import PROCESSOR_KIND
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.processors.noting import insert, lease, write
from tasks.processors.register import Line, Register, Said, lines, read

REVIEW: Final = "review"
"""Verdict and action of the one item of such a plan; no verdict of the retention rules."""
APPROVALS: Final = 1
_NO_AGREEMENT: Final = frozenset(
    {Lack.AGREEMENT_MISSING, Lack.AGREEMENT_NOT_BEGUN, Lack.AGREEMENT_OVER}
)
"""Without one there is nothing to review: whoever answers for it brings it first."""


class Asked(NamedTuple):
    """A review that waits for the reviewer."""

    ref: str
    """Its plan, `P-…`."""
    hash: str
    line: Line


class Taken(NamedTuple):
    """What came of the decisions; counts."""

    approved: int
    refused: int


def take(house: House) -> Taken:
    """Note the reviews that were decided; safe to repeat.

    A "no" is noted too: then the processor has no valid review until another one is approved.
    """
    with reading(house.engine) as connection:
        known = processors.plans_decided(connection, controller=house.controller)
        decided = plans.find(
            connection,
            controller=house.controller,
            kind=PlanKind.REVIEW,
            states=[PlanState.APPROVED, PlanState.DECLINED],
        )
    counts = {"approved": 0, "refused": 0}
    for plan in decided:
        if plan.number not in known:
            outcome = _take(house, plan)
            if outcome:
                counts[outcome] += 1
    return Taken(counts["approved"], counts["refused"])


def ask(house: House) -> list[Asked]:
    """Draw up the reviews that are due, once each; those that wait, the oldest first.

    One that says something else by now is void, and drawn up anew.
    """
    if house.policy.processor_review is None:
        return []
    found = {line.label: line for line in lines(house)}
    due = {name for name, line in found.items() if _is_due(line)}
    with leases.hold(house.engine, f"reviews:{house.controller}", now=house.now):
        for plan in reversed(_open_plans(house)):
            label = _label(house, plan)
            if label in due and still_current(house, plan):
                due.discard(label)
            else:
                _void(house, plan)
        for label in found:
            if label in due:
                _draw(house, found[label])
    return waiting(house)


def waiting(house: House) -> list[Asked]:
    """The reviews that wait, the oldest first."""
    found = {line.label: line for line in lines(house)}
    return [
        Asked(plan.ref, plan.hash, found[label])
        for plan in reversed(_open_plans(house))
        if (label := _label(house, plan)) in found
    ]


def still_current(house: House, plan: Plan) -> bool:
    """Whether what is known of the processor is what the reviewer was asked about."""
    label = _label(house, plan)
    line = next((line for line in lines(house, on=plan.as_of) if line.label == label), None)
    return line is not None and _hash(house, line, plan.as_of) == plan.hash


def _is_due(line: Line) -> bool:
    return line.review_due and not _NO_AGREEMENT & set(line.lacks)


def _open_plans(house: House) -> list[Plan]:
    with reading(house.engine) as connection:
        return plans.find(
            connection,
            controller=house.controller,
            kind=PlanKind.REVIEW,
            states=[PlanState.DRAWN],
        )


def _label(house: House, plan: Plan) -> str:
    with reading(house.engine) as connection:
        [item] = plans.items(connection, plan.number)
    return item.item.system


def _items(line: Line) -> list[PlanItem]:
    return [
        PlanItem(
            subject_id=0,
            placement_id=0,
            system=line.label,
            verdict=REVIEW,
            action=REVIEW,
            categories=tuple(str(lack) for lack in line.lacks),
            stays=line.systems,
            rule="",
            ripe_on=None,
            last_day=None if line.reviewed_until is None else line.reviewed_until.isoformat(),
            reason=None,
        )
    ]


def _hash(house: House, line: Line, as_of: date) -> str:
    """What is agreed to: everything that is shown, and every entry that it is folded out of."""
    with reading(house.engine) as connection:
        register = read(connection, controller=house.controller)
    told = {
        "line": {
            name: _plain(value)
            for name, value in line._asdict().items()
            if name not in {"said", "subs", "ref"}
        },
        "noted": _noted(register, line),
    }
    terms = hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return plan_hash(
        _items(line),
        controller=house.controller,
        kind=PlanKind.REVIEW,
        as_of=as_of.isoformat(),
        policy_sha256=house.policy.sha256,
        about_id=0,
        terms=terms,
    )


def _noted(register: Register, line: Line) -> list[list[str]]:
    rows = [row for row in register.rows if row.ref == line.ref and row.kind == PROCESSOR_KIND]
    rows += [sub for row in rows for sub in register.subs_of(row)]
    return [
        [row.ref, *(str(value) for value in one.entry), one.evidence]
        for row in rows
        for one in register.noted.get(row.number, ())
    ] + [[row.ref] for row in rows[1:]]


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return value


def _draw(house: House, line: Line) -> None:
    as_of = local_date(house.now(), house.policy.controller.zone)
    plan = Plan(
        number=new_id(),
        controller=house.controller,
        kind=PlanKind.REVIEW,
        as_of=as_of,
        policy_sha256=house.policy.sha256,
        hash=_hash(house, line, as_of),
        approvals=APPROVALS,
        created_at=house.at(),
        created_by="",
        state=PlanState.DRAWN,
        closed_at=None,
        about_id=0,
        counts={"processors": 1, "systems": len(line.systems), "lacks": len(line.lacks)},
    )
    with house.work() as work:
        plans.insert(work.connection, plan, _items(line))
        work.record(
            EventKind.PLAN_DRAWN,
            ref=plan.ref,
            found=1,
            facts={
                "kind": str(plan.kind),
                "as_of": as_of.isoformat(),
                "hash": plan.hash,
                "processor": line.label,
            },
            approvals=APPROVALS,
        )
        work.commit()


def _void(house: House, plan: Plan) -> None:
    with house.work() as work:
        approvals.lock_plan(work.connection, plan.number)
        stored = plans.get(work.connection, controller=house.controller, number=plan.number)
        if stored.state is not PlanState.DRAWN:
            return
        plans.set_state(
            work.connection,
            plan.number,
            was=PlanState.DRAWN,
            to=PlanState.VOID,
            closed_at=house.at(),
        )
        facts = {"reason": "plan_changed", "hash": plan.hash}
        work.record(EventKind.PLAN_VOID, ref=plan.ref, facts=facts)
        work.commit()


def _take(house: House, plan: Plan) -> str:
    """One decision with its entry and the end of its plan, in one transaction; "" where somebody
    else was faster, or the processor is known no more."""
    label = _label(house, plan)
    with leases.hold(house.engine, lease(house), now=house.now), house.work() as work:
        approvals.lock_plan(work.connection, plan.number)
        stored = plans.get(work.connection, controller=house.controller, number=plan.number)
        noted = processors.plans_decided(work.connection, controller=house.controller)
        decided = approvals.of_plan(work.connection, plan.number)
        yes = stored.state is PlanState.APPROVED
        wanted = Decision.APPROVE if yes else Decision.DECLINE
        by = [one for one in decided if one.decision == wanted]
        if plan.number in noted or not by:
            return ""
        outcome = "approved" if yes else "refused"
        _enter(house, work, label, outcome, plan, officer=by[-1].officer_id, at=by[-1].decided_at)
        if yes:
            for was, to in (
                (PlanState.APPROVED, PlanState.EXECUTING),
                (PlanState.EXECUTING, PlanState.PROVEN),
            ):
                closed = house.at() if to is PlanState.PROVEN else None
                plans.set_state(work.connection, plan.number, was=was, to=to, closed_at=closed)
        work.commit()
    return outcome


def _enter(
    house: House,
    work: UnitOfWork,
    label: str,
    outcome: str,
    plan: Plan,
    *,
    officer: int,
    at: str,
) -> None:
    register = read(work.connection, controller=house.controller)
    by = to_reference(OFFICER, officer)
    row = register.of_policy(label)
    row = row or next((one for one in register.rows if one.ref == label), None)
    if row is None:
        declared = house.policy.processors.get(label)
        called = Said(label) if declared is None else Said(declared.called, declared.does)
        row = insert(house, work, PROCESSOR_KIND, called, by="policy", name=label)
    on = local_date(datetime.fromisoformat(at), house.policy.controller.zone)
    write(house, work, row, Entry(Kind.REVIEW, on, None, outcome), by=by, plan=plan.number)
    work.record(
        EventKind.PROCESSOR_REVIEWED,
        ref=plan.ref,
        facts={"processor": label, "outcome": outcome, "officer": by, "on": on.isoformat()},
    )
