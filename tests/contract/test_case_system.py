"""What every case system promises: cases arrive once, and reading back shows what it holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from connectors.base import CaseKey, CaseSystem, HandOver
from connectors.case_access import EveryCase, Level, Reader
from connectors.case_register import CaseRegister
from connectors.memory import MemoryCaseSystem, MemoryStaging
from connectors.workbuster import WorkbusterExchange
from lifecycle.errors import LedgerFailure, Refused, Unreachable
from tests.factories.boxes import TestBox, fingerprint
from tests.factories.cases import case_of
from tests.factories.workbuster_office import (
    LIST,
    WORKBOOK,
    TickingClock,
    WorkbusterOffice,
    read_xlsx,
)

BATCH = "I-0000000000001-000"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """A case system; `people_act` does what people have to do until it shows what it was given."""

    system: CaseSystem
    people_act: Callable[[], None]
    take_away: Callable[[], None]
    answer: HandOver


@pytest.fixture(params=["case_register", "workbuster", "memory", "memory that needs a person"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "case_register":
        path = tmp_path / "register" / "register.db"
        register = CaseRegister(path, TestBox(), fingerprint, system="workbuster")

        def remove() -> None:
            for file in path.parent.iterdir():
                file.unlink()

        return World(register, lambda: None, remove, HandOver.DONE)
    if request.param == "workbuster":
        return _workbuster()
    memory = MemoryCaseSystem(fingerprint, system="workbuster")
    memory.failures.needs_a_person = request.param != "memory"
    answer = HandOver.WAITING if memory.failures.needs_a_person else HandOver.DONE

    def unreachable() -> None:
        memory.failures.unreachable = True

    return World(memory, memory.import_waiting, unreachable, answer)


def _workbuster() -> World:
    clock = TickingClock()
    folder = MemoryStaging(place="exchange", now=clock)
    office = WorkbusterOffice(folder)
    system = WorkbusterExchange(
        folder,
        fingerprint,
        system="workbuster",
        sheet="Deltagare",
        workbook=WORKBOOK,
        list_=LIST,
        read_table=read_xlsx,
        now=clock,
    )

    def import_and_export() -> None:
        office.import_workbooks()
        office.export_list()

    def unreachable() -> None:
        folder.failures.unreachable = True

    return World(system, import_and_export, unreachable, HandOver.WAITING)


def shown(world: World, *keys: CaseKey) -> dict[CaseKey, tuple[bytes | None, int]]:
    states = list(world.system.read_back(keys))
    assert len({state.key for state in states}) == len(states)
    return {state.key: (state.fingerprint, state.copies) for state in states}


def test_what_was_handed_over_is_read_back_exactly_and_once(world: World) -> None:
    records = [case_of(number) for number in range(25)]
    assert world.system.hand_over(records, batch=BATCH) is world.answer
    world.people_act()
    assert shown(world, *(record.key for record in records)) == {
        record.key: (fingerprint(record.payload), 1) for record in records
    }


def test_a_case_that_was_never_handed_over_has_no_answer(world: World) -> None:
    known, unknown = case_of(1), case_of(2)
    world.system.hand_over([known], batch=BATCH)
    world.people_act()
    assert set(shown(world, known.key, unknown.key, known.key)) == {known.key}


def test_nothing_is_known_before_anything_was_handed_over(world: World) -> None:
    assert shown(world, case_of(1).key) == {}


def test_the_same_case_number_for_another_service_is_another_case(world: World) -> None:
    one, other = case_of(1, service="KVL"), case_of(1, service="STOM", given_name="Annat")
    world.system.hand_over([one, other], batch=BATCH)
    world.people_act()
    assert shown(world, one.key, other.key) == {
        one.key: (fingerprint(one.payload), 1),
        other.key: (fingerprint(other.payload), 1),
    }


def test_the_same_case_again_replaces_it(world: World) -> None:
    world.system.hand_over([case_of(1), case_of(2)], batch=BATCH)
    world.people_act()
    moved = case_of(1, phone="+46 70 111 11 11")
    world.system.hand_over([moved], batch="I-0000000000002-000")
    world.people_act()
    assert shown(world, moved.key, case_of(2).key) == {
        moved.key: (fingerprint(moved.payload), 1),
        case_of(2).key: (fingerprint(case_of(2).payload), 1),
    }


def test_a_repeated_batch_has_no_second_effect(world: World) -> None:
    record = case_of(1)
    for _ in range(3):
        assert world.system.hand_over([record], batch=BATCH) is world.answer
        world.people_act()
    assert shown(world, record.key) == {record.key: (fingerprint(record.payload), 1)}


def test_a_batch_may_come_in_pieces(world: World) -> None:
    records = [case_of(number) for number in range(4)]
    world.system.hand_over(records[:2], batch=f"{BATCH}-a")
    world.system.hand_over(records[2:], batch=f"{BATCH}-b")
    world.people_act()
    assert len(shown(world, *(record.key for record in records))) == 4


def test_text_that_looks_like_a_formula_arrives_as_text(world: World) -> None:
    record = case_of(
        1, given_name="=1+1", family_name="@SUM(A1)", phone="-46", email="+x@example.se"
    )
    world.system.hand_over([record], batch=BATCH)
    world.people_act()
    assert shown(world, record.key) == {record.key: (fingerprint(record.payload), 1)}


def test_one_case_twice_in_a_batch_is_refused_and_nothing_changes(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.system.hand_over([case_of(1), case_of(1, given_name="Annat")], batch=BATCH)
    assert refused.value.code == "case_twice_in_batch"
    world.people_act()
    assert shown(world, case_of(1).key) == {}


def test_closing_a_batch_leaves_the_cases_and_may_be_repeated(world: World) -> None:
    record = case_of(1)
    world.system.hand_over([record], batch=BATCH)
    world.people_act()
    for _ in range(2):
        world.system.close_batch(BATCH)
    world.people_act()
    again = case_of(2)
    world.system.hand_over([again], batch="I-0000000000002-000")
    world.people_act()
    assert set(shown(world, again.key)) == {again.key}


def test_anonymising_takes_the_person_and_leaves_the_case(world: World) -> None:
    world.system.hand_over([case_of(1), case_of(2)], batch=BATCH)
    world.people_act()
    keys = [case_of(1).key, case_of(99).key]
    if isinstance(world.system, WorkbusterExchange):
        with pytest.raises(Refused) as refused:
            world.system.anonymise(keys)
        assert refused.value.code == "needs_a_person"
        return
    for _ in range(2):
        world.system.anonymise(keys)
    left = shown(world, case_of(1).key, case_of(2).key, case_of(99).key)
    assert left.pop(case_of(2).key) == (fingerprint(case_of(2).payload), 1)
    # The service goes too, so that nothing need be there under the old key; who it was never is.
    assert left in ({}, {case_of(1).key: (None, 1)})


def test_exactly_number_date_and_project_stay(world: World) -> None:
    if isinstance(world.system, WorkbusterExchange):
        pytest.skip("a person anonymises in Workbuster; what its list shows is read back")
    one, other = case_of(1), case_of(2)
    world.system.hand_over([one, other], batch=BATCH)
    world.people_act()
    for _ in range(2):
        world.system.anonymise([one.key])
    residue, living = sorted(everything(world), key=lambda case: case[3] is not None)
    assert living == (other.key, other.project, other.opened, other.payload)
    (number, service), project, opened, nobody = residue
    assert (number, project, opened) == (one.key.case_reference, one.project, one.opened)
    assert service.startswith("#"), "a number, and nothing of the service"
    assert nobody is None


def everything(world: World) -> list[tuple[CaseKey, str, str, bytes | None]]:
    """(key, project, date, content) of all that is in the system."""
    if isinstance(world.system, CaseRegister):
        views = world.system.read(
            EveryCase(), as_=Reader(level=Level.ADMINISTRATOR, ref="somebody")
        )
        assert all(view.coach is None for view in views)
        return [(view.key, view.project, view.opened, view.payload) for view in views]
    assert isinstance(world.system, MemoryCaseSystem)
    return world.system.everything()


def test_what_carries_cases_across_can_be_taken_away_and_goes_again_while_it_is_missing(
    world: World,
) -> None:
    intended: list[int] = []
    record = case_of(1)
    world.system.hand_over([record], batch=BATCH)
    gone = world.system.withdraw(lists_before=LONG_AGO, intend=intended.append)
    assert intended == ([gone] if gone else []), "said before it is done, and only then"
    assert bool(gone) is (world.answer is HandOver.WAITING)
    assert world.system.withdraw(lists_before=LONG_AGO, intend=intended.append) == 0
    world.people_act()
    assert (record.key in shown(world, record.key)) is (world.answer is HandOver.DONE)
    assert world.system.hand_over([record], batch=BATCH) is world.answer
    world.people_act()
    assert shown(world, record.key) == {record.key: (fingerprint(record.payload), 1)}


def test_nothing_is_taken_away_when_the_intent_cannot_be_written(world: World) -> None:
    def refuse(_: int) -> NoReturn:
        raise LedgerFailure("ledger_not_written")

    record = case_of(1)
    world.system.hand_over([record], batch=BATCH)
    with suppress(LedgerFailure):
        world.system.withdraw(lists_before=LONG_AGO, intend=refuse)
    world.people_act()
    assert shown(world, record.key) == {record.key: (fingerprint(record.payload), 1)}


def test_a_system_that_cannot_be_reached_is_not_an_empty_one(world: World) -> None:
    world.system.hand_over([case_of(1)], batch=BATCH)
    world.take_away()
    with pytest.raises(Unreachable):
        list(world.system.read_back([case_of(1).key]))
    with pytest.raises(Unreachable):
        world.system.hand_over([case_of(2)], batch=BATCH)
    with pytest.raises(Unreachable):
        world.system.close_batch(BATCH)


def test_a_lost_answer_is_mended_by_handing_over_again() -> None:
    system = MemoryCaseSystem(fingerprint, system="workbuster")
    system.failures.lost_answers = 1
    record = case_of(1)
    with pytest.raises(Unreachable):
        system.hand_over([record], batch=BATCH)
    assert system.hand_over([record], batch=BATCH) is HandOver.DONE
    (state,) = system.read_back([record.key])
    assert (state.fingerprint, state.copies) == (fingerprint(record.payload), 1)


def test_the_twin_shows_a_double_a_changed_and_a_lost_case() -> None:
    system = MemoryCaseSystem(fingerprint, system="workbuster")
    records = [case_of(number) for number in range(3)]
    system.hand_over(records, batch=BATCH)
    system.double(records[0].key)
    system.alter(records[1].key, b"{}")
    system.lose(records[2].key)
    states = {state.key: state for state in system.read_back([r.key for r in records])}
    assert states[records[0].key].copies == 2
    assert states[records[1].key].fingerprint == fingerprint(b"{}")
    assert records[2].key not in states
