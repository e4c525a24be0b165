"""When a pupil leaves, everything that the accounts do not need is deleted at the turn of the year
at the latest (T-55 to T-60)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lifecycle.plan import PlanKind, PlanState
from lifecycle.retention.facts import Verdict
from records import plans
from records.engines import reading
from records.plans import Plan
from tasks.erasing import planning
from tasks.erasing.execution import Why, execute
from tasks.erasing.inventory import take_inventory
from tasks.house.parts import House
from tasks.house.wiring import open_house
from tasks.proving.certifying import of_plan
from tests.factories import tommerup_school as school
from tests.factories.databases import NewDatabase
from tests.factories.erasures import Office
from tests.factories.houses import test_settings
from tests.factories.keys import StandingClock
from tests.factories.tommerup_school import (
    ANNE,
    ANNES,
    BO,
    BOS,
    CARLA,
    LATER,
    SHARED,
    WAITING,
    names_in,
)

FIRST_OF_DECEMBER = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
NEW_YEARS_DAY = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
TURN_OF_THE_YEAR = date(2026, 12, 31)
Open = Callable[[], House]


@pytest.fixture
def systems(tmp_path: Path) -> Path:
    return tmp_path / "home" / "systems" / "tommerup"


@pytest.fixture
def build(
    new_database: NewDatabase, tmp_path: Path, standing_clock: StandingClock
) -> Iterator[Open]:
    standing_clock.instant = FIRST_OF_DECEMBER
    settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    with ExitStack() as stack:

        def one() -> House:
            return stack.enter_context(
                open_house("tommerup", settings=settings, now=standing_clock)
            )

        yield one


@pytest.fixture
def house(build: Open, systems: Path) -> House:
    """The school on 1 December, and everything that its systems know about people."""
    house = build()
    for system in house.systems.values():
        list(system.records())  # which makes the stand-ins
    school.fill(systems)
    take_inventory(house)
    return house


@pytest.fixture
def office(build: Open, standing_clock: StandingClock) -> Office:
    return Office(build, standing_clock)


def going(house: House, plan: Plan) -> dict[tuple[str, str], int]:
    """How much goes: (system, rule) → items."""
    found: dict[tuple[str, str], int] = {}
    with reading(house.engine) as connection:
        for one in plans.items(connection, plan.number, verdict=Verdict.GO):
            place = one.item.system, one.item.rule
            found[place] = found.get(place, 0) + 1
    return found


def test_the_turn_of_the_year_is_planned_on_1_december(house: House, office: Office) -> None:
    plan = office.draw(kind=PlanKind.YEAR_END, as_of=TURN_OF_THE_YEAR)
    assert plan.approvals == 2, "health goes with it"
    goes = going(house, plan)
    assert goes["school-administration", "pupil.turn-of-year-register"] == 2
    assert goes["skoleintra", "relative.turn-of-year"] == 2, "Dorte stays for Carla's sake"
    assert goes["finance", "pupil.accounts"] == 2, "2020 is over; 2021 ends with the fifth year"
    assert goes["waiting-list", "waiting.turn-of-year"] == 1
    assert goes["website-statistics", "visitor.two-years"] == 1
    assert "certificate-archive" not in {system for system, _ in goes}


def test_the_year_is_closed_approved_executed_and_certified(
    house: House, office: Office, build: Open, standing_clock: StandingClock, systems: Path
) -> None:
    plan = office.draw(kind=PlanKind.YEAR_END, as_of=TURN_OF_THE_YEAR)
    office.approve(plan)
    done = office.carry_out(plan)
    assert not done.is_wrong
    assert {one.why for one in done.left} <= {Why.NOT_YET_RIPE, Why.WAITS_FOR_OTHERS}
    assert {one.until for one in done.left if one.why is Why.NOT_YET_RIPE} == {"2027-01-01"}
    assert school.count(systems, "finance", "elevkonti") == 5, "not a day too early"
    standing_clock.instant = NEW_YEARS_DAY
    done = office.carry_out(plan)
    assert (done.state, done.left, done.given_up) == (PlanState.PROVEN, (), 0)

    assert names_in(systems) == {
        "certificate-archive": [ANNE, BO],
        "finance": [ANNE],
        "optagelse-dk": [],
        "school-administration": [ANNE, BO, CARLA, SHARED],
        "skoleintra": [CARLA, SHARED],
        "uni-login": [CARLA],
        "waiting-list": [LATER],
        "website-statistics": [],
    }
    anne = school.row(systems, "school-administration", "elever", ANNE)
    assert {name for name, value in anne.items() if value not in (None, "")} == {
        "elevnummer",
        "navn",
        "cpr",
        "klassetrin",
        "antal_uger",
        "udmeldt",
        "seneste_bilag",
    }, "of the five fields; payments lie beside it, in a table of their own"
    assert school.count(systems, "school-administration", "elevbetalinger") == 3
    assert school.count(systems, "school-administration", "karakterer") == 1, "Carla's"
    carla = school.row(systems, "school-administration", "elever", CARLA)
    assert carla["helbred"] == "tåler ikke nødder"
    assert school.count(systems, "finance", "elevkonti") == 4
    assert school.count(systems, "website-statistics", "sidevisninger") == 1

    told = of_plan(build(), plan.ref).statement
    assert told["systems"]["school-administration"]["actions"] == {"erase": 2, "strip": 2}
    assert len(told["approvals"]) == 2
    assert {BOS, ANNES, WAITING}.isdisjoint(str(told)), "and says nobody's name"


def test_a_second_run_finds_nothing_to_do(
    house: House, office: Office, build: Open, standing_clock: StandingClock
) -> None:
    plan = office.draw(kind=PlanKind.YEAR_END, as_of=TURN_OF_THE_YEAR)
    office.approve(plan)
    office.carry_out(plan)
    standing_clock.instant = NEW_YEARS_DAY
    assert office.carry_out(plan).state is PlanState.PROVEN
    again = build()
    take_inventory(again)
    assert planning.draw(again, kind=PlanKind.YEAR_END, as_of=TURN_OF_THE_YEAR) is None


def test_between_approval_and_new_year_a_pupil_comes_back(
    house: House, office: Office, build: Open, standing_clock: StandingClock, systems: Path
) -> None:
    """An old date of leaving erases nobody who is a pupil again."""
    import sqlite3

    plan = office.draw(kind=PlanKind.YEAR_END, as_of=TURN_OF_THE_YEAR)
    office.approve(plan)
    with sqlite3.connect(systems / "school-administration.db") as db:
        db.execute("UPDATE elever SET udmeldt = NULL WHERE navn = ?", (BO,))
    db.close()
    take_inventory(build())
    from lifecycle.errors import Refused

    with pytest.raises(Refused, match="plan_changed"):
        execute(build(), plan.ref)
    assert BO in names_in(systems)["skoleintra"]
