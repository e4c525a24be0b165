"""Who takes a disclosure out of the records ends no duty: the ledger knows it, and the night's
check tells (A-69)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, insert, select
from typer.testing import CliRunner

from console.main import app
from console.output import Exit
from lifecycle.disclosure import Stage
from lifecycle.ledger import EventKind
from lifecycle.telling import Because
from records import to_dos
from records.engines import reading
from records.plans import Plan
from records.tables import RECORDS
from tasks.house import wiring
from tasks.house.parts import House
from tasks.proving.lost_records import RECORD_LOST, Lost, find_lost, tell_lost
from tasks.sharing.withdrawing import withdraw_due
from tasks.telling.recipients import waiting
from tasks.telling.started import tell
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect
from tests.factories.keys import StandingClock
from tests.factories.sharing import MAIL, UNTIL, Desk

__all__ = ["build", "dialect"]
Row = dict[str, object]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def take_out(desk: Desk, table: str, column: str, number: int) -> Row:
    """Somebody who can write our tables deletes that row; what was in it."""
    of = RECORDS.tables[table]
    with desk.house().engine.begin() as connection:
        [row] = connection.execute(select(of).where(of.c[column] == number)).mappings()
        connection.execute(delete(of).where(of.c[column] == number))
    return {str(name): value for name, value in row.items()}


def put_back(desk: Desk, table: str, row: Row) -> None:
    with desk.house().engine.begin() as connection:
        connection.execute(insert(RECORDS.tables[table]).values(row))


def asked(desk: Desk) -> list[str]:
    house = desk.house()
    with reading(house.engine) as connection:
        found = to_dos.open_to_dos(connection, controller=house.controller)
    return [one.ref for one in found if one.kind == RECORD_LOST]


def sent(desk: Desk) -> Plan:
    plan = desk.approved(TUVA)
    assert desk.send(plan).stage is Stage.OPEN
    return plan


def test_whole_records_lack_nothing(desk: Desk) -> None:
    sent(desk)
    desk.prepare(OMAR)
    assert tell_lost(desk.house()) == []
    assert asked(desk) == []


@pytest.mark.parametrize(("table", "column"), [("disclosure", "plan_id"), ("plan", "id")])
def test_a_disclosure_that_was_taken_out_is_told_with_what_the_ledger_knows(
    desk: Desk, table: str, column: str
) -> None:
    plan = sent(desk)
    row = take_out(desk, table, column, plan.number)
    desk.clock.pass_time(days=30)
    assert withdraw_due(desk.house()) == [], "by the records alone nobody would ever hear of it"
    [one] = tell_lost(desk.house())
    assert one == Lost(
        plan.ref, "disclosure", "open", "arbetsformedlingen", MAIL, UNTIL.isoformat()
    )
    assert asked(desk) == [plan.ref]
    opened = len(planning.events(desk.house(), EventKind.TO_DO_OPENED))
    tell_lost(desk.house())
    assert len(planning.events(desk.house(), EventKind.TO_DO_OPENED)) == opened, "told once"
    put_back(desk, table, row)
    assert tell_lost(desk.house()) == []
    assert asked(desk) == []
    take_out(desk, table, column, plan.number)
    tell_lost(desk.house())
    assert asked(desk) == [plan.ref], "taken out again it is told again"


def test_one_that_only_was_prepared_is_missed_too(desk: Desk) -> None:
    plan = desk.prepare(TUVA)
    take_out(desk, "plan", "id", plan.number)
    take_out(desk, "disclosure", "plan_id", plan.number)
    [one] = find_lost(desk.house())
    assert (one.ref, one.stage, one.until) == (plan.ref, "prepared", UNTIL.isoformat())


def test_a_telling_that_was_taken_out_is_told(desk: Desk) -> None:
    plan = sent(desk)
    _, second = desk.enrolled()
    tell(
        desk.house(), desk.ref(TUVA), because=Because.RESTRICTED,
        officer=second.handle, code=second.fresh(),
    )  # fmt: skip
    [telling] = waiting(desk.house())
    assert find_lost(desk.house()) == []
    take_out(desk, "telling", "id", telling.number)
    assert find_lost(desk.house()) == [Lost(telling.ref, "telling", about=plan.ref)]


def test_the_command_tells_it_and_ends_red(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def open_again(*_: object, **__: object) -> Iterator[House]:
        yield desk.house()

    monkeypatch.setattr(wiring, "open_house", open_again)
    plan = sent(desk)
    whole = CliRunner().invoke(app, ["ledger", "verify", "--json"])
    assert (whole.exit_code, json.loads(whole.stdout)["lost"]) == (Exit.DONE, [])
    take_out(desk, "disclosure", "plan_id", plan.number)
    told = CliRunner().invoke(app, ["ledger", "verify"])
    assert told.exit_code == Exit.NOT_PROVEN
    assert "The ledger verifies" in told.output
    assert plan.ref in told.output
    machine = CliRunner().invoke(app, ["ledger", "verify", "--json"])
    assert machine.exit_code == Exit.NOT_PROVEN
    [one] = json.loads(machine.stdout)["lost"]
    assert (one["ref"], one["what"], one["recipient"]) == (
        plan.ref, "disclosure", "arbetsformedlingen",
    )  # fmt: skip
