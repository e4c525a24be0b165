"""Whatever a person says of what perhaps arrived: when its time is up it is out no more (A-69)."""

from __future__ import annotations

import dataclasses
from zoneinfo import ZoneInfo

import pytest

from connectors.onedrive_channel import OneDriveChannel
from lifecycle.disclosure import Stage
from lifecycle.errors import GallraError, NotProven, Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from records.engines import reading
from records.plans import Plan
from records.to_dos import open_to_dos
from tasks.house.doors import Door
from tasks.house.parts import House
from tasks.house.sealing import SEALERS
from tasks.proving.proof import verify_ledger
from tasks.sharing.finding_out import note_found_out
from tasks.sharing.register import entry
from tasks.sharing.steps import FIND_OUT
from tasks.sharing.withdrawing import withdraw, withdraw_due
from tests.factories import planning
from tests.factories.execution import TUVA, everywhere
from tests.factories.graph_worlds import onedrive_world
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
    desk.bring(planning.case("1000000001", TUVA))
    return desk


def lost(desk: Desk) -> Plan:
    """It arrives, and nobody says so."""
    plan = desk.approved(TUVA)
    desk.mail.failures.lost_answers = 1
    with pytest.raises(Unreachable):
        desk.send(plan)
    assert len(desk.mail.arrived) == 1
    return plan


def unsure(desk: Desk) -> Plan:
    """It arrives, nobody says so, and the channel takes nothing more."""
    plan = lost(desk)
    desk.mail.answers = [Refused("recipient_refused")]
    with pytest.raises(NotProven, match="perhaps_delivered"):
        desk.send(plan)
    assert desk.stage(plan) is Stage.PERHAPS_SENT
    return plan


def say(desk: Desk, plan: Plan, *, arrived: bool) -> Stage:
    _, second = desk.enrolled()
    return note_found_out(
        desk.house(), plan.ref, arrived=arrived, officer=second.handle, code=second.fresh()
    )


def questions(desk: Desk) -> list[str]:
    with reading(desk.house().engine) as connection:
        found = open_to_dos(connection, controller="academedia")
    return [one.ref for one in found if one.kind == FIND_OUT]


def is_out_no_more(desk: Desk, plan: Plan, stage: Stage) -> None:
    assert [one for one in desk.mail.arrived if one.content is not None] == []
    assert desk.stage(plan) is stage
    assert entry(desk.house(), plan.ref).state == PlanState.VOID
    assert questions(desk) == []
    assert withdraw_due(desk.house()) == []
    verify_ledger(desk.house())


@everywhere
@pytest.mark.parametrize("asked", [False, True])
def test_what_nobody_found_out_is_taken_back_when_its_time_is_up(desk: Desk, asked: bool) -> None:
    plan = unsure(desk) if asked else lost(desk)
    desk.clock.pass_time(days=18)
    assert withdraw_due(desk.house()) == []
    desk.clock.pass_time(days=1)
    [taken] = withdraw_due(desk.house())
    assert taken == (plan.ref, Stage.WITHDRAWN, "")
    is_out_no_more(desk, plan, Stage.WITHDRAWN)


@everywhere
def test_said_not_to_have_arrived_it_is_taken_back_at_once(desk: Desk) -> None:
    plan = unsure(desk)
    assert say(desk, plan, arrived=False) is Stage.PREPARED
    assert desk.mail.arrived == []
    desk.clock.pass_time(days=19)
    [taken] = withdraw_due(desk.house())
    assert taken == (plan.ref, Stage.ENDED, "")
    is_out_no_more(desk, plan, Stage.ENDED)


@everywhere
def test_said_to_have_arrived_it_is_taken_back_when_its_time_is_up(desk: Desk) -> None:
    plan = unsure(desk)
    assert say(desk, plan, arrived=True) is Stage.SENT
    assert desk.send(plan).stage is Stage.OPEN
    assert desk.received()
    desk.clock.pass_time(days=19)
    [taken] = withdraw_due(desk.house())
    assert taken == (plan.ref, Stage.WITHDRAWN, "")
    [told] = events(desk.house(), EventKind.DISCLOSURE_WITHDRAWN)
    assert (told["acted"], told["verified"]) == (1, 1)
    assert desk.mail.arrived == []


def test_said_to_have_arrived_where_nothing_lies_it_lies_with_the_recipient(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.mail.answers = [NotProven("perhaps_delivered")]
    with pytest.raises(NotProven):
        desk.send(plan)
    say(desk, plan, arrived=True)
    desk.clock.pass_time(days=19)
    [taken] = withdraw_due(desk.house())
    assert taken.stage is Stage.WITH_RECIPIENT


@everywhere
def test_a_channel_that_does_not_answer_keeps_it_on_the_list(desk: Desk) -> None:
    plan = unsure(desk)
    desk.mail.failures.unreachable = True
    assert say(desk, plan, arrived=False) is Stage.PREPARED
    with pytest.raises(Unreachable):
        desk.send(plan)
    with pytest.raises(Unreachable):
        withdraw(desk.house(), plan.ref)
    assert desk.stage(plan) is Stage.PREPARED, "something of it may be out"
    desk.clock.pass_time(days=19)
    [taken] = withdraw_due(desk.house())
    assert taken.failure == "channel_unreachable"
    desk.mail.failures.unreachable = False
    desk.mail.failures.refuse_withdrawal = True
    [taken] = withdraw_due(desk.house())
    assert taken.failure == "deletion_refused"
    assert len(desk.mail.arrived) == 1
    desk.mail.failures.refuse_withdrawal = False
    [taken] = withdraw_due(desk.house())
    assert taken.stage is Stage.ENDED
    is_out_no_more(desk, plan, Stage.ENDED)


@everywhere
def test_before_it_is_sent_anew_the_earlier_one_is_gone(desk: Desk) -> None:
    plan = unsure(desk)
    desk.mail.failures.unreachable = True
    say(desk, plan, arrived=False)
    desk.mail.failures.unreachable = False
    desk.mail.failures.refuse_withdrawal = True
    handed = len(desk.mail.handed)
    with pytest.raises(NotProven, match="deletion_refused"):
        desk.send(plan)
    assert len(desk.mail.handed) == handed, "two of them would be out"
    desk.mail.failures.refuse_withdrawal = False
    [earlier] = [one.ref for one in desk.mail.arrived]
    assert desk.send(plan).stage is Stage.OPEN
    [later] = [one.ref for one in desk.mail.arrived]
    assert earlier != later
    assert desk.received()


def test_what_is_void_by_now_is_taken_back_all_the_same(desk: Desk) -> None:
    plan = unsure(desk)
    desk.mail.failures.unreachable = True
    say(desk, plan, arrived=False)
    desk.mail.failures.unreachable = False
    desk.contact = desk.contact.model_copy(update={"email": "annan@example.se"})
    with pytest.raises(Refused, match="plan_changed"):
        desk.send(plan)
    is_out_no_more(desk, plan, Stage.ENDED)


def test_where_nobody_can_look_a_person_is_still_asked(
    build: Builder, standing_clock: StandingClock
) -> None:
    desk = Desk(build, standing_clock, mail=RecordingChannel(place=MAIL, takes_back=False))
    desk.bring(planning.case("1000000001", TUVA))
    plan = lost(desk)
    desk.clock.pass_time(days=19)
    for _ in range(3):
        [taken] = withdraw_due(desk.house())
        assert taken.failure == "perhaps_delivered"
        assert desk.stage(plan) is Stage.PERHAPS_SENT
        assert questions(desk) == [plan.ref]
    assert len(events(desk.house(), EventKind.DISCLOSURE_WITHDRAWAL_ASKED)) == 1
    say(desk, plan, arrived=True)
    [taken] = withdraw_due(desk.house())
    assert taken.stage is Stage.WITH_RECIPIENT


@pytest.mark.parametrize("said", [None, True, False])
def test_a_share_whose_answer_was_lost_ends_whatever_is_said(
    build: Builder, standing_clock: StandingClock, said: bool | None
) -> None:
    """With a container and a channel as they are outside."""
    with onedrive_world() as cloud:
        channel = OneDriveChannel(
            cloud.folder(), place=MAIL, zone=ZoneInfo("Europe/Stockholm"), now=standing_clock
        )

        def outside(house: House) -> House:
            ways = {**house.doors.ways, MAIL: Door(name=MAIL, kind="smtp", channel=channel)}
            doors = dataclasses.replace(house.doors, sealers=SEALERS, ways=ways)
            return dataclasses.replace(house, doors=doors)

        desk = Desk(build, standing_clock, change=outside)
        desk.bring(planning.case("1000000001", TUVA))
        plan = desk.approved(TUVA)
        cloud.graph.behaviour.lose_answers_of.append("/createLink")
        with pytest.raises(Unreachable):
            desk.send(plan)
        assert [one for one in cloud.graph.paths(cloud.inbox).values() if one.permissions]
        if said is not None:
            desk.contact = desk.contact.model_copy(update={"email": "annan@example.se"})
            with pytest.raises(GallraError, match="perhaps_delivered"):
                desk.send(plan)  # it is not what was agreed to any more
            say(desk, plan, arrived=said)
        desk.clock.pass_time(days=19)
        [taken] = withdraw_due(desk.house())
        assert taken.failure == ""
        assert taken.stage is (Stage.ENDED if said is False else Stage.WITHDRAWN)
        assert cloud.graph.paths(cloud.inbox) == {}
