"""A disclosure that is cut off before and after each of its steps is sent once, never without its
password for good, and leaves nothing lying about; run again it comes to its end."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest

from connectors.channel import Delivered, Parcel
from connectors.onedrive_channel import OneDriveChannel
from lifecycle.disclosure import Stage
from lifecycle.errors import NotProven, Unreachable
from records import leases
from records.plans import Plan
from records.unit_of_work import UnitOfWork
from tasks.house.doors import Door
from tasks.house.parts import House
from tasks.house.sealing import SEALERS
from tasks.proving.proof import verify_ledger
from tasks.sharing import disclosing, sending_containers, sending_passwords, withdrawing
from tasks.sharing.finding_out import note_found_out
from tasks.sharing.withdrawing import withdraw
from tests.crash.cut_off import Cut, Step
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.graph_worlds import onedrive_world
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import MAIL, Desk, RecordingChannel, password_in, unseal

__all__ = ["build", "dialect", "house"]

SENDING: list[Step] = [
    Step(disclosing, "clear_outgoing"),
    Step(disclosing, "require_attested"),
    Step(disclosing, "_begin"),
    Step(sending_containers, "seal_content"),
    *(Step(UnitOfWork, "commit", number) for number in range(1, 8)),
    Step(RecordingChannel, "deliver", 1),
    Step(RecordingChannel, "deliver", 2),
    Step(RecordingChannel, "standing"),
    Step(sending_passwords, "close_as_sent"),
    Step(disclosing, "clear_outgoing", 2),
    Step(disclosing, "destroy_keys"),
    Step(disclosing, "scrub"),
]
WITHDRAWING: list[Step] = [
    Step(RecordingChannel, "withdraw"),
    Step(RecordingChannel, "standing"),
    Step(withdrawing, "_note_taken"),
    *(Step(UnitOfWork, "commit", number) for number in range(1, 3)),
]


class BlindChannel(RecordingChannel):
    """Nobody can look there: what it began to send once it does not send again."""

    def deliver(self, parcel: Parcel) -> Delivered:
        if parcel.ref in {known.ref for known, _ in self.handed}:
            raise NotProven("perhaps_delivered")
        return super().deliver(parcel)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def cut_off(desk: Desk, plan: Plan, step: Step, *, after: bool, back: bool = False) -> bool:
    """Run it until it is cut off there, as a run of its own; whether it came that far."""
    cut = Cut(step, after=after)
    with pytest.MonkeyPatch.context() as patch:
        whole = getattr(step.owner, step.name)
        patch.setattr(step.owner, step.name, cut._cutting(whole))
        with suppress(KeyboardInterrupt):
            if back:
                withdraw(desk.house(), plan.ref)
            else:
                desk.send(plan)
    leases.forget_dead(desk.house().engine)
    return cut.reached


def containers(channel: RecordingChannel) -> list[bytes]:
    return [one.content for one in channel.arrived if one.content is not None]


def nothing_readable(desk: Desk) -> None:
    """What a killed run left in the outgoing folder is sealed."""
    folder = desk.house().doors.outgoing
    for file in folder.iterdir() if folder.exists() else ():
        assert file.read_bytes().startswith(b"SEALED")
        assert TUVA[1].encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def start_anew(desk: Desk) -> None:
    for channel in (desk.mail, desk.text):
        channel._arrived.clear()
        channel.handed.clear()


EVERYDAY = [
    Step(sending_containers, "seal_content"),
    Step(UnitOfWork, "commit", 3),
    Step(RecordingChannel, "deliver", 1),
    Step(RecordingChannel, "deliver", 2),
]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(EVERYDAY, id="around-the-deliveries"),
        pytest.param(
            [step for step in SENDING if step not in EVERYDAY],
            id="everywhere-else",
            marks=pytest.mark.long,
        ),
    ],
)
def test_cut_off_anywhere_it_is_sent_once_and_whole(desk: Desk, steps: list[Step]) -> None:
    missed = []
    for step in steps:
        for after in (False, True):
            plan = desk.approved(TUVA)
            if not cut_off(desk, plan, step, after=after):
                missed.append((str(step), after))
            assert len(containers(desk.mail)) <= 1
            assert len(desk.text.arrived) <= len(containers(desk.mail))
            nothing_readable(desk)
            assert desk.send(plan).stage is Stage.OPEN
            [content] = containers(desk.mail)
            assert unseal(content, password_in(desk.text.arrived))
            assert len(desk.text.arrived) == 1
            desk.outgoing_is_empty()
            start_anew(desk)
    verify_ledger(desk.house())
    assert missed == []


def test_cut_off_on_a_way_on_which_nobody_can_look_a_person_finds_out(desk: Desk) -> None:
    desk.mail = BlindChannel(place=MAIL)
    _, second = desk.enrolled()
    for after in (False, True):
        plan = desk.approved(TUVA)
        step = Step(RecordingChannel, "deliver")
        assert cut_off(desk, plan, step, after=after)
        if not after:  # nothing was handed over yet
            assert desk.send(plan).stage is Stage.OPEN
            start_anew(desk)
            continue
        for _ in range(2):
            with pytest.raises(NotProven, match="perhaps_delivered"):
                desk.send(plan)
        assert len(desk.mail.arrived) == len(desk.mail.handed) == 1
        assert desk.text.handed == []
        note_found_out(
            desk.house(), plan.ref, arrived=True, officer=second.handle, code=second.fresh()
        )
        assert desk.send(plan).stage is Stage.OPEN
        assert len(desk.mail.handed) == 1
        assert desk.received()


def test_cut_off_while_it_is_taken_back_it_is_gone_in_the_end(desk: Desk) -> None:
    for step in WITHDRAWING:
        for after in (False, True):
            plan = desk.approved(TUVA)
            desk.send(plan)
            assert cut_off(desk, plan, step, after=after, back=True), (str(step), after)
            assert desk.stage(plan) is not Stage.WITHDRAWN or not containers(desk.mail)
            assert withdraw(desk.house(), plan.ref).stage is Stage.WITHDRAWN
            assert containers(desk.mail) == []
            desk.outgoing_is_empty()
            start_anew(desk)
    verify_ledger(desk.house())


def test_cut_off_while_what_nobody_knows_of_is_taken_back_it_is_gone_in_the_end(
    desk: Desk,
) -> None:
    for step in WITHDRAWING:
        for after in (False, True):
            plan = desk.approved(TUVA)
            desk.mail.failures.lost_answers = 1
            with pytest.raises(Unreachable):
                desk.send(plan)
            assert cut_off(desk, plan, step, after=after, back=True), (str(step), after)
            assert desk.stage(plan) is not Stage.WITHDRAWN or not containers(desk.mail)
            assert withdraw(desk.house(), plan.ref).stage is Stage.WITHDRAWN
            assert containers(desk.mail) == []
            desk.outgoing_is_empty()
            start_anew(desk)
    verify_ledger(desk.house())


def test_a_share_whose_answer_was_lost_is_found_and_taken_back(
    build: Builder, standing_clock: StandingClock
) -> None:
    """With a container and a channel as they are outside: one that looks for the very bytes."""
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
        assert desk.send(plan).stage is Stage.OPEN
        [shared] = [i for i in cloud.graph.paths(cloud.inbox).values() if i.permissions]
        assert len(shared.permissions) == len(shared.letters) == len(desk.text.arrived) == 1
        assert withdraw(desk.house(), plan.ref).stage is Stage.WITHDRAWN
        assert cloud.graph.paths(cloud.inbox) == {}
