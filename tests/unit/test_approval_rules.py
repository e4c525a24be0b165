"""Who may say yes to a plan, whose yes counts, and what is still missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lifecycle.approval import (
    STATE_REFUSALS,
    Approver,
    Decision,
    Given,
    Missing,
    counting,
    is_enough,
    missing,
    objection,
    role_for,
)
from lifecycle.plan import PlanState
from lifecycle.policy.erasure import Approvals
from lifecycle.references import OFFICER, to_reference

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
CHEF, OTHER_CHEF = (Approver(n, f"chef-{n}", frozenset({"chef"})) for n in (1, 2))
DPO = Approver(3, "dataskydd", frozenset({"dpo"}))
BOTH = Approver(4, "rektor", frozenset({"chef", "dpo"}))
CLERK = Approver(5, "kansli", frozenset({"clerk"}))
HASH = "a" * 64


def rules(second: tuple[str, ...] = ()) -> Approvals:
    return Approvals.model_validate(
        {"erasure": ["chef"], "second": list(second), "hold": ["chef"], "valid_for": "P7D"}
    )


def given(who: Approver, *, days_ago: float = 0, plan_hash: str = HASH) -> Given:
    return Given(who, plan_hash, NOW - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("people", "needed", "second", "enough"),
    [
        ([], 0, (), True),
        ([], 1, (), False),
        ([CHEF], 1, (), True),
        ([DPO], 1, ("dpo",), False),
        ([CLERK], 1, (), False),
        ([CHEF], 2, (), False),
        ([CHEF, CHEF], 2, (), False),
        ([CHEF, OTHER_CHEF], 2, (), True),
        ([CHEF, CLERK], 2, (), False),
        ([CHEF, OTHER_CHEF], 2, ("dpo",), False),
        ([CHEF, DPO], 2, ("dpo",), True),
        ([DPO, CHEF], 2, ("dpo",), True),
        ([CHEF, BOTH], 2, ("dpo",), True),
        ([DPO, BOTH], 2, ("dpo",), True),
        ([BOTH], 2, ("dpo",), False),
        ([BOTH, BOTH], 2, ("dpo",), False),
        ([DPO, DPO._replace(id=9)], 2, ("dpo",), False),
    ],
)
def test_enough_people(
    people: list[Approver], needed: int, second: tuple[str, ...], enough: bool
) -> None:
    assert is_enough(people, rules(second), needed=needed) is enough


def test_the_role_in_which_somebody_decides() -> None:
    assert role_for(CHEF, rules(("dpo",)), needed=1) == "chef"
    assert role_for(DPO, rules(("dpo",)), needed=1) is None
    assert role_for(DPO, rules(("dpo",)), needed=2) == "dpo"
    assert role_for(BOTH, rules(("dpo",)), needed=2) == "dpo"
    assert role_for(BOTH, rules(("dpo",)), needed=1) == "chef"
    assert role_for(CLERK, rules(("dpo",)), needed=2) is None


def why_not(
    who: Approver,
    *,
    needed: int = 1,
    second: tuple[str, ...] = (),
    created_by: str = "",
    before: tuple[Given, ...] = (),
    decision: Decision = Decision.APPROVE,
) -> str | None:
    return objection(
        who,
        rules(second),
        needed=needed,
        created_by=created_by,
        given=before,
        decision=decision,
    )


def test_who_may_not() -> None:
    assert why_not(CHEF) is None
    assert why_not(CLERK) == "role_may_not_approve"
    assert why_not(DPO, second=("dpo",)) == "role_may_not_approve"
    assert why_not(CHEF, created_by=CHEF.handle) == "own_plan"
    assert why_not(CHEF, created_by=to_reference(OFFICER, CHEF.id)) == "own_plan"
    assert why_not(CHEF, needed=2, before=(given(CHEF),)) == "approved_before"
    assert why_not(OTHER_CHEF, needed=2, before=(given(CHEF),)) is None
    second = why_not(OTHER_CHEF, needed=2, second=("dpo",), before=(given(CHEF),))
    assert second == "second_role_missing"


def test_whoever_may_approve_may_decline_their_own_plan_and_after_approving() -> None:
    assert why_not(CHEF, created_by=CHEF.handle, decision=Decision.DECLINE) is None
    before = (given(CHEF),)
    assert why_not(CHEF, needed=2, before=before, decision=Decision.DECLINE) is None
    assert why_not(CLERK, decision=Decision.DECLINE) == "role_may_not_approve"


def test_an_approval_counts_for_its_plan_and_its_time() -> None:
    all_of_them = [
        given(CHEF, days_ago=7),
        given(OTHER_CHEF, days_ago=7.0001),
        given(BOTH, plan_hash="b" * 64),
        given(DPO),
    ]
    found = counting(
        all_of_them,
        plan_hash=HASH,
        created_by=DPO.handle,
        now=NOW,
        valid_for=timedelta(days=7),
    )
    assert [one.approver for one in found] == [CHEF]


@pytest.mark.parametrize(
    ("approvals", "needed", "lacking"),
    [
        ([], 0, None),
        ([], 1, Missing.APPROVAL),
        ([given(CHEF)], 1, None),
        ([given(CHEF, days_ago=8)], 1, Missing.EXPIRED),
        ([given(CHEF)], 2, Missing.SECOND),
        ([given(CHEF), given(OTHER_CHEF)], 2, None),
        ([given(CHEF), given(OTHER_CHEF, days_ago=8)], 2, Missing.EXPIRED),
        ([given(CHEF, plan_hash="b" * 64)], 1, Missing.APPROVAL),
    ],
)
def test_what_is_missing(approvals: list[Given], needed: int, lacking: Missing | None) -> None:
    found = missing(approvals, rules(), needed=needed, plan_hash=HASH, created_by="", now=NOW)
    assert found is lacking


def test_every_state_is_decided_on_or_has_its_refusal() -> None:
    assert set(PlanState) == {PlanState.DRAWN, PlanState.APPROVED, *STATE_REFUSALS}
