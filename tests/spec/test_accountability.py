"""Somebody from the authority asks: one page says what was promised, done, found and left (H-10 to
H-16, art. 5(2))."""

from __future__ import annotations

from datetime import date

import pytest

from lifecycle.accountability.report import Report
from lifecycle.ledger import EventKind
from tasks.accountability import note_made, report
from tasks.accountability_page import page
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA, Scene, everywhere, scene
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import Desk

__all__ = ["build", "dialect", "house", "scene"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def figures(made: Report) -> dict[str, tuple[str, str]]:
    return {one.label: (one.value, one.weight) for part in made.parts for one in part.figures}


@everywhere
def test_what_is_open_and_what_is_late_stands_there(desk: Desk) -> None:
    before = figures(report(desk.house()))
    assert before["pågående utlämnanden"] == ("0", "")
    assert before["personer som ännu inte fått informationen"] == ("2", "open")
    assert before["liggaren"][0].startswith("hel, ")
    assert before["frågor som väntar på beslut"][1] == "open"
    desk.send(desk.approved(TUVA))
    assert figures(report(desk.house()))["pågående utlämnanden"] == ("1", "open")
    desk.clock.pass_time(days=40)
    late = report(desk.house())
    assert figures(late)["pågående utlämnanden"] == ("1 (1 ⚠)", "late")
    assert figures(late)["personer som ännu inte fått informationen"] == ("2 (2 ⚠)", "late")
    assert late.late >= 2


def test_nobody_is_on_it_and_that_it_was_made_is_in_the_ledger(desk: Desk) -> None:
    desk.send(desk.approved(TUVA))
    made = report(desk.house(), since=date(2026, 6, 1))
    note_made(desk.house(), made, kind="page")
    shown = page(made)
    for who in (TUVA, OMAR):
        for word in who:
            assert word not in shown
    [event] = events(desk.house(), EventKind.ACCOUNTABILITY_REPORTED)
    assert event["facts"]["since"] == "2026-06-01"
    assert event["facts"]["policy"] == desk.house().policy.sha256


def test_a_broken_ledger_is_the_first_thing_that_an_inspector_sees(desk: Desk) -> None:
    house = desk.house()
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger_event SET body = x'7b7d' WHERE position = 3")
    assert figures(report(desk.house()))["liggaren"][1] == "late"


def test_erased_in_time_and_too_late_is_told_by_the_month(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.office.draw()
    scene.office.approve(plan)
    scene.office.carry_out(plan)
    erased = report(scene.house()).plots[0]
    in_time, too_late = erased.months[-1].values
    assert in_time == plan.counts["go"]
    assert too_late == 0
    assert erased.months[-1].month == scene.clock.instant.date().replace(day=1)
