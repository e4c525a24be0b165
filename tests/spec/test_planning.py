"""Six months after somebody left everything goes, everywhere, and nothing before: the plan says
what, where, why and until when (A-70 to A-76), on twins in memory, on SQLite and on PostgreSQL."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from connectors.memory_system import MemoryRecord, MemorySystem
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanItem, PlanKind
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.facts import Verdict
from records import plans
from records.engines import reading
from records.plans import Plan
from tasks.erasing.deriving import derive
from tasks.erasing.inventory import take_inventory
from tasks.erasing.plan_overview import overview, overview_of
from tasks.erasing.planning import draw
from tasks.house.parts import House
from tests.factories.erasures import Office
from tests.factories.houses import (
    PEOPLE,
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
    hold,
    in_novo,
    novo_record,
    person,
    release,
)
from tests.factories.retention import add_person, small_policy

__all__ = ["build", "dialect", "house", "surroundings"]

TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
TODAY = date(2026, 11, 2)
LEFT = "2026-05-10"
"""Six months later: 10 November 2026, within the two weeks in which a plan is drawn up."""
RETENTION = PlanKind.RETENTION
OUR_PLACES = {"gallra", "workbuster"}


def said(items: tuple[PlanItem, ...], verdict: Verdict, *systems: str) -> list[PlanItem]:
    places = set(systems) or OUR_PLACES
    return [item for item in items if item.verdict == verdict and item.system in places]


# --- what goes, and when --------------------------------------------------------------------------


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


# --- what does not go -----------------------------------------------------------------------------


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


def test_a_date_of_1970_is_taken_for_a_mistake_and_reported(house: House) -> None:
    pupil = novo_record(OMAR, kind="pupil")
    pupil.anchors = {"left": date(1970, 1, 1)}
    in_novo(house, pupil)
    items = derive(house, kind=RETENTION, as_of=TODAY).items
    assert {item.reason for item in said(items, Verdict.REFUSED, "novo")} == {"anchor_in_far_past"}
    assert draw(house, kind=RETENTION, as_of=TODAY) is None


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
    release(house, number)
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


# --- what goes by another plan already ------------------------------------------------------------


THURSDAY = "2026-11-05"
HALF_A_YEAR_LATER = date(2027, 4, 25)


def ahead(house: House, clock: StandingClock) -> tuple[Office, Plan]:
    """Omar leaves on Thursday; the plan of the April after it is approved today."""
    bring(house, case("1000000001", OMAR, end=THURSDAY))
    office = Office(lambda: house, clock)
    plan = office.draw(as_of=HALF_A_YEAR_LATER)
    office.approve(plan)
    return office, plan


def named(house: House, plan: Plan | None) -> set[tuple[int, str]]:
    """Of whom what goes where by a plan: (person, system), in our places."""
    if plan is None:
        return set()
    with reading(house.engine) as connection:
        found = plans.items(connection, plan.number, verdict=Verdict.GO)
    return {(o.item.subject_id, o.item.system) for o in found if o.item.system in OUR_PLACES}


def everywhere_of(number: int) -> set[tuple[int, str]]:
    return {(number, system) for system in OUR_PLACES}


def test_what_waits_for_a_day_stands_on_the_next_plan_when_the_date_is_corrected_to_an_earlier_one(
    house: House, standing_clock: StandingClock
) -> None:
    """He left in May already: what waits for Thursday has six months that are over next week."""
    _, waiting = ahead(house, standing_clock)
    omar = person(house, OMAR)
    assert named(house, waiting) == everywhere_of(omar)
    assert draw(house, kind=RETENTION, as_of=TODAY) is None
    bring(house, case("1000000001", OMAR, end=LEFT))
    assert named(house, draw(house, kind=RETENTION, as_of=TODAY)) == everywhere_of(omar)


def test_who_asks_does_not_wait_for_the_day_of_another_plan(
    house: House, standing_clock: StandingClock
) -> None:
    office, _ = ahead(house, standing_clock)
    omar = person(house, OMAR)
    asked = office.draw_request(to_reference(SUBJECT, omar))
    assert named(house, asked) == everywhere_of(omar)


def test_what_waits_no_longer_than_the_next_plan_would_is_left_to_the_plan_that_has_it(
    house: House, standing_clock: StandingClock
) -> None:
    ahead(house, standing_clock)
    bring(house, case("1000000002", LINA, end=THURSDAY))
    after = draw(house, kind=RETENTION, as_of=HALF_A_YEAR_LATER)
    assert named(house, after) == everywhere_of(person(house, LINA))


def test_what_has_begun_is_left_to_its_plan_though_somebody_asks(
    house: House, standing_clock: StandingClock
) -> None:
    """On Saturday it does not wait any more: nobody agrees to it a second time."""
    office, waiting = ahead(house, standing_clock)
    omar = person(house, OMAR)
    standing_clock.pass_time(days=5)
    office.execute(waiting)
    asked = draw(house, kind=PlanKind.REQUEST, as_of=date(2026, 11, 7), about=omar)
    assert (omar, "workbuster") not in named(house, asked)


# --- somebody asks (art. 17) ----------------------------------------------------------------------


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
