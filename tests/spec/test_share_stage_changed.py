"""No column ends the duty to take back what is out, or to have it deleted (A-69)."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from lifecycle.disclosure import Stage
from lifecycle.errors import LedgerFailure, Unreachable
from lifecycle.ledger import EventKind
from records.engines import reading
from records.plans import Plan
from records.tables import disclosure, ledger_event
from records.to_dos import open_to_dos
from tasks.proving.proof import verify_ledger
from tasks.proving.stages_told import NOT_IN_LEDGER
from tasks.sharing.finding_out import confirm_deleted
from tasks.sharing.withdrawing import overdue, withdraw, withdraw_due
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import MAIL, Desk, RecordingChannel

__all__ = ["build", "dialect", "house"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def change(desk: Desk, plan: Plan, **columns: object) -> None:
    """Somebody who can write our tables, and has no key of the ledger."""
    with desk.house().engine.begin() as connection:
        connection.execute(
            update(disclosure).where(disclosure.c.plan_id == plan.number).values(columns)
        )


def told_to_people(desk: Desk) -> list[str]:
    with reading(desk.house().engine) as connection:
        found = open_to_dos(connection, controller="academedia")
    return [one.ref for one in found if one.kind == NOT_IN_LEDGER]


@everywhere
@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize(
    "columns",
    [
        {"stage": "withdrawn"},
        {"stage": "ended"},
        {"stage": "deleted"},
        {"stage": "prepared"},
        {"stage": "with_recipient"},
        {"stage": "gone fishing"},
        {"until_on": "2099-12-31"},
    ],
    ids=lambda columns: next(iter(columns.values())).replace(" ", "-"),
)
def test_what_is_out_is_taken_back_whatever_its_columns_say(
    desk: Desk, columns: dict[str, str], by_name: bool
) -> None:
    plan = desk.approved(TUVA)
    assert desk.send(plan).stage is Stage.OPEN
    change(desk, plan, **columns)
    desk.clock.pass_time(days=19)
    taken = [withdraw(desk.house(), plan.ref)] if by_name else withdraw_due(desk.house())
    assert taken == [(plan.ref, Stage.WITHDRAWN, "")]
    assert desk.mail.arrived == []
    assert told_to_people(desk) == [plan.ref]
    assert withdraw_due(desk.house()) == []
    assert len(events(desk.house(), EventKind.DISCLOSURE_WITHDRAWN)) == 1
    verify_ledger(desk.house())


def test_a_container_that_perhaps_arrived_is_not_forgotten(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.mail.failures.lost_answers = 1
    with pytest.raises(Unreachable):
        desk.send(plan)
    change(desk, plan, stage="ended")
    desk.clock.pass_time(days=19)
    assert withdraw_due(desk.house()) == [(plan.ref, Stage.WITHDRAWN, "")]
    assert desk.mail.arrived == []


@pytest.mark.parametrize("stage", ["withdrawn", "deleted", "ended"])
def test_who_has_it_is_asked_to_delete_it_whatever_its_columns_say(
    build: Builder, standing_clock: StandingClock, stage: str
) -> None:
    desk = Desk(build, standing_clock, mail=RecordingChannel(place=MAIL, takes_back=False))
    desk.bring(planning.case("1000000001", TUVA))
    plan = desk.approved(TUVA)
    desk.send(plan)
    desk.clock.pass_time(days=19)
    assert withdraw_due(desk.house()) == [(plan.ref, Stage.WITH_RECIPIENT, "")]
    asked = len(desk.mail.handed)
    change(desk, plan, stage=stage, reminded_on="2099-12-31")
    desk.clock.pass_time(days=7)
    assert withdraw_due(desk.house()) == [(plan.ref, Stage.WITH_RECIPIENT, "")]
    assert len(desk.mail.handed) == asked + 1
    assert [one.ref for one in overdue(desk.house())] == [plan.ref]


def test_nobody_is_led_to_confirm_what_is_still_out(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.send(plan)
    change(desk, plan, stage="with_recipient")
    _, second = desk.enrolled()
    confirm_deleted(desk.house(), plan.ref, officer=second.handle, code=second.fresh())
    desk.clock.pass_time(days=19)
    assert withdraw_due(desk.house()) == [(plan.ref, Stage.WITHDRAWN, "")]
    assert desk.mail.arrived == []


def test_a_ledger_that_was_changed_too_keeps_no_other_waiting(desk: Desk) -> None:
    plan, other = desk.approved(TUVA), desk.approved(OMAR)
    desk.send(plan)
    desk.send(other)
    change(desk, plan, stage="withdrawn")
    with desk.house().engine.begin() as connection:
        connection.execute(
            update(ledger_event).where(ledger_event.c.position == 2).values(body=b"{}")
        )
    desk.clock.pass_time(days=19)
    with pytest.raises(LedgerFailure, match="event_changed"):
        withdraw_due(desk.house())
    assert desk.stage(other) is Stage.WITHDRAWN
    assert desk.stage(plan) is Stage.WITHDRAWN, "by its column: what the ledger says nobody knows"
    assert len(desk.mail.arrived) == 1


def test_what_stands_as_the_ledger_says_troubles_nobody(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.send(plan)
    assert withdraw_due(desk.house()) == []
    assert told_to_people(desk) == []
    assert desk.stage(plan) is Stage.OPEN
