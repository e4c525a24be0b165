"""What was agreed and proven is what the keyed ledger says, not what a column says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from lifecycle.disclosure import is_not_arrived
from lifecycle.disclosure_told import Told, after
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import EventKind
from lifecycle.plan import ERASURES, ItemState, PlanKind, PlanState, plan_hash
from lifecycle.references import SUBJECT, WORK_ORDER, to_reference
from records import disclosures, plans, work_orders
from records.engines import reading
from records.ledger_check import verify
from records.plans import Plan, StoredItem
from tasks.house.parts import House

_ENDED: Final = frozenset({EventKind.PLAN_DECLINED, EventKind.PLAN_VOID})


@dataclass(slots=True)
class _Told:
    """What the ledger says about one plan."""

    needed: int | None = None
    by_rule: bool = False
    officers: set[str] = field(default_factory=set)
    prepared_by: set[str] = field(default_factory=set)
    """Officers whose code drew up a disclosure; their own approval of it counts for nothing."""
    begun: bool = False
    ended: bool = False
    proven: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(person, place) → items proven gone; our own records have one word for all of theirs."""
    confirmed: set[str] = field(default_factory=set)
    """Work orders."""
    not_arrived: int = 0
    """How often a person found out that nothing of a disclosure had arrived."""
    shared: Told = field(default_factory=Told)
    """Where a disclosure stands."""

    @property
    def given(self) -> int:
        """How many approvals count."""
        return len(self.officers - self.prepared_by)


def require_attested(house: House, plan: Plan) -> None:
    """Return only if the keyed ledger says that exactly these items were approved, by as many
    officers as were needed when the plan was drawn up, and that what counts as proven was.

    Whoever can write our tables and lacks the ledger's key cannot have that. Verifies the whole
    ledger on the way (about 4 s for a million events). Raises `LedgerFailure` with
    `approval_not_in_ledger`, `plan_not_as_approved`, `proof_not_in_ledger`,
    `attempt_not_in_ledger`, `stage_not_in_ledger`, or as `verify` does.
    """
    with reading(house.engine) as connection:
        verify(connection, house.ledger_key)
        told = _told(house, connection, plan)
        state = plans.get(connection, controller=plan.controller, number=plan.number).state
        stored = plans.items(connection, plan.number)
        orders = work_orders.of_plan(connection, plan.number)
        shared = None
        if plan.kind is PlanKind.DISCLOSURE:
            shared = disclosures.get(connection, controller=plan.controller, number=plan.number)
    found = plan_hash(
        (one.item for one in stored),
        controller=plan.controller,
        kind=plan.kind,
        as_of=plan.as_of.isoformat(),
        policy_sha256=plan.policy_sha256,
        about_id=plan.about_id,
        terms=_terms(house, plan) if shared is None else shared.terms.digest(),
    )
    if found != plan.hash:
        raise LedgerFailure("plan_not_as_approved", ref=plan.ref)
    by_rule = told.needed == 0 and plan.kind in ERASURES  # no rule ever lets anything out (H-32)
    enough = told.by_rule if by_rule else told.given >= (told.needed or 1)
    # Under way an approval does not grow old: whether it is, the ledger says too.
    begun = told.begun or state is not PlanState.EXECUTING
    if told.needed is None or told.ended or not enough or not begun:
        raise LedgerFailure("approval_not_in_ledger", ref=plan.ref)
    # Another number is another reference: a channel would take it for one that it never had.
    if shared is not None and shared.attempt != told.not_arrived:
        raise LedgerFailure("attempt_not_in_ledger", ref=plan.ref)
    if shared is not None and shared.stage is not told.shared.stage:
        raise LedgerFailure("stage_not_in_ledger", ref=plan.ref)
    if plan.kind in ERASURES:
        _require_proofs(house, plan, stored, told)
    for order in orders:
        confirmed = to_reference(WORK_ORDER, order.number) in told.confirmed
        if order.state == "confirmed" and not confirmed:
            raise LedgerFailure("proof_not_in_ledger", ref=plan.ref)


def _terms(house: House, plan: Plan) -> str:
    """What else an approval is bound to, of a list of whom to tell."""
    if plan.kind is not PlanKind.INCIDENT:
        return ""
    from tasks.incidents.telling import terms_of_plan  # it asks here before anybody is told

    return terms_of_plan(house, plan)


def _require_proofs(house: House, plan: Plan, stored: Iterable[StoredItem], told: _Told) -> None:
    said: Counter[tuple[str, str]] = Counter()
    for one in stored:
        if one.state is ItemState.PROVEN:
            said[to_reference(SUBJECT, one.item.subject_id), one.item.system] += 1
    for place, number in said.items():
        if told.proven[place] < number:
            raise LedgerFailure("proof_not_in_ledger", ref=plan.ref)


def _told(house: House, connection: Connection, plan: Plan) -> _Told:
    told = _Told()
    orders = {
        to_reference(WORK_ORDER, one.number) for one in work_orders.of_plan(connection, plan.number)
    }
    wanted = [name.encode() for name in (plan.ref, *orders)]
    for entry in house.ledger.read(connection):
        if any(name in entry.body for name in wanted):
            _take(told, orjson.loads(entry.body), plan, own=house.own_system)
    return told


def _take(told: _Told, event: dict[str, Any], plan: Plan, *, own: str) -> None:
    kind, ref, facts = event["kind"], event.get("ref"), event.get("facts", {})
    if ref == plan.ref:
        told.shared = after(told.shared, event)
        if kind == EventKind.PLAN_DRAWN and facts.get("hash") == plan.hash:
            told.needed = event.get("numbers", {}).get("approvals")
        elif kind == EventKind.DISCLOSURE_PREPARED:
            told.prepared_by.add(facts.get("officer", ""))
        elif kind == EventKind.APPROVAL_GIVEN and facts.get("hash") == plan.hash:
            told.officers.add(facts.get("officer", ""))
        elif kind == EventKind.PLAN_APPROVED and facts.get("hash") == plan.hash:
            told.by_rule = told.by_rule or facts.get("by") == "rule"
        elif kind == EventKind.PLAN_BEGUN and facts.get("approved") == plan.hash:
            told.begun = True
        elif is_not_arrived(event, plan.ref):
            told.not_arrived += 1
        elif kind in _ENDED:
            told.ended = True
    elif kind == EventKind.WORK_ORDER_CONFIRMED:
        told.confirmed.add(ref or "")
    elif facts.get("plan") == plan.ref and event.get("verified"):
        if kind == EventKind.ITEM_PROVEN:
            told.proven[ref or "", facts.get("system", "")] += 1
        elif kind == EventKind.ERASURE_VERIFIED:
            told.proven[ref or "", own] += 1
