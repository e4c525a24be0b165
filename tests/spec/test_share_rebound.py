"""Where a channel leads elsewhere than when something was sent by it, nothing is called gone."""

from __future__ import annotations

import dataclasses

import pytest

from lifecycle.disclosure import Stage
from lifecycle.errors import GallraError, Misconfigured, Unreachable
from lifecycle.ledger import EventKind
from records.plans import Plan
from tasks.house.doors import Door
from tasks.house.parts import House
from tasks.proving.proof import verify_ledger
from tasks.sharing.withdrawing import overdue, withdraw, withdraw_due
from tests.factories import planning
from tests.factories.execution import TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import MAIL, Desk, RecordingChannel

__all__ = ["build", "dialect", "house"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


class Rebinding:
    """Whoever writes the bindings: by what the channel is bound now."""

    def __init__(self, build: Builder, clock: StandingClock) -> None:
        self.door = Door(name=MAIL, kind="smtp", channel=RecordingChannel(place=MAIL), leads_to="a")
        self.desk = Desk(build, clock, mail=self.channel, change=self.bound)
        self.desk.bring(planning.case("1000000001", TUVA))

    @property
    def channel(self) -> RecordingChannel:
        assert isinstance(self.door.channel, RecordingChannel)
        return self.door.channel

    def bound(self, house: House) -> House:
        ways = {**house.doors.ways, MAIL: self.door}
        return dataclasses.replace(house, doors=dataclasses.replace(house.doors, ways=ways))

    def elsewhere(self) -> Door:
        """Another folder, in which nothing ever lay; returns how it was bound before."""
        before = self.door
        self.door = dataclasses.replace(
            before, channel=RecordingChannel(place=MAIL), leads_to="another folder"
        )
        return before


@pytest.fixture
def office(build: Builder, standing_clock: StandingClock) -> Rebinding:
    return Rebinding(build, standing_clock)


def is_not_called_gone(office: Rebinding, plan: Plan, stage: Stage) -> None:
    desk = office.desk
    with pytest.raises(Misconfigured, match="channel_rebound"):
        withdraw(desk.house(), plan.ref)
    [taken] = withdraw_due(desk.house())
    assert taken == (plan.ref, stage, "channel_rebound")
    assert desk.stage(plan) is stage
    assert [one.ref for one in overdue(desk.house())] == [plan.ref]
    assert events(desk.house(), EventKind.DISCLOSURE_WITHDRAWN) == []


@everywhere
def test_what_was_sent_elsewhere_is_not_called_gone(office: Rebinding) -> None:
    desk, plan = office.desk, office.desk.approved(TUVA)
    assert desk.send(plan).stage is Stage.OPEN
    desk.clock.pass_time(days=19)
    before = office.elsewhere()
    is_not_called_gone(office, plan, Stage.OPEN)
    office.door = before
    [taken] = withdraw_due(desk.house())
    assert taken == (plan.ref, Stage.WITHDRAWN, "")
    assert office.channel.arrived == []
    verify_ledger(desk.house())


def test_what_perhaps_went_elsewhere_is_not_called_gone(office: Rebinding) -> None:
    desk, plan = office.desk, office.desk.approved(TUVA)
    office.channel.failures.lost_answers = 1
    with pytest.raises(Unreachable):
        desk.send(plan)
    desk.clock.pass_time(days=19)
    before = office.elsewhere()
    is_not_called_gone(office, plan, Stage.SENDING)
    with pytest.raises(GallraError):
        desk.send(plan)  # it is not what was agreed to any more
    is_not_called_gone(office, plan, Stage.PERHAPS_SENT)
    office.door = before
    [taken] = withdraw_due(desk.house())
    assert taken == (plan.ref, Stage.WITHDRAWN, "")
    assert office.channel.arrived == []


def test_what_never_left_ends_wherever_its_channel_leads(office: Rebinding) -> None:
    desk, plan = office.desk, office.desk.approved(TUVA)
    office.elsewhere()
    assert withdraw(desk.house(), plan.ref).stage is Stage.ENDED


def test_what_is_bound_under_another_name_is_another_way(office: Rebinding) -> None:
    """Whatever the table says of the channel by which it went."""
    desk, plan = office.desk, office.desk.approved(TUVA)
    desk.send(plan)
    office.door = dataclasses.replace(office.door, name="another")
    with pytest.raises(Misconfigured, match="channel_rebound"):
        withdraw(desk.house(), plan.ref)
