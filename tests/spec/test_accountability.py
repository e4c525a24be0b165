"""Somebody from the authority asks: one page says what was promised, done, found and left (H-10 to
H-16, art. 5(2))."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from lifecycle.accountability.report import Report
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from records.tables import disclosure
from tasks.house.today import local_today
from tasks.incidents import people as register
from tasks.reporting.accountability import note_made, report
from tasks.reporting.page import page
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
    assert figures(late)["pågående utlämnanden"] == ("1, varav 1 för sent", "late")
    assert figures(late)["personer som ännu inte fått informationen"] == (
        "2, varav 2 för sent",
        "late",
    )
    assert late.late >= 2


def test_since_a_day_that_has_not_come_is_refused_and_changes_nothing(desk: Desk) -> None:
    house = desk.house()
    tomorrow = local_today(house) + timedelta(days=1)
    before = len(events(house, *EventKind))
    with pytest.raises(Refused) as refusal:
        report(house, since=tomorrow)
    assert refusal.value.code == "since_in_future"
    assert len(events(house, *EventKind)) == before
    assert report(house, since=local_today(house)).since == local_today(house)


def test_a_run_that_never_was_and_the_incidents_of_the_time_stand_there(desk: Desk) -> None:
    made = figures(report(desk.house()))
    assert made["senast kört: gallring"] == ("aldrig ännu", "open")
    imported = made["senast kört: import från Arbetsförmedlingen"]
    assert imported == (local_today(desk.house()).isoformat(), "")
    assert made["personuppgiftsincidenter under tiden"] == ("0", "")
    register.open_incident(desk.house(), kind="virus", text="Ett virus låg i en bilaga.")
    desk.clock.pass_time(days=4)
    late = figures(report(desk.house()))
    assert late["personuppgiftsincidenter under tiden"] == ("1", "")
    assert late["varav anmälda till tillsynsmyndigheten"] == ("0", "")
    assert late["personuppgiftsincidenter som inte är avslutade"] == (
        "1, varav 1 för sent",
        "late",
    )


def test_how_long_others_had_it_is_told_in_days(desk: Desk) -> None:
    sent = desk.approved(TUVA)
    desk.send(sent)
    plots = {plot.title: plot for plot in report(desk.house()).plots}
    assert plots["Från utlämnande till återkallelse, dagar per månad"].is_empty
    desk.clock.pass_time(days=3)
    with desk.house().engine.begin() as connection:
        connection.execute(update(disclosure).values(ended_at=desk.house().at()))
    plots = {plot.title: plot for plot in report(desk.house()).plots}
    days = plots["Från utlämnande till återkallelse, dagar per månad"]
    assert days.months[-1].values == (3,)


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
