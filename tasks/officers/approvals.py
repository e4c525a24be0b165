"""The executor asks here: exactly this plan was approved, by enough people who may, lately."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from lifecycle import approval
from lifecycle.approval import Approver, Decision, Given, Reason
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ERASURES, PlanKind, PlanState
from lifecycle.policy.erasure import Approvals
from lifecycle.references import OFFICER, PLAN, from_reference, to_reference
from records import approvals, plans
from records.engines import reading
from records.officers import Officer
from records.plans import Plan
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.officers.codes import agree, note_refusal

POLICY_CHANGED = "policy_changed"
PLAN_CHANGED = "plan_changed"

StillCurrent = Callable[[House, Plan], bool]
"""Whether a plan drawn up now would be the same one, to the last item."""


class ApprovalResult(NamedTuple):
    """Where a plan stands after a decision."""

    ref: str
    state: PlanState
    given: int
    """Approvals that count now."""
    needed: int


def approve(
    house: House,
    plan_ref: str,
    *,
    officer: str,
    code: str,
    decision: str,
    reason: str = Reason.NONE,
    received_at: datetime | None = None,
    expected_hash: str | None = None,
    still_current: StillCurrent | None = None,
) -> ApprovalResult:
    """Take the decision (`approve` or `decline`) of the officer with that handle on a plan.

    `reason`: a word of `lifecycle.approval.Reason`, for the ledger. `received_at`: see
    `officer_codes.agree`. `expected_hash`: the hash of the plan that the officer was shown. One
    "decline" ends the plan; with enough approvals it is approved. Every refusal is a ledger event
    and the code is used up. A plan that data, holds or policy have overtaken becomes void.

    Raises `Refused`: `decision_unknown`, `reason_unknown`, `plan_unknown`, `plan_under_way`,
    `plan_done`, `plan_declined`, `plan_void`, `plan_approved`, `role_may_not_approve`, `own_plan`,
    `approved_before`, `second_role_missing`, `other_plan_shown`, `policy_changed`,
    `plan_changed`, or as `officer_codes.agree` does.
    """
    number = from_reference(PLAN, plan_ref)
    if decision not in set(Decision):
        raise Refused("decision_unknown")
    if reason not in set(Reason):
        raise Refused("reason_unknown")
    said, why = Decision(decision), Reason(reason)
    with reading(house.engine) as connection:
        shown = plans.get(connection, controller=house.controller, number=number)
    # Outside the transaction: it reads everything that the plan is about. What changes after
    # this look is met by the executor's own.
    current = said is Decision.DECLINE or _is_current(house, shown, still_current)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        approvals.lock_plan(work.connection, number)
        plan = plans.get(work.connection, controller=house.controller, number=number)
        given = _counting(house, work, plan)
        approver = Approver(who.id, who.handle, who.roles)
        refusal = approval.STATE_REFUSALS.get(plan.state) or approval.objection(
            approver,
            _rules(house, plan),
            needed=_needed(plan),
            created_by=plan.created_by,
            given=given,
            decision=said,
        )
        if refusal is not None:
            return refusal
        if said is Decision.DECLINE:
            _decline(house, work, plan, approver, why)
            return None
        if plan.state is PlanState.APPROVED and _is_enough(house, given, plan):
            return "plan_approved"
        if expected_hash is not None and not hmac.compare_digest(expected_hash, plan.hash):
            return "other_plan_shown"
        overtaken = _overtaken(house, plan, current=current)
        if overtaken is not None:
            _void(house, work, plan, overtaken)
            return overtaken
        _give(house, work, plan, approver, why)
        return None

    agree(house, handle=officer, code=code, ref=shown.ref, act=act, received_at=received_at)
    with reading(house.engine) as connection:
        after = plans.get(connection, controller=house.controller, number=number)
        given = approvals.given_to(connection, number)
    return ApprovalResult(
        ref=after.ref,
        state=after.state,
        given=len(_that_count(house, after, given)),
        needed=_needed(after),
    )


def require_approved(
    house: House, plan: Plan, *, still_current: StillCurrent | None = None
) -> None:
    """Return only if the plan may be carried out now, as it lies in the records.

    A resumed run is no approval: only this is. A plan that needs nobody is approved here by rule.
    Once it is under way neither its approvals' age nor new data ends it (each item is judged anew
    before it goes). Raises `Refused`, each time with its ledger event: `approval_missing`,
    `second_approval_missing`, `approval_expired`, `plan_changed` and `policy_changed` (the plan is
    void then), `plan_done`, `plan_declined`, `plan_void`, `plan_unknown`.
    """
    with reading(house.engine) as connection:
        stored = plans.get(connection, controller=house.controller, number=plan.number)
    open_for = stored.state in {PlanState.DRAWN, PlanState.APPROVED}
    current = not open_for or _is_current(house, stored, still_current)
    with house.work() as work:
        approvals.lock_plan(work.connection, plan.number)
        stored = plans.get(work.connection, controller=house.controller, number=plan.number)
        refusal = _why_not(house, work, stored, current=current)
        if refusal is None and stored.state is not PlanState.DRAWN:
            return  # nothing to write; leaving undoes nothing but the lock
        if refusal is not None:
            note_refusal(work, ref=stored.ref, reason=refusal)
        else:
            _approve_by_rule(work, stored)
        work.commit()
    if refusal is not None:
        raise Refused(refusal, ref=stored.ref)


def _why_not(house: House, work: UnitOfWork, plan: Plan, *, current: bool) -> str | None:
    if plan.state is PlanState.EXECUTING:
        # It passed here when it began; half of it may be gone already.
        people = approvals.deciders(work.connection, plan.number, plan_hash=plan.hash)
        return None if len(people) >= _needed(plan) else str(approval.Missing.APPROVAL)
    ended = approval.STATE_REFUSALS.get(plan.state)
    if ended is not None:
        return ended
    lacking = approval.missing(
        approvals.given_to(work.connection, plan.number),
        _rules(house, plan),
        needed=_needed(plan),
        plan_hash=plan.hash,
        created_by=plan.created_by,
        now=house.now(),
    )
    if plan.state is PlanState.DRAWN and lacking is None and _needed(plan):
        lacking = approval.Missing.APPROVAL  # rows that nobody put there through `approve`
    if lacking is not None:
        return str(lacking)
    overtaken = _overtaken(house, plan, current=current)
    if overtaken is not None:
        _void(house, work, plan, overtaken)
    return overtaken


def _is_current(house: House, plan: Plan, still_current: StillCurrent | None) -> bool:
    if still_current is not None:
        return still_current(house, plan)
    if plan.kind in ERASURES:
        from tasks.erasing.planning import still_current as derived_anew  # it may ask for approvals

        return derived_anew(house, plan)
    if plan.kind is PlanKind.REVIEW:
        from tasks.processors.reviewing import still_current as known_anew  # likewise

        return known_anew(house, plan)
    if plan.kind is PlanKind.INCIDENT:
        from tasks.incidents.telling import still_current as listed_anew  # likewise

        return listed_anew(house, plan)
    from tasks.sharing.disclosures import still_current as judged_anew  # likewise

    return judged_anew(house, plan)


def _rules(house: House, plan: Plan) -> Approvals:
    """Who may decide on such a plan: a processor's review is its reviewer's (A-18); to whom to tell
    of an incident agree one of those who tell and one of those with whom it is agreed (A-30)."""
    approvals_ = house.policy.approvals
    if plan.kind is PlanKind.INCIDENT:
        telling = house.policy.incident_rules().telling
        return approvals_.model_copy(update={"erasure": telling.by, "second": telling.agreed_with})
    review = house.policy.processor_review
    if plan.kind is not PlanKind.REVIEW or review is None:
        return approvals_
    return approvals_.model_copy(update={"erasure": (review.by,), "second": ()})


def _needed(plan: Plan) -> int:
    """How many must agree, whatever the row says: to a disclosure always somebody of flesh and
    blood (H-32), to whom to tell of an incident two (A-30)."""
    if plan.kind is PlanKind.INCIDENT:
        return max(plan.approvals, approval.TWO)
    return plan.approvals if plan.kind in ERASURES else max(plan.approvals, 1)


def _overtaken(house: House, plan: Plan, *, current: bool) -> str | None:
    if plan.policy_sha256 != house.policy.sha256:
        return POLICY_CHANGED
    return None if current else PLAN_CHANGED


def _counting(house: House, work: UnitOfWork, plan: Plan) -> list[Given]:
    return _that_count(house, plan, approvals.given_to(work.connection, plan.number))


def _that_count(house: House, plan: Plan, given: list[Given]) -> list[Given]:
    limit: timedelta = house.policy.approvals.valid_for.exact
    return approval.counting(
        given,
        plan_hash=plan.hash,
        created_by=plan.created_by,
        now=house.now(),
        valid_for=limit,
    )


def _is_enough(house: House, given: list[Given], plan: Plan) -> bool:
    return approval.is_enough(
        [one.approver for one in given], _rules(house, plan), needed=_needed(plan)
    )


def _give(house: House, work: UnitOfWork, plan: Plan, approver: Approver, why: Reason) -> None:
    _note(house, work, plan, approver, Decision.APPROVE)
    facts = _facts(house, plan, approver, why)
    work.record(EventKind.APPROVAL_GIVEN, ref=plan.ref, facts=facts)
    given = _counting(house, work, plan)
    if not _is_enough(house, given, plan):
        return
    if plan.state is PlanState.DRAWN:
        plans.set_state(work.connection, plan.number, was=PlanState.DRAWN, to=PlanState.APPROVED)
    work.record(
        EventKind.PLAN_APPROVED,
        ref=plan.ref,
        facts={"hash": plan.hash, "by": "officers"},
        approvals=len(given),
    )


def _decline(house: House, work: UnitOfWork, plan: Plan, approver: Approver, why: Reason) -> None:
    _note(house, work, plan, approver, Decision.DECLINE)
    _close(house, work, plan, PlanState.DECLINED)
    work.record(EventKind.PLAN_DECLINED, ref=plan.ref, facts=_facts(house, plan, approver, why))


def _approve_by_rule(work: UnitOfWork, plan: Plan) -> None:
    """Every rule in it says `approval: none`: the policy itself has agreed."""
    plans.set_state(work.connection, plan.number, was=PlanState.DRAWN, to=PlanState.APPROVED)
    work.record(
        EventKind.PLAN_APPROVED, ref=plan.ref, facts={"hash": plan.hash, "by": "rule"}, approvals=0
    )


def _void(house: House, work: UnitOfWork, plan: Plan, reason: str) -> None:
    _close(house, work, plan, PlanState.VOID)
    work.record(EventKind.PLAN_VOID, ref=plan.ref, facts={"reason": reason, "hash": plan.hash})


def _close(house: House, work: UnitOfWork, plan: Plan, to: PlanState) -> None:
    plans.set_state(work.connection, plan.number, was=plan.state, to=to, closed_at=house.at())


def _note(
    house: House, work: UnitOfWork, plan: Plan, approver: Approver, decision: Decision
) -> None:
    approvals.note(
        work.connection,
        plan_id=plan.number,
        officer_id=approver.id,
        role=_role(house, plan, approver),
        decision=decision,
        plan_hash=plan.hash,
        at=house.at(),
    )


def _facts(house: House, plan: Plan, approver: Approver, why: Reason) -> dict[str, str]:
    facts = {
        "officer": to_reference(OFFICER, approver.id),
        "role": _role(house, plan, approver),
        "hash": plan.hash,
    }
    return facts if why is Reason.NONE else facts | {"reason": str(why)}


def _role(house: House, plan: Plan, approver: Approver) -> str:
    role = approval.role_for(approver, _rules(house, plan), needed=_needed(plan))
    if role is None:
        raise Refused("role_may_not_approve")
    return role
