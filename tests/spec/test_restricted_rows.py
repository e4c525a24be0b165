"""What an export says anew about somebody whose data may only be stored is not taken over silently
(art. 18; T-66, H-64)."""

from __future__ import annotations

import pytest

from lifecycle.references import SUBJECT, from_reference
from records import correcting
from records.engines import reading
from records.to_dos import open_to_dos
from tasks.consents.barring import restrict
from tasks.erasing.finding import find_by_case
from tasks.erasing.holds import release_hold
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import Desk
from tests.spec.test_barred_people import REVIEW, TOLD

__all__ = ["build", "dialect", "house"]

MOVED = "Nygatan 7"


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def restricted(desk: Desk) -> str:
    first, _ = desk.enrolled()
    return restrict(
        desk.house(), desk.ref(TUVA), review_on=REVIEW, officer=first.handle, code=first.fresh()
    )


def street(desk: Desk, who: planning.Person) -> str:
    house = desk.house()
    with reading(house.engine) as connection:
        found = correcting.held(
            connection, house.vault, subject_id=from_reference(SUBJECT, desk.ref(who)),
            category="contact",
        )  # fmt: skip
    return found.fields["street_address"]


def to_dos(desk: Desk) -> list[str]:
    with reading(desk.house().engine) as connection:
        return [one.kind for one in open_to_dos(connection, controller="academedia")]


def test_new_data_about_a_restricted_person_waits_for_somebody_to_judge(desk: Desk) -> None:
    hold = restricted(desk)
    desk.bring(
        planning.case("1000000001", TUVA, street=MOVED),
        planning.case("1000000009", TUVA, street=MOVED),
        planning.case("1000000002", OMAR, street=MOVED),
    )
    assert street(desk, TUVA) == "Provgatan 1"
    assert street(desk, OMAR) == MOVED
    assert find_by_case(desk.house(), "1000000009") == []
    assert "quarantined_rows" in to_dos(desk)
    _, second = desk.enrolled()
    release_hold(desk.house(), hold, told=TOLD, officer=second.handle, code=second.fresh())
    desk.bring(planning.case("1000000001", TUVA, street=MOVED))
    assert street(desk, TUVA) == MOVED


def test_the_same_row_again_is_nothing_new_and_nobody_is_asked(desk: Desk) -> None:
    restricted(desk)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000003", OMAR))
    assert "quarantined_rows" not in to_dos(desk)
    assert len(find_by_case(desk.house(), "1000000003")) == 1
