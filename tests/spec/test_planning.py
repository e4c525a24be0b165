"""Six months after somebody left everything goes, everywhere, and nothing before: the plan says
what, where, why and until when (A-70 to A-76), on twins in memory, on SQLite and on PostgreSQL."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from connectors.memory_system import MemoryRecord, MemorySystem
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind, LedgerEvent
from lifecycle.plan import PlanItem, PlanKind, PlanState
from lifecycle.references import SUBJECT, from_reference, new_id
from lifecycle.retention.facts import Verdict
from records import alarms, holds, plans, to_dos
from records.engines import reading
from records.tables import RECORDS, ledger_event
from tasks.deletions import delete_imported
from tasks.deriving import derive, rehearse
from tasks.finding import find_by_national_id
from tasks.house import House
from tasks.intake import import_file
from tasks.inventory import take_inventory
from tasks.main_job import begin_import
from tasks.plan_overview import overview, overview_of
from tasks.planning import draw, still_current
from tasks.watching import RETENTION_LATE, watch
from tests.factories import houses
from tests.factories.houses import (
    PEOPLE,
    Builder,
    build,
    dialect,
    export,
    house,
    surroundings,
)
from tests.factories.keys import StandingClock
from tests.factories.retention import add_person, rule, small_policy

__all__ = ["build", "dialect", "house", "surroundings"]

TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
TODAY = date(2026, 11, 2)
LEFT = "2026-05-10"
"""Six months later: 10 November 2026, within the two weeks in which a plan is drawn up."""
RETENTION = PlanKind.RETENTION
OUR_PLACES = {"gallra", "workbuster"}


def case(number: str, who: tuple[str, str, str], *, start: str = "2026-01-07", **more: str) -> str:
    """A line of an export, of a case that began in January."""
    return houses.row(number, who, start=start, **more)


def bring(house: House, *rows: str) -> None:
    """An export lands and is imported."""
    house.staging.put(f"export-{new_id()}.csv", export(*rows))
    for ref in begin_import(house):
        import_file(house, ref)
    delete_imported(house)


def person(house: House, who: tuple[str, str, str]) -> int:
    (found,) = find_by_national_id(house, who[2])
    return from_reference(SUBJECT, found.ref)


def in_novo(house: House, *records: MemoryRecord) -> MemorySystem:
    """Novo holds these, and the inventory has seen them."""
    novo = MemorySystem(system="novo")
    for record in records:
        novo.put(record)
    take_inventory(house, {"novo": novo})
    return novo


def novo_record(who: tuple[str, str, str], *, kind: str = "participant") -> MemoryRecord:
    return MemoryRecord(
        key=f"novo-{new_id()}",
        kind=kind,
        identifiers={"national_id": who[2]},
        fields={"identity": {"name": who[1]}, "attendance": {"present": "yes"}},
    )


def said(items: tuple[PlanItem, ...], verdict: Verdict, *systems: str) -> list[PlanItem]:
    places = set(systems) or OUR_PLACES
    return [item for item in items if item.verdict == verdict and item.system in places]


def events(house: House, kind: EventKind) -> list[LedgerEvent]:
    with reading(house.engine) as connection:
        bodies = connection.execute(
            select(ledger_event.c.body).order_by(ledger_event.c.position)
        ).scalars()
        told = [LedgerEvent.from_body(bytes(body)) for body in bodies]
    return [event for event in told if event.kind is kind]


def everything(house: House) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with reading(house.engine) as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(select(table)))
            for name, table in RECORDS.tables.items()
        }


def hold(house: House, subject: int, *categories: str) -> int:
    number = new_id()
    with house.work() as work:
        holds.place(
            work.connection,
            number=number,
            controller=house.controller,
            reason="supervision",
            decided_by="O-0000000000001",
            placed_at=house.at(),
            review_on="2027-01-01",
            subjects=[subject],
            categories=categories,
        )
        work.record(EventKind.HOLD_PLACED)
        work.commit()
    return number


# --- what goes, and when ------------------------------------------------------------------------


def test_six_months_after_leaving_it_goes_in_every_place(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT), case("1000000002", LINA, end="2027-04-01"))
    in_novo(house, novo_record(OMAR), novo_record(LINA))
    items = derive(house, kind=RETENTION, as_of=TODAY).items
    assert {item.subject_id for item in items} == {person(house, OMAR)}
    going = said(items, Verdict.GO, "gallra", "workbuster", "novo")
    assert {item.system: (item.action, item.rule) for item in going} == {
        "gallra": ("erase", "participant.six-months"),
        "workbuster": ("anonymise", "workbuster.six-months"),
        "novo": ("erase", "participant.six-months"),
    }
    assert {(item.ripe_on, item.last_day) for item in going} == {(LEFT, "2026-11-10")}
    (residue,) = said(items, Verdict.GO, "workbuster")
    assert residue.stays == ("case_reference", "start_date", "project")


def test_the_places_that_only_a_person_reaches_stand_on_the_plan_too(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    items = derive(house, kind=RETENTION, as_of=TODAY).items
    by_hand = {
        name
        for name, system in house.policy.systems.items()
        if system.reached == "by_hand"
        and system.role in {"system", "place"}
        and "participant" in system.holds
    } - house.absent
    assert by_hand
    assert by_hand <= {item.system for item in items if item.verdict == Verdict.GO}


@pytest.mark.parametrize(
    ("day", "stands"), [(date(2026, 10, 26), False), (date(2026, 10, 27), True)]
)
def test_it_stands_on_a_plan_two_weeks_before_its_last_day(
    house: House, day: date, stands: bool
) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    assert bool(derive(house, kind=RETENTION, as_of=day).items) is stands


def test_a_second_running_case_keeps_the_person(house: House) -> None:
    bring(
        house,
        case("1000000001", OMAR, end=LEFT),
        case("1000000002", OMAR, end="2027-04-01", service="Introduktion till arbete"),
    )
    assert derive(house, kind=RETENTION, as_of=TODAY).items == ()
    # Six months after the later one, both go.
    later = derive(house, kind=RETENTION, as_of=date(2027, 10, 1)).items
    assert said(later, Verdict.GO)


def test_breaking_off_counts_before_the_end_of_the_decision(house: House) -> None:
    bring(house, case("1000000001", OMAR, end="2027-04-01", broke_off=LEFT))
    (item,) = said(derive(house, kind=RETENTION, as_of=TODAY).items, Verdict.GO, "gallra")
    assert item.last_day == "2026-11-10"


# --- what does not go ---------------------------------------------------------------------------


def test_a_missing_date_is_never_long_ago_and_is_reported(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=""))
    assert draw(house, kind=RETENTION, as_of=date(2036, 1, 1)) is None
    (told,) = events(house, EventKind.PLAN_DRAWN)
    assert told.numbers["missing"] >= 1
    assert overview_of(house, (), as_of=TODAY).missing["left"] == 1
    # Asked about this one person, it is said whose date is missing.
    items = derive(house, kind=RETENTION, as_of=TODAY, only=[person(house, OMAR)]).items
    assert {item.reason for item in said(items, Verdict.REFUSED)} == {"anchor_missing"}
    assert not said(items, Verdict.GO)


def test_one_case_without_an_end_keeps_the_other(house: House) -> None:
    bring(
        house,
        case("1000000001", OMAR, end=LEFT),
        case("1000000002", OMAR, end="", service="Introduktion till arbete"),
    )
    assert derive(house, kind=RETENTION, as_of=date(2030, 1, 1)).items == ()


def test_activity_in_novo_holds_an_expired_person_back_everywhere_and_says_so(
    house: House,
) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    record = novo_record(OMAR)
    record.active_on = date(2026, 10, 15)
    in_novo(house, record)
    items = derive(house, kind=RETENTION, as_of=TODAY).items
    assert not [item for item in items if item.verdict == Verdict.GO]
    refused = said(items, Verdict.REFUSED, "gallra", "workbuster", "novo")
    assert {(item.system, item.reason) for item in refused} == {
        ("gallra", "active_since"),
        ("workbuster", "active_since"),
        ("novo", "active_since"),
    }
    assert draw(house, kind=RETENTION, as_of=TODAY) is None
    (told,) = events(house, EventKind.PLAN_DRAWN)
    assert (told.expected, told.found) == (1, 1)
    assert told.numbers["refused"] == len([i for i in items if i.verdict == Verdict.REFUSED])


def test_activity_before_leaving_or_long_ago_holds_nobody_back(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    record = novo_record(OMAR)
    record.active_on = date(2026, 5, 9)
    in_novo(house, record)
    assert said(derive(house, kind=RETENTION, as_of=TODAY).items, Verdict.GO)


def test_what_is_held_stays_and_what_is_not_goes(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    hold(house, person(house, OMAR), "assignment")
    items = derive(house, kind=RETENTION, as_of=TODAY).items
    (kept,) = said(items, Verdict.HELD, "gallra")
    (goes,) = said(items, Verdict.GO, "gallra")
    assert kept.categories == ("assignment",)
    assert "assignment" not in goes.categories
    assert goes.categories


def test_release_lets_it_go(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    number = hold(house, person(house, OMAR), "*")
    assert draw(house, kind=RETENTION, as_of=TODAY) is None
    with house.work() as work:
        holds.release(work.connection, number, at=house.at(), by="O-0000000000001")
        work.record(EventKind.HOLD_RELEASED)
        work.commit()
    assert draw(house, kind=RETENTION, as_of=TODAY) is not None


def test_data_of_a_kind_that_the_policy_does_not_know_is_refused_and_not_passed_over(
    house: House,
) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    in_novo(house, novo_record(OMAR), novo_record(LINA, kind="participants"))
    plan = draw(house, kind=RETENTION, as_of=TODAY)
    assert plan is not None
    assert plan.counts["no_rule"] == 1
    assert overview(house, plan).without_rule == {"novo": 1}


def test_a_category_without_a_rule_is_refused(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=LEFT))
    record = novo_record(OMAR)
    record.fields["diary"] = {"text": "of a category that nobody declared"}
    in_novo(house, record)
    items = derive(house, kind=RETENTION, as_of=TODAY).items
    (refused,) = said(items, Verdict.REFUSED, "novo")
    assert (refused.categories, refused.reason) == (("diary",), "no_rule")
    (goes,) = said(items, Verdict.GO, "novo")
    assert "diary" not in goes.categories


# --- rehearsal ----------------------------------------------------------------------------------


def test_rehearsing_the_turn_of_the_year_weeks_ahead_changes_nothing(
    house: House, standing_clock: StandingClock
) -> None:
    bring(house, case("1000000001", OMAR, end="2026-07-01"))
    in_novo(house, novo_record(OMAR))
    assert derive(house, kind=RETENTION, as_of=TODAY).items == ()
    before = everything(house)
    ahead = rehearse(house, kind=PlanKind.YEAR_END, as_of=date(2026, 12, 31))
    assert {item.last_day for item in said(ahead.items, Verdict.GO)} == {"2027-01-01"}
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
    assert said(rehearse(other, kind=RETENTION, as_of=TODAY).items, Verdict.GO)
    assert everything(house) == before


# --- the plan as it is stored -------------------------------------------------------------------


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


# --- what makes a plan stale --------------------------------------------------------------------


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
    with house.work() as work:
        holds.release(work.connection, number, at=house.at(), by="O-0000000000001")
        work.record(EventKind.HOLD_RELEASED)
        work.commit()
    assert still_current(house, plan)
    in_novo(house, novo_record(OMAR))
    assert not still_current(house, plan)


# --- late ---------------------------------------------------------------------------------------


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


# --- somebody asks (art. 17) --------------------------------------------------------------------


def test_who_asks_goes_at_once_though_the_last_day_lies_far_ahead(house: House) -> None:
    bring(house, case("1000000001", OMAR, end="2027-04-01"), case("1000000002", LINA))
    in_novo(house, novo_record(OMAR), novo_record(LINA))
    asked = person(house, OMAR)
    plan = draw(house, kind=PlanKind.REQUEST, as_of=TODAY, about=asked)
    assert plan is not None
    assert plan.approvals >= 1
    with reading(house.engine) as connection:
        items = [one.item for one in plans.items(connection, plan.number)]
    assert {item.subject_id for item in items} == {asked}
    assert {item.verdict for item in items} == {str(Verdict.GO)}
    assert {"gallra", "workbuster", "novo"} <= {item.system for item in items}


def test_who_asks_goes_even_without_a_date_and_with_activity(house: House) -> None:
    bring(house, case("1000000001", OMAR, end=""))
    record = novo_record(OMAR)
    record.active_on = TODAY
    in_novo(house, record)
    derived = derive(house, kind=PlanKind.REQUEST, as_of=TODAY, about=person(house, OMAR))
    assert {item.verdict for item in derived.items} == {str(Verdict.GO)}


def test_what_is_held_stays_although_somebody_asks(house: House) -> None:
    bring(house, case("1000000001", OMAR))
    hold(house, person(house, OMAR), "*")
    assert draw(house, kind=PlanKind.REQUEST, as_of=TODAY, about=person(house, OMAR)) is None


def test_a_request_is_about_somebody_and_nothing_else_is(house: House) -> None:
    with pytest.raises(Refused, match="request_about_nobody"):
        derive(house, kind=PlanKind.REQUEST, as_of=TODAY)
    with pytest.raises(Refused, match="plan_about_somebody"):
        derive(house, kind=RETENTION, as_of=TODAY, about=7)


def test_a_request_takes_the_parents_along_who_are_known_through_nobody_else(
    house: House,
) -> None:
    policy = small_policy(sha256="3" * 64)
    home = dataclasses.replace(house, policy=policy)
    with home.work() as work:
        add_person(work.connection)
        work.record(EventKind.RUN_BEGUN)
        work.commit()
    novo = MemorySystem(system="novo")

    def pupil(key: str, who: tuple[str, str, str]) -> None:
        record = novo_record(who, kind="pupil")
        record.key, record.fields = key, {"identity": {"name": key}}
        novo.put(record)

    def parent(key: str, *of: str) -> None:
        novo.put(
            MemoryRecord(
                key=key,
                kind="relative",
                identifiers={"email": f"{key}@example.se"},
                fields={"contact": {"mail": f"{key}@example.se"}},
                related=of,
            )
        )

    pupil("tuva", TUVA)
    pupil("omar", OMAR)
    parent("own", "tuva")
    parent("shared", "tuva", "omar")
    take_inventory(home, {"novo": novo})
    asked = person(home, TUVA)
    derived = derive(home, kind=PlanKind.REQUEST, as_of=TODAY, about=asked)
    going = {item.subject_id for item in derived.items if item.verdict == Verdict.GO}
    assert asked in going
    assert len(going) == 2


# --- figures ------------------------------------------------------------------------------------


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
