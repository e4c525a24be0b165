"""Nothing is erased by plan before people with the right office have agreed to exactly that plan.

Pure: who may decide, whose approval counts, what is still missing. `tasks.officers.approvals` does
it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import permutations
from typing import Final, NamedTuple

from lifecycle.plan import PlanState
from lifecycle.policy.erasure import Approvals
from lifecycle.references import OFFICER, to_reference

TWO: Final = 2


class Decision(StrEnum):
    """What an officer says to a plan."""

    APPROVE = "approve"
    DECLINE = "decline"


class Reason(StrEnum):
    """Why, out of a list: free text could tell of somebody."""

    NONE = "no_reason"
    CHECKED = "checked"
    STILL_NEEDED = "still_needed"
    WRONG_PEOPLE = "wrong_people"
    WRONG_DATE = "wrong_date"
    NOT_NOW = "not_now"


class Approver(NamedTuple):
    """An officer as far as deciding goes."""

    id: int
    handle: str
    roles: frozenset[str]

    def drew_up(self, created_by: str) -> bool:
        """Whether a plan of this `created_by` (a handle or a reference) is the officer's own."""
        return created_by in {self.handle, to_reference(OFFICER, self.id)}


class Given(NamedTuple):
    """An approval that was given, by somebody who is an officer still."""

    approver: Approver
    plan_hash: str
    decided_at: datetime


class Missing(StrEnum):
    """Why a plan may not be carried out; each is a reason code."""

    APPROVAL = "approval_missing"
    SECOND = "second_approval_missing"
    EXPIRED = "approval_expired"


STATE_REFUSALS: Final = {
    PlanState.EXECUTING: "plan_under_way",
    PlanState.PROVEN: "plan_done",
    PlanState.DECLINED: "plan_declined",
    PlanState.VOID: "plan_void",
}
"""Reason codes of plans on which nothing can be decided any more."""


def eligible_roles(rules: Approvals, *, needed: int) -> frozenset[str]:
    """The roles whose holders may decide on a plan that needs so many."""
    return frozenset(rules.erasure) | (frozenset(rules.second) if needed >= TWO else frozenset())


def role_for(approver: Approver, rules: Approvals, *, needed: int) -> str | None:
    """The role in which this officer decides; None without one. The second person's role comes
    first where two must agree: it is the rarer one."""
    order = (*rules.second, *rules.erasure) if needed >= TWO else rules.erasure
    return next((role for role in order if role in approver.roles), None)


def objection(
    approver: Approver,
    rules: Approvals,
    *,
    needed: int,
    created_by: str,
    given: Collection[Given],
    decision: Decision,
) -> str | None:
    """The reason code why this officer may not decide so on that plan; None where they may.

    `given`: the approvals that count today. To decline one's own plan, or what one approved
    before, is allowed: saying no is never a danger.
    """
    if role_for(approver, rules, needed=needed) is None:
        return "role_may_not_approve"
    if decision is Decision.DECLINE:
        return None
    if approver.drew_up(created_by):
        return "own_plan"
    if any(one.approver.id == approver.id for one in given):
        return "approved_before"
    together = [*(one.approver for one in given), approver]
    if len(together) >= needed and not is_enough(together, rules, needed=needed):
        return "second_role_missing"
    return None


def is_enough(people: Iterable[Approver], rules: Approvals, *, needed: int) -> bool:
    """Whether these people together may let a plan be carried out that needs so many.

    Where it needs two: two different ones, one of whom may approve erasures, and the other has
    a role in `second`, if that names any.
    """
    erasure = frozenset(rules.erasure)
    second = frozenset(rules.second) or erasure
    different = list({person.id: person for person in people}.values())
    if needed >= TWO:
        return any(
            one.roles & erasure and two.roles & second for one, two in permutations(different, TWO)
        )
    return not needed or any(person.roles & erasure for person in different)


def counting(
    given: Iterable[Given], *, plan_hash: str, created_by: str, now: datetime, valid_for: timedelta
) -> list[Given]:
    """The approvals that count now: of exactly this plan, by somebody else than who drew it up,
    and not older than the policy lets them grow."""
    return [
        one
        for one in given
        if one.plan_hash == plan_hash
        and not one.approver.drew_up(created_by)
        and now - one.decided_at <= valid_for
    ]


def missing(
    given: Collection[Given],
    rules: Approvals,
    *,
    needed: int,
    plan_hash: str,
    created_by: str,
    now: datetime,
) -> Missing | None:
    """What a plan lacks before it may be carried out; None where nothing is missing."""
    fresh, ever = (
        [
            one.approver
            for one in counting(
                given, plan_hash=plan_hash, created_by=created_by, now=now, valid_for=limit
            )
        ]
        for limit in (rules.valid_for.exact, timedelta.max)
    )
    if is_enough(fresh, rules, needed=needed):
        return None
    if is_enough(ever, rules, needed=needed):
        return Missing.EXPIRED
    return Missing.SECOND if fresh else Missing.APPROVAL
