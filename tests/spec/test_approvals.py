"""Eleven ways to have something erased that nobody agreed to, and none of them works."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from lifecycle.errors import LedgerFailure, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanState
from records import plans
from records.engines import reading
from records.plans import Plan
from records.tables import approval, officer, subject
from tasks.house.parts import House
from tasks.officers.approvals import ApprovalResult, approve, require_approved
from tasks.officers.registering import list_officers, remove_officer
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import (
    Authenticator,
    draw_plan,
    enrol,
    events,
    with_approvals,
)

__all__ = ["build", "dialect", "house"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def nothing_changed(_house: House, _plan: Plan) -> bool:
    return True


def something_changed(_house: House, _plan: Plan) -> bool:
    return False


@dataclass
class Scene:
    """Two managers, a data protection officer, and plans to decide on."""

    house: House
    clock: StandingClock
    chef: Authenticator
    other: Authenticator
    dpo: Authenticator
    current: Callable[[House, Plan], bool] = nothing_changed
    refused: list[str] = field(default_factory=list)

    def approve(
        self, plan: Plan, who: Authenticator, code: str | None = None, **more: str
    ) -> ApprovalResult:
        return approve(
            self.house,
            plan.ref,
            officer=who.handle,
            code=who.fresh() if code is None else code,
            decision=more.pop("decision", "approve"),
            still_current=self.current,
            **more,  # type: ignore[arg-type]
        )

    def is_refused(
        self,
        reason: str,
        plan: Plan,
        who: Authenticator,
        code: str | None = None,
        **more: str,
    ) -> None:
        """That this approval is refused for that reason, and says so in the ledger."""
        before = len(self.refusals(plan))
        with pytest.raises(Refused) as refusal:
            self.approve(plan, who, code, **more)
        assert refusal.value.code == reason
        new = self.refusals(plan)[before:]
        assert [one["reason"] for one in new] == [reason]

    def may_not_run(self, reason: str, plan: Plan) -> None:
        """That the executor is refused, with a ledger event, and nothing was begun."""
        before = len(self.refusals(plan))
        with pytest.raises(Refused) as refusal:
            require_approved(self.house, plan, still_current=self.current)
        assert refusal.value.code == reason
        assert [one["reason"] for one in self.refusals(plan)[before:]] == [reason]
        self.nothing_was_executed(plan)

    def may_run(self, plan: Plan) -> None:
        size = len(events(self.house, *EventKind))
        require_approved(self.house, plan, still_current=self.current)
        assert len(events(self.house, *EventKind)) == size

    def state(self, plan: Plan) -> PlanState:
        with reading(self.house.engine) as connection:
            return plans.get(connection, controller=self.house.controller, number=plan.number).state

    def refusals(self, plan: Plan) -> list[dict[str, str]]:
        return [
            one["facts"]  # type: ignore[misc]
            for one in events(self.house, EventKind.APPROVAL_REFUSED)
            if one["ref"] == plan.ref
        ]

    def nothing_was_executed(self, plan: Plan) -> None:
        with reading(self.house.engine) as connection:
            states = {item.state for item in plans.items(connection, plan.number)}
            people = connection.execute(select(func.count()).select_from(subject)).scalar_one()
        assert states == {ItemState.PLANNED}
        assert people == 3
        began = (EventKind.PLAN_BEGUN, EventKind.ITEM_INTENDED, EventKind.ITEM_DONE)
        assert events(self.house, *began) == []

    def approvals(self) -> int:
        with reading(self.house.engine) as connection:
            return connection.execute(select(func.count()).select_from(approval)).scalar_one()


def managers_approve(house: House) -> House:
    """Managers approve, whoever is the second; the policy's own choice may be another."""
    return with_approvals(house, erasure=("chef",), second=())


@pytest.fixture
def scene(house: House, standing_clock: StandingClock) -> Scene:
    house = managers_approve(house)
    chef = enrol(house, standing_clock, "chef-nord", "chef")
    other = enrol(house, standing_clock, "chef-syd", "chef", by=chef)
    dpo = enrol(house, standing_clock, "dataskydd", "dpo", by=chef)
    return Scene(house, standing_clock, chef, other, dpo)


# --- how it goes when all is well -----------------------------------------------------------


def test_one_officer_approves_and_the_plan_may_be_carried_out(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    result = scene.approve(plan, scene.chef, expected_hash=plan.hash)
    assert result == (plan.ref, PlanState.APPROVED, 1, 1)
    scene.may_run(plan)
    [given] = events(scene.house, EventKind.APPROVAL_GIVEN)
    assert given["ref"] == plan.ref
    assert given["facts"] == {"officer": scene.chef.ref, "role": "chef", "hash": plan.hash}
    [approved] = events(scene.house, EventKind.PLAN_APPROVED)
    assert approved["facts"] == {"by": "officers", "hash": plan.hash}


def test_where_two_must_agree_one_of_them_is_the_second_role(scene: Scene) -> None:
    scene.house = with_approvals(scene.house, second=("dpo",))
    plan = draw_plan(scene.house, approvals=2)
    assert scene.approve(plan, scene.chef)[1:] == (PlanState.DRAWN, 1, 2)
    scene.may_not_run("second_approval_missing", plan)
    scene.is_refused("second_role_missing", plan, scene.other)
    assert scene.approve(plan, scene.dpo)[1:] == (PlanState.APPROVED, 2, 2)
    scene.may_run(plan)
    scene.is_refused("plan_approved", plan, scene.other)


def test_one_no_ends_the_plan(scene: Scene) -> None:
    plan = draw_plan(scene.house, approvals=2)
    scene.approve(plan, scene.chef)
    assert scene.approve(plan, scene.other, decision="decline").state is PlanState.DECLINED
    scene.is_refused("plan_declined", plan, scene.other)
    scene.may_not_run("plan_declined", plan)
    [declined] = events(scene.house, EventKind.PLAN_DECLINED)
    assert declined["facts"] == {"officer": scene.other.ref, "role": "chef", "hash": plan.hash}


def test_an_approved_plan_can_be_declined_until_it_begins(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    scene.approve(plan, scene.chef)
    scene.approve(plan, scene.chef, decision="decline")
    scene.may_not_run("plan_declined", plan)


def test_a_plan_whose_rules_ask_nobody_is_approved_by_rule_and_says_so(scene: Scene) -> None:
    plan = draw_plan(scene.house, approvals=0)
    require_approved(scene.house, plan, still_current=nothing_changed)
    assert scene.state(plan) is PlanState.APPROVED
    [approved] = events(scene.house, EventKind.PLAN_APPROVED)
    assert approved["facts"] == {"by": "rule", "hash": plan.hash}
    scene.may_run(plan)


def test_a_plan_whose_rules_ask_nobody_is_not_approved_when_it_has_changed(scene: Scene) -> None:
    plan = draw_plan(scene.house, approvals=0)
    scene.current = something_changed
    scene.may_not_run("plan_changed", plan)
    assert scene.state(plan) is PlanState.VOID


def test_approvals_survive_a_restart(scene: Scene, build: Builder) -> None:
    plan = draw_plan(scene.house, approvals=2)
    scene.approve(plan, scene.chef)
    scene.house = managers_approve(build())
    scene.approve(plan, scene.other)
    scene.house = managers_approve(build())
    scene.may_run(plan)


def test_what_is_under_way_goes_on_although_its_approval_grows_old(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    scene.approve(plan, scene.chef)
    with scene.house.work() as work:
        plans.set_state(
            work.connection, plan.number, was=PlanState.APPROVED, to=PlanState.EXECUTING
        )
        work.record(EventKind.PLAN_BEGUN, ref=plan.ref)
        work.commit()
    scene.clock.pass_time(days=30)
    scene.current = something_changed
    scene.may_run(plan)
    scene.is_refused("plan_under_way", plan, scene.other)


# --- the attacks ----------------------------------------------------------------------------


def test_attack_1_a_wrong_code(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    for guess in (scene.chef.wrong(), "", "12345", scene.other.fresh()):
        scene.is_refused("code_wrong", plan, scene.chef, guess)
    assert scene.approvals() == 0
    scene.may_not_run("approval_missing", plan)


def test_attack_2_a_code_a_second_time(scene: Scene) -> None:
    first, second = draw_plan(scene.house), draw_plan(scene.house, people=0)
    code = scene.chef.fresh()
    scene.approve(first, scene.chef, code)
    scene.is_refused("code_used", second, scene.chef, code)
    # Nor the code of the step before, which the drift still lets through.
    scene.clock.pass_time(seconds=30)
    scene.is_refused("code_used", second, scene.chef, code)
    assert scene.state(second) is PlanState.DRAWN


def test_a_code_that_met_another_refusal_is_used_up_too(scene: Scene) -> None:
    own = draw_plan(scene.house, created_by="chef-nord")
    code = scene.chef.fresh()
    scene.is_refused("own_plan", own, scene.chef, code)
    other = draw_plan(scene.house, people=0)
    scene.is_refused("code_used", other, scene.chef, code)


@pytest.mark.parametrize("by_reference", [False, True], ids=["handle", "reference"])
def test_attack_3_ones_own_plan(scene: Scene, by_reference: bool) -> None:
    created_by = scene.chef.ref if by_reference else scene.chef.handle
    plan = draw_plan(scene.house, created_by=created_by)
    scene.is_refused("own_plan", plan, scene.chef)
    scene.may_not_run("approval_missing", plan)
    scene.approve(plan, scene.other)
    scene.may_run(plan)


def test_attack_4_one_person_twice(scene: Scene) -> None:
    plan = draw_plan(scene.house, approvals=2)
    scene.approve(plan, scene.chef)
    scene.is_refused("approved_before", plan, scene.chef)
    # With a new telephone they are still the same person.
    scene.chef = enrol(scene.house, scene.clock, "chef-nord", "chef", by=scene.other)
    scene.is_refused("approved_before", plan, scene.chef)
    assert scene.approvals() == 1
    scene.may_not_run("second_approval_missing", plan)


def test_attack_5_an_officer_that_nobody_knows_or_who_left(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    stranger = Authenticator("chef-vast", scene.clock)
    scene.is_refused("officer_unknown", plan, stranger)
    remove_officer(scene.house, "chef-syd", by="chef-nord", code=scene.chef.fresh())
    scene.is_refused("officer_removed", plan, scene.other)
    scene.may_not_run("approval_missing", plan)


def test_what_was_typed_for_a_handle_does_not_reach_the_ledger(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    stranger = Authenticator("198507099805", scene.clock)
    scene.is_refused("officer_unknown", plan, stranger)
    assert scene.refusals(plan) == [{"reason": "officer_unknown"}]


def test_the_approval_of_an_officer_who_was_removed_since_counts_no_more(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    scene.approve(plan, scene.other)
    remove_officer(scene.house, "chef-syd", by="chef-nord", code=scene.chef.fresh())
    scene.may_not_run("approval_missing", plan)
    scene.approve(plan, scene.chef)
    scene.may_run(plan)


def test_attack_6_a_role_that_may_not(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    scene.is_refused("role_may_not_approve", plan, scene.dpo)
    scene.is_refused("role_may_not_approve", plan, scene.dpo, decision="decline")
    scene.may_not_run("approval_missing", plan)


def test_attack_7_an_approval_that_expired(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    scene.approve(plan, scene.chef)
    scene.clock.pass_time(days=7)
    scene.may_run(plan)  # P7D: to the second
    scene.clock.pass_time(seconds=1)
    scene.may_not_run("approval_expired", plan)
    scene.approve(plan, scene.chef)
    scene.may_run(plan)


def test_of_two_approvals_the_older_one_expires(scene: Scene) -> None:
    plan = draw_plan(scene.house, approvals=2)
    scene.approve(plan, scene.chef)
    scene.clock.pass_time(days=5)
    scene.approve(plan, scene.other)
    scene.clock.pass_time(days=3)
    scene.may_not_run("approval_expired", plan)
    scene.approve(plan, scene.chef)
    scene.may_run(plan)


def test_attack_8_a_plan_that_changed_after_it_was_shown(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    scene.is_refused("other_plan_shown", plan, scene.chef, expected_hash="0" * 64)
    assert scene.state(plan) is PlanState.DRAWN
    scene.current = something_changed
    scene.is_refused("plan_changed", plan, scene.chef, expected_hash=plan.hash)
    assert scene.state(plan) is PlanState.VOID
    scene.may_not_run("plan_void", plan)
    scene.is_refused("plan_void", plan, scene.chef)
    [void] = events(scene.house, EventKind.PLAN_VOID)
    assert void["facts"] == {"reason": "plan_changed", "hash": plan.hash}
    assert scene.approvals() == 0


def test_a_plan_that_changed_between_approval_and_execution(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    scene.approve(plan, scene.chef)
    scene.current = something_changed
    scene.may_not_run("plan_changed", plan)
    assert scene.state(plan) is PlanState.VOID


def test_attack_9_a_policy_that_changed(scene: Scene) -> None:
    approved, drawn = draw_plan(scene.house), draw_plan(scene.house, people=0)
    scene.approve(approved, scene.chef)
    policy = scene.house.policy.model_copy()
    policy._sha256 = "f" * 64
    scene.house = dataclasses.replace(scene.house, policy=policy)
    scene.is_refused("policy_changed", drawn, scene.chef)
    scene.may_not_run("policy_changed", approved)
    assert scene.state(drawn) is scene.state(approved) is PlanState.VOID


def test_attack_10_a_bare_resume(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    scene.may_not_run("approval_missing", plan)
    # Nor does it help to say that it is approved: what counts is what lies in the records.
    scene.may_not_run("approval_missing", plan._replace(state=PlanState.APPROVED, approvals=0))
    assert scene.state(plan) is PlanState.DRAWN


def test_attack_11_brute_force(scene: Scene, build: Builder) -> None:
    plan = draw_plan(scene.house)
    for _ in range(5):
        scene.is_refused("code_wrong", plan, scene.chef, scene.chef.wrong())
    # Locked: the right code is not even looked at, and a restart forgets nothing.
    scene.house = managers_approve(build())
    scene.is_refused("officer_locked", plan, scene.chef)
    scene.clock.pass_time(minutes=13)
    scene.is_refused("officer_locked", plan, scene.chef)
    scene.clock.pass_time(minutes=2)
    scene.is_refused("code_wrong", plan, scene.chef, scene.chef.wrong())
    # The sixth locks for half an hour.
    scene.clock.pass_time(minutes=29)
    scene.is_refused("officer_locked", plan, scene.chef)
    assert scene.approvals() == 0
    # Everybody else goes on, and afterwards the officer does too.
    locked = {one.handle for one in list_officers(scene.house) if one.locked_until}
    assert locked == {"chef-nord"}
    scene.clock.pass_time(minutes=2)
    scene.approve(plan, scene.chef)
    with reading(scene.house.engine) as connection:
        assert connection.execute(
            select(officer.c.failures, officer.c.locked_until).where(
                officer.c.handle == "chef-nord"
            )
        ).one() == (0, None)


def test_how_long_it_is_locked_is_told_in_minutes(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    for _ in range(5):
        scene.is_refused("code_wrong", plan, scene.chef, scene.chef.wrong())
    with pytest.raises(Refused) as refusal:
        scene.approve(plan, scene.chef, scene.chef.code())
    assert refusal.value.counts == {"minutes": 15}


# --- what cannot be decided on ----------------------------------------------------------------


def test_a_plan_that_nobody_knows_and_a_decision_that_is_none(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    with pytest.raises(Refused, match="decision_unknown"):
        scene.approve(plan, scene.chef, decision="perhaps")
    with pytest.raises(Refused, match="plan_unknown"):
        scene.approve(plan._replace(number=plan.number + 1), scene.chef)
    with pytest.raises(Refused, match="reference_malformed"):
        approve(scene.house, "P-1", officer="chef-nord", code="", decision="approve")


def test_the_ledger_cannot_be_written_and_so_nothing_is_approved(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = draw_plan(scene.house)
    code = scene.chef.fresh()

    def broken(*_: object) -> None:
        raise LedgerFailure("ledger_not_written")

    with monkeypatch.context() as patch:
        patch.setattr(type(scene.house.ledger), "append", broken)
        with pytest.raises(LedgerFailure, match="ledger_not_written"):
            scene.approve(plan, scene.chef, code)
    assert scene.approvals() == 0
    assert scene.state(plan) is PlanState.DRAWN
    # The same code: nothing of the attempt was kept.
    scene.approve(plan, scene.chef, code)


# --- at the same moment ---------------------------------------------------------------------


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Every act in a thread of its own; the reason codes of those that were refused."""
    with ThreadPoolExecutor(len(acts)) as pool:
        waiting = [pool.submit(act) for act in acts]
    failures = [each.exception() for each in waiting]
    assert all(each is None or isinstance(each, Refused) for each in failures), failures
    return [each.code for each in failures if isinstance(each, Refused)]


def test_of_two_who_agree_at_the_same_moment_the_second_sees_the_first(scene: Scene) -> None:
    plan = draw_plan(scene.house, approvals=2)
    scene.clock.pass_time(minutes=1)
    refused = at_once(
        lambda: scene.approve(plan, scene.chef, scene.chef.code()),
        lambda: scene.approve(plan, scene.other, scene.other.code()),
    )
    assert refused == []
    assert scene.state(plan) is PlanState.APPROVED
    assert len(events(scene.house, EventKind.PLAN_APPROVED)) == 1


def test_one_code_at_the_same_moment_is_good_for_one(scene: Scene) -> None:
    first, second = draw_plan(scene.house), draw_plan(scene.house, people=0)
    code = scene.chef.fresh()
    refused = at_once(
        *(lambda plan=plan: scene.approve(plan, scene.chef, code) for plan in (first, second))  # type: ignore[misc]
    )
    assert refused == ["code_used"]
    assert scene.approvals() == 1


def test_guesses_at_the_same_moment_are_all_counted(scene: Scene) -> None:
    plan = draw_plan(scene.house)
    wrong = scene.chef.wrong()
    refused = at_once(*[lambda: scene.approve(plan, scene.chef, wrong)] * 8)
    assert sorted(refused) == ["code_wrong"] * 5 + ["officer_locked"] * 3
