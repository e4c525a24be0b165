"""What an export says anew about somebody whose data may only be stored is not taken over silently
(art. 18; T-66, H-64)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta

import pytest

from connectors.base import CaseKey, CaseRecord, CaseSystem, HandOver
from lifecycle.errors import Unreachable
from lifecycle.ledger import EventKind
from lifecycle.references import SUBJECT, from_reference
from records import correcting, file_imports
from records.engines import reading
from records.to_dos import open_to_dos
from tasks.consents.barring import restrict
from tasks.erasing.finding import find_by_case
from tasks.erasing.holds import release_hold
from tasks.house.parts import House
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.importing.purge import purge
from tasks.watching.daily import IMPORT_STUCK, watch
from tasks.watching.overview import overview
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


class Closed:
    """The case system on a night on which it takes nothing."""

    def __init__(self, cases: CaseSystem) -> None:
        self._cases = cases

    def __getattr__(self, name: str) -> object:
        return getattr(self._cases, name)

    def hand_over(self, records: Sequence[CaseRecord], *, batch: str) -> HandOver:
        raise Unreachable("case_register_unreachable")


def closed(house: House) -> House:
    return dataclasses.replace(house, case_system=Closed(house.case_system))  # type: ignore[arg-type]


def copies(desk: Desk, case: str) -> list[int]:
    """How often the case system has it; none, where it never had it."""
    key = CaseKey(case, "Rusta och matcha")
    return [state.copies for state in desk.house().case_system.read_back([key])]


def unfinished(desk: Desk) -> int:
    with reading(desk.house().engine) as connection:
        return len(file_imports.unfinished(connection, controller="academedia"))


def postponed(desk: Desk, *rows: str) -> None:
    """An export is taken into the records on a night on which the case system takes nothing."""
    usual = desk.change
    desk.change = lambda house: closed(usual(house))
    with pytest.raises(Unreachable):
        desk.bring(*rows)
    desk.change = usual


def lifted(desk: Desk, hold: str) -> None:
    _, second = desk.enrolled()
    release_hold(desk.house(), hold, told=TOLD, officer=second.handle, code=second.fresh())


def test_a_restriction_between_import_and_hand_over_keeps_the_case_back(desk: Desk) -> None:
    postponed(desk, planning.case("1000000009", TUVA), planning.case("1000000003", OMAR))
    hold = restricted(desk)
    for _ in range(2):  # and no run hands it over later, nor says it twice
        begin_import(desk.house())
        assert (copies(desk, "1000000009"), copies(desk, "1000000003")) == ([], [1])
    assert [(one.kind, one.number) for one in overview(desk.house()).to_dos] == [
        ("restricted_cases", 1)
    ]
    [told] = planning.events(desk.house(), EventKind.HANDOVER_WAITING)
    assert told.numbers["restricted"] == 1
    lifted(desk, hold)
    begin_import(desk.house())
    assert copies(desk, "1000000009") == [1]
    assert (to_dos(desk), unfinished(desk)) == ([], 0)


def test_the_file_of_a_case_that_is_kept_back_stays_until_the_purge_and_is_not_needed(
    desk: Desk,
) -> None:
    """What is not proven in the case system is not deleted as if it were (A-98); the folder is
    empty every day all the same (A-101), and the case goes out of the records."""
    postponed(desk, planning.case("1000000009", TUVA))
    hold = restricted(desk)
    [ref] = begin_import(desk.house())
    assert import_file(desk.house(), ref).state == "waiting"
    assert len(list(desk.house().staging.list_items())) == 1
    assert purge(desk.house()).deleted == 1
    assert (copies(desk, "1000000009"), unfinished(desk)) == ([], 1)
    lifted(desk, hold)
    assert begin_import(desk.house()) == []
    assert (copies(desk, "1000000009"), unfinished(desk), to_dos(desk)) == ([1], 0, [])


def test_what_waits_as_it_must_is_no_alarm_and_what_waits_beside_it_is_one(desk: Desk) -> None:
    postponed(desk, planning.case("1000000009", TUVA), planning.case("1000000003", OMAR))
    restricted(desk)
    desk.clock.instant += timedelta(hours=5)

    def stuck() -> bool:
        return any(one.kind == IMPORT_STUCK for one in watch(desk.house()).standing)

    desk.change = closed
    begin_import(desk.house())
    assert stuck()
    desk.change = lambda house: house
    begin_import(desk.house())
    assert not stuck()


def test_what_is_handed_over_already_and_comes_again_keeps_no_file(desk: Desk) -> None:
    restricted(desk)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000003", OMAR))
    assert (unfinished(desk), list(desk.house().staging.list_items())) == (0, [])
