"""What is approved is carried out in every place, read back, and certified only when all is gone
(A-70, A-75, A-76)."""

from __future__ import annotations

import pytest

from lifecycle.plan import PlanState
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.inventory import take_inventory
from tasks.house.parts import House
from tasks.proving.certifying import of_plan
from tests.factories.erasures import Office
from tests.factories.houses import (
    PEOPLE,
    Builder,
    build,
    dialect,
    export,
    house,
    row,
    surroundings,
)
from tests.factories.keys import StandingClock

__all__ = ["build", "dialect", "house", "surroundings"]
TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]


@pytest.fixture
def office(build: Builder, standing_clock: StandingClock) -> Office:
    return Office(build, standing_clock)


def run_import(house: House) -> None:
    from tasks.importing.deletions import delete_imported
    from tasks.importing.intake import import_file
    from tasks.importing.main_job import begin_import

    for ref in begin_import(house):
        import_file(house, ref)
    delete_imported(house)


def test_somebody_who_asks_is_erased_everywhere_and_certified(house: House, office: Office) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run_import(house)
    take_inventory(house)
    (found,) = find_by_national_id(house, TUVA[2])
    done = office.erase(found.ref)
    assert done.left == ()
    assert done.state is PlanState.PROVEN
    assert done.proven == done.items > 0
    assert find_by_national_id(house, TUVA[2]) == []
    assert len(find_by_national_id(house, OMAR[2])) == 1
    told = of_plan(house, done.ref).statement
    assert told["people"] == [found.ref]
    assert told["given_up"] == []
