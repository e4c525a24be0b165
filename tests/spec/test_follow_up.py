"""What is agreed is followed up until it is proven; a deadline that passes is an open breach."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from lifecycle.errors import Misconfigured, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanKind, PlanState
from records import alarms
from records.engines import reading
from tasks.erasing.due_plans import agreed, day_of, is_open_to_decide, take_up, waiting
from tasks.erasing.execution import execute
from tasks.house.parts import House
from tasks.officers.approvals import approve
from tasks.watching.daily import WORK_ORDER_OVERDUE
from tasks.watching.follow_up import what_is_left
from tests.factories.erasures import Office
from tests.factories.houses import PEOPLE, Builder, build, dialect, house, surroundings
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.planning import bring, case

__all__ = ["build", "dialect", "house", "surroundings"]
TUVA, OMAR = PEOPLE["Tuva"], PEOPLE["Omar"]
LEFT = "2026-05-10"
"""Six months later: 10 November 2026; the clock stands at 2 November."""


@pytest.fixture
def office(build: Builder, standing_clock: StandingClock) -> Office:
    return Office(build, standing_clock)


def standing(house: House) -> set[str]:
    with reading(house.engine) as connection:
        return {one.kind for one in alarms.standing(connection, controller=house.controller)}


def test_nothing_due_is_said_with_the_number_of_people_looked_at(house: House) -> None:
    bring(house, case("1000000001", TUVA, end="2026-10-30"))
    due = take_up(house, PlanKind.RETENTION)
    assert due.plan is None
    assert due.people == 1
    assert agreed(house) == []
    assert waiting(house) == []


def test_a_plan_waits_is_agreed_to_and_goes_on_until_every_place_is_weeded(
    house: House, build: Builder, office: Office, standing_clock: StandingClock
) -> None:
    bring(house, case("1000000001", TUVA, end=LEFT), case("1000000002", OMAR, end="2026-10-30"))
    due = take_up(house, PlanKind.RETENTION)
    assert due.plan is not None
    assert (due.people, due.plan.going, due.plan.needed, due.plan.given) == (2, 1, 1, 0)
    assert due.plan.asks
    assert due.plan.roles == house.policy.approvals.erasure
    assert [one.ref for one in waiting(house)] == [due.plan.ref]
    assert is_open_to_decide(house, due.plan.ref)
    assert agreed(house) == []  # waiting is no agreeing

    plan = office.draw()
    assert plan.ref == due.plan.ref
    office.approve(plan)
    assert agreed(house) == [plan.ref]
    assert not is_open_to_decide(house, plan.ref)
    execute(build(), plan.ref)
    lines = {one.what: one for one in what_is_left(house) if one.ref == plan.ref}
    assert lines["work_order"].who == "chef"
    assert lines["work_order"].next == "the role named: `gallra work-orders list`"
    assert WORK_ORDER_OVERDUE not in standing(house)

    standing_clock.pass_time(days=15)  # P14D in the policy
    late = what_is_left(build())
    assert {one.what for one in late if one.ref.startswith("W-")} == {WORK_ORDER_OVERDUE}
    assert WORK_ORDER_OVERDUE in standing(house)

    office.carry_out(plan)
    assert agreed(house) == []
    left = what_is_left(build())
    assert not [one for one in left if one.what in {WORK_ORDER_OVERDUE, "work_order"}]
    assert WORK_ORDER_OVERDUE not in standing(house)


def test_an_approval_that_grew_old_is_asked_for_again(
    house: House, build: Builder, office: Office, standing_clock: StandingClock
) -> None:
    bring(house, case("1000000001", TUVA, end=LEFT))
    plan = office.draw()
    office.approve(plan)
    standing_clock.pass_time(days=8)  # valid for P7D
    house = build()
    assert agreed(house) == []
    due = take_up(house, PlanKind.RETENTION)
    assert due.plan is not None
    assert (due.plan.ref, due.plan.state) == (plan.ref, PlanState.APPROVED)
    assert due.plan.asks
    assert is_open_to_decide(house, plan.ref)


@pytest.mark.parametrize(
    ("now", "turn"),
    [
        (datetime(2026, 12, 1, 5, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        # Midnight in Stockholm; a run that was answered in January is about December.
        (datetime(2026, 12, 31, 23, 1, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2027, 1, 31, 12, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2027, 2, 1, 12, tzinfo=UTC), date(2027, 12, 31)),
    ],
)
def test_the_turn_of_the_year(house: House, now: datetime, turn: date) -> None:
    with pytest.raises(Misconfigured, match="year_end_not_planned"):
        day_of(house, PlanKind.YEAR_END)
    erasure = house.policy.erasure.model_copy(update={"year_end": "12-01"})
    policy = house.policy.model_copy(update={"erasure": erasure})
    assert day_of(
        dataclasses.replace(house, policy=policy, now=lambda: now), PlanKind.YEAR_END
    ) == (turn)


def test_a_code_out_of_a_form_is_judged_by_when_it_was_typed_and_still_good_once(
    house: House, build: Builder, office: Office, standing_clock: StandingClock
) -> None:
    bring(house, case("1000000001", TUVA, end=LEFT))
    plan = office.draw()
    chef, other = office.enrolled()
    code, typed = chef.fresh(), standing_clock()
    standing_clock.pass_time(minutes=4)

    def approves(code: str, *, at: datetime | None, who: str = chef.handle) -> None:
        approve(build(), plan.ref, officer=who, code=code, decision="approve",
                reason="checked", received_at=at)  # fmt: skip

    with pytest.raises(Refused, match="code_wrong"):
        approves(code, at=None)
    approves(code, at=typed)
    with pytest.raises(Refused, match="code_used"):
        approves(code, at=typed)
    old, long_ago = other.fresh(), standing_clock()
    standing_clock.pass_time(minutes=6, seconds=30)
    with pytest.raises(Refused, match="code_wrong"):
        approves(old, at=long_ago, who=other.handle)
    ahead = other.code()
    with pytest.raises(Refused, match="reason_unknown"):
        approve(build(), plan.ref, officer=other.handle, code=ahead, decision="approve",
                reason="Tuva asked me")  # fmt: skip
    (given,) = events(house, EventKind.APPROVAL_GIVEN)
    assert given["facts"]["reason"] == "checked"  # type: ignore[index]
