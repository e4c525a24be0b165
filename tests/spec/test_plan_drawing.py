"""A plan is drawn up early, once, and is worth nothing when data, policy or holds have changed."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from lifecycle.ledger import EventKind
from lifecycle.plan import PlanItem, PlanKind, PlanState
from lifecycle.retention.facts import Verdict
from records import alarms, plans, to_dos
from records.engines import reading
from records.tables import RECORDS
from tasks.erasing.deriving import derive, rehearse
from tasks.erasing.plan_overview import overview
from tasks.erasing.planning import draw, still_current
from tasks.house.parts import House
from tasks.watching.daily import RETENTION_LATE, watch
from tests.factories.houses import (
    PEOPLE,
    Builder,
    build,
    dialect,
    house,
    surroundings,
)
from tests.factories.keys import StandingClock
from tests.factories.planning import (
    bring,
    case,
    events,
    everything,
    hold,
    in_novo,
    novo_record,
    person,
    release,
)
from tests.factories.retention import rule, small_policy

__all__ = ["build", "dialect", "house", "surroundings"]

TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
TODAY = date(2026, 11, 2)
LEFT = "2026-05-10"
"""Six months later: 10 November 2026, within the two weeks in which a plan is drawn up."""
RETENTION = PlanKind.RETENTION


def going(items: tuple[PlanItem, ...]) -> list[PlanItem]:
    return [item for item in items if item.verdict == Verdict.GO]


# --- rehearsal ------------------------------------------------------------------------------------


def test_rehearsing_the_turn_of_the_year_weeks_ahead_changes_nothing(
    house: House, standing_clock: StandingClock
) -> None:
    bring(house, case("1000000001", OMAR, end="2026-07-01"))
    in_novo(house, novo_record(OMAR))
    assert derive(house, kind=RETENTION, as_of=TODAY).items == ()
    before = everything(house)
    ahead = rehearse(house, kind=PlanKind.YEAR_END, as_of=date(2026, 12, 31))
    assert {item.last_day for item in going(ahead.items)} == {"2027-01-01"}
    assert everything(house) == before
    # What is rehearsed is what will be drawn up on that day.
    standing_clock.instant = datetime(2026, 12, 31, 9, tzinfo=UTC)
    plan = draw(house, kind=PlanKind.YEAR_END, as_of=date(2026, 12, 31))
    assert plan is not None
    assert plan.hash == ahead.hash


def test_rehearsing_with_another_policy_changes_nothing_either(house: House) -> None:
    bring(house, case("1000000001", OMAR, end="2026-09-15"))
    assert draw(house, kind=RETENTION, as_of=TODAY) is None
    rules = [rule("participant.at-once", "participant", "left", at_most="P1M")]
    other = dataclasses.replace(house, policy=small_policy(rules=rules, sha256="1" * 64))
    before = everything(house)
    assert going(rehearse(other, kind=RETENTION, as_of=TODAY).items)
    assert everything(house) == before


# --- the plan as it is stored ---------------------------------------------------------------------


def test_a_plan_is_stored_with_its_event_and_nothing_personal(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    assert (plan.state, plan.approvals, plan.about_id) == (PlanState.DRAWN, 1, 0)
    (told,) = events(house, EventKind.PLAN_DRAWN)
    assert (told.ref, told.expected, told.found) == (plan.ref, 1, 1)
    assert told.numbers["go"] == plan.counts["go"] > 0
    assert told.facts["hash"] == plan.hash
    with reading(house.engine) as connection:
        stored = plans.items(connection, plan.number)
    assert tuple(one.item for one in stored) == derive(house, kind=RETENTION, as_of=TODAY).items
    assert not {*OMAR} & {str(value) for one in stored for value in one.item}


def test_the_same_plan_is_not_drawn_up_twice(
    house: House, build: Builder, standing_clock: StandingClock
) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert draw(house, kind=RETENTION, as_of=TODAY) == plan
    # Nor on the next day, as long as nothing has come to it.
    standing_clock.pass_time(days=1)
    assert draw(build(), kind=RETENTION, as_of=TODAY + timedelta(days=1)) == plan
    assert len(events(house, EventKind.PLAN_DRAWN)) == 1


def test_a_newer_plan_voids_the_older_one_that_nobody_approved(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    older = draw(house, kind=RETENTION, as_of=TODAY)
    bring(house, case("1000000002", TUVA, end=LEFT))
    newer = draw(house, kind=RETENTION, as_of=TODAY)
    assert older is not None
    assert newer is not None
    assert newer.counts["going"] == 2
    with reading(house.engine) as connection:
        was = plans.get(connection, controller=house.controller, number=older.number)
    assert (was.state, was.closed_at) == (PlanState.VOID, house.at())
    (told,) = events(house, EventKind.PLAN_VOID)
    assert (told.ref, told.facts["by"]) == (older.ref, newer.ref)


def test_what_goes_by_an_approved_plan_is_left_to_it(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    first = draw(house, kind=RETENTION, as_of=TODAY)
    assert first is not None
    with house.work() as work:
        plans.set_state(work.connection, first.number, was=PlanState.DRAWN, to=PlanState.APPROVED)
        work.record(EventKind.PLAN_APPROVED, ref=first.ref)
        work.commit()
    assert still_current(house, first)
    assert draw(house, kind=PlanKind.YEAR_END, as_of=TODAY) is None
    bring(house, case("1000000002", TUVA, end=LEFT))
    second = draw(house, kind=RETENTION, as_of=TODAY)
    assert second is not None
    with reading(house.engine) as connection:
        people = {one.item.subject_id for one in plans.items(connection, second.number)}
    assert people == {person(house, TUVA)}
    assert still_current(house, second)


def test_nothing_to_do_is_said_and_is_not_red(house: House) -> None:
    bring(house, case("1000000001", OMAR, end="2027-04-01"))
    assert draw(house, kind=RETENTION, as_of=TODAY) is None
    (told,) = events(house, EventKind.PLAN_DRAWN)
    assert (told.ref, told.expected, told.found, told.is_red) == (None, 0, 0, False)


# --- what makes a plan stale ----------------------------------------------------------------------


def test_fresh_data_with_a_later_end_makes_the_plan_stale(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    assert still_current(house, plan)
    bring(house, case("1000000001", OMAR, end="2027-02-01"))
    assert not still_current(house, plan)
    assert draw(house, kind=RETENTION, as_of=TODAY) is None
    with reading(house.engine) as connection:
        was = plans.get(connection, controller=house.controller, number=plan.number)
    assert was.state is PlanState.VOID


def test_a_new_case_makes_the_plan_stale(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    bring(house, case("1000000002", OMAR, start="2026-10-20", end="2027-04-01"))
    assert not still_current(house, plan)


def test_a_hold_a_record_or_another_policy_makes_the_plan_stale(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    changed = house.policy.model_copy()
    changed._sha256 = "2" * 64
    assert not still_current(dataclasses.replace(house, policy=changed), plan)
    assert still_current(house, plan)
    number = hold(house, person(house, OMAR), "contact")
    assert not still_current(house, plan)
    release(house, number)
    assert still_current(house, plan)
    in_novo(house, novo_record(OMAR))
    assert not still_current(house, plan)


# --- late -----------------------------------------------------------------------------------------


def test_what_should_be_gone_already_raises_an_alarm_and_asks_for_an_incident_draft(
    house: House,
) -> None:
    bring(house, case("1000000001", OMAR, end="2026-04-01"))
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    assert plan.counts["late"] > 0
    with reading(house.engine) as connection:
        standing = alarms.standing(connection, controller=house.controller)
        waiting = to_dos.open_to_dos(connection, controller=house.controller)
    assert (RETENTION_LATE, house.controller) in {(a.kind, a.ref) for a in standing}
    (draft,) = [one for one in waiting if one.kind == "incident_draft"]
    assert (draft.ref, draft.number) == (plan.ref, plan.counts["late"])


def test_the_watchdog_sees_what_is_late_when_no_plan_was_ever_drawn_up(
    house: House, build: Builder, standing_clock: StandingClock
) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    assert RETENTION_LATE not in {alarm.kind for alarm in watch(house).standing}
    standing_clock.instant = datetime(2026, 11, 18, 8, tzinfo=UTC)
    assert RETENTION_LATE in {alarm.kind for alarm in watch(build()).standing}
    bring(build(), case("1000000001", OMAR, end="2027-02-01"))
    assert RETENTION_LATE not in {alarm.kind for alarm in watch(build()).standing}


def test_within_the_grace_it_is_under_way_and_not_late(house: House) -> None:
    bring(house, case("1000000001", OMAR, end="2026-04-26"))  # last day: 26 October; grace: P7D
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    assert plan.counts["late"] == 0


# --- figures --------------------------------------------------------------------------------------


def test_small_groups_of_what_stays_are_told_before_anybody_approves(house: House) -> None:
    bring(
        house,
        case("1000000001", OMAR, end=LEFT, start="2026-01-07"),
        case("1000000002", TUVA, end=LEFT, start="2026-01-07"),
        case("1000000003", LINA, end=LEFT, start="2026-02-11"),
    )
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    told = overview(house, plan)
    assert told.smallest_group == house.policy.erasure.smallest_group
    assert told.small_groups == {1: 1, 2: 1}
    assert told.ungrouped == 0
    assert told.first_last_day == "2026-11-10"


def test_the_figures_add_up(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT), case("1000000002", TUVA, end="2026-04-01"))
    hold(house, person(house, TUVA), "contact")
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    told = overview(house, plan)
    with reading(house.engine) as connection:
        number = connection.execute(
            select(func.count()).select_from(RECORDS.tables["plan_item"])
        ).scalar_one()
    assert sum(figure.items for figure in told.figures) == number
    assert told.late == plan.counts["late"]
    own = [f for f in told.figures if f.system == "gallra" and f.verdict is Verdict.GO]
    assert sum(figure.people for figure in own) == 2
    assert [f.people for f in told.figures if f.system == "gallra" and f.verdict == "held"] == [1]
