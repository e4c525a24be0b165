"""A hold stops what is planned, and its release lets it go on: holds are not forgotten (A-74)."""

from __future__ import annotations

from datetime import date

import pytest

from lifecycle.errors import Refused
from lifecycle.plan import PlanKind, PlanState
from lifecycle.references import SUBJECT, from_reference, to_reference
from lifecycle.retention.facts import Verdict
from records import plans
from records.engines import reading
from records.plans import Plan
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.holds import place_hold, release_hold
from tasks.erasing.planning import draw, still_current
from tasks.house.parts import House
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.officers.approvals import approve, require_approved
from tests.factories.houses import PEOPLE, Builder, build, dialect, export, house, row
from tests.factories.keys import START, StandingClock
from tests.factories.officers import Authenticator, add_people, enrol

__all__ = ["build", "dialect", "house"]
TUVA, OMAR = PEOPLE["Tuva"], PEOPLE["Omar"]
TODAY = START.date()
SPRING = date(2027, 3, 1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def people(house: House) -> tuple[str, str]:
    """Two participants who left half a year ago, but for ten days; their references."""
    ended = {"start": "2026-01-07", "end": "2026-05-12"}
    house.staging.put(
        "export.csv", export(row("1000000001", TUVA, **ended), row("1000000002", OMAR, **ended))
    )
    for ref in begin_import(house):
        import_file(house, ref)
    delete_imported(house)
    [tuva], [omar] = (find_by_national_id(house, one[2]) for one in (TUVA, OMAR))
    return tuva.ref, omar.ref


@pytest.fixture
def chef(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "chef-nord", "chef")


def drawn(house: House) -> Plan:
    plan = draw(house, kind=PlanKind.RETENTION, as_of=TODAY)
    assert plan is not None
    return plan


def hold(house: House, who: Authenticator, person: str) -> str:
    return place_hold(
        house,
        [person],
        reason="proceeding",
        review_on=SPRING,
        officer=who.handle,
        code=who.fresh(),
    )


def going(house: House, plan: Plan, person: str) -> set[Verdict]:
    """What becomes of that person's data by the plan."""
    with reading(house.engine) as connection:
        found = plans.items(connection, plan.number, subject=from_reference(SUBJECT, person))
    return {Verdict(one.item.verdict) for one in found}


def state(house: House, plan: Plan) -> PlanState:
    with reading(house.engine) as connection:
        return plans.get(connection, controller=house.controller, number=plan.number).state


def test_a_hold_voids_the_plan_that_waits_for_approval(
    house: House, people: tuple[str, str], chef: Authenticator
) -> None:
    plan = drawn(house)
    assert still_current(house, plan)
    hold(house, chef, people[0])
    with pytest.raises(Refused, match="plan_changed"):
        approve(house, plan.ref, officer=chef.handle, code=chef.fresh(), decision="approve")
    assert state(house, plan) is PlanState.VOID


def test_a_hold_voids_the_plan_that_is_approved(
    house: House, people: tuple[str, str], chef: Authenticator
) -> None:
    plan = drawn(house)
    second = enrol(house, chef.clock, "dataskydd", "dpo", by=chef)
    for officer in (chef, second)[: plan.approvals]:
        approve(house, plan.ref, officer=officer.handle, code=officer.fresh(), decision="approve")
    require_approved(house, plan)
    hold(house, chef, people[1])
    with pytest.raises(Refused, match="plan_changed"):
        require_approved(house, plan)
    assert state(house, plan) is PlanState.VOID


def test_who_is_held_stays_and_goes_when_released(
    house: House, people: tuple[str, str], chef: Authenticator
) -> None:
    tuva, omar = people
    assert Verdict.GO in going(house, drawn(house), tuva)
    ref = hold(house, chef, tuva)
    held = drawn(house)
    assert Verdict.GO not in going(house, held, tuva)
    assert Verdict.HELD in going(house, held, tuva)
    assert Verdict.GO in going(house, held, omar)
    release_hold(house, ref, officer=chef.handle, code=chef.fresh())
    assert not still_current(house, held)
    again = drawn(house)
    assert Verdict.GO in going(house, again, tuva)
    assert Verdict.HELD not in going(house, again, tuva)


def test_a_hold_on_somebody_else_voids_nothing(
    house: House, people: tuple[str, str], chef: Authenticator, build: Builder
) -> None:
    plan = drawn(house)
    [other] = add_people(house, 1)
    hold(house, chef, to_reference(SUBJECT, other))
    assert still_current(build(), plan)
