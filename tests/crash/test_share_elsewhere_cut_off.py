"""A disclosure out of another system that is cut off between reading and sending, or anywhere else,
is sent once and whole, and leaves nothing that anybody could read."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from connectors.memory_system import MemorySystem
from lifecycle.disclosure import Stage
from records import leases
from records.plans import Plan
from records.unit_of_work import UnitOfWork
from tasks.proving.proof import verify_ledger
from tasks.sharing import parcels as disclosure_parcels
from tasks.sharing import sending_containers
from tests.crash.cut_off import Cut, Step
from tests.factories import planning
from tests.factories.execution import TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing import RecordingChannel, password_in, unseal
from tests.factories.sharing_elsewhere import NICK, School

__all__ = ["build", "dialect", "house"]

STEPS = [
    Step(MemorySystem, "read_out"),
    Step(disclosure_parcels, "take_out"),
    Step(disclosure_parcels, "require_as_agreed"),
    Step(sending_containers, "seal_content"),
    *(Step(UnitOfWork, "commit", number) for number in range(1, 5)),
    Step(RecordingChannel, "deliver", 1),
    Step(RecordingChannel, "deliver", 2),
]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def school(build: Builder, standing_clock: StandingClock) -> School:
    school = School(build, standing_clock)
    school.bring(planning.case("1000000001", TUVA))
    school.in_novo(TUVA)
    school.look()
    return school


def cut_off(school: School, plan: Plan, step: Step, *, after: bool) -> bool:
    cut = Cut(step, after=after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step.owner, step.name, cut._cutting(getattr(step.owner, step.name)))
        with suppress(KeyboardInterrupt):
            school.send(plan)
    leases.forget_dead(school.house().engine)
    return cut.reached


def in_clear(folder: Path) -> list[Path]:
    """Files in which the value can be read."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if NICK.encode() in file.read_bytes()]


def containers(school: School) -> list[bytes]:
    return [one.content for one in school.mail.arrived if one.content is not None]


def test_cut_off_anywhere_it_is_sent_once_and_nothing_readable_stays(
    school: School, tmp_path: Path
) -> None:
    missed = []
    for step in STEPS:
        for after in (False, True):
            plan = school.agreed()
            if not cut_off(school, plan, step, after=after):
                missed.append((str(step), after))
            assert in_clear(tmp_path) == [], (str(step), after)
            assert len(containers(school)) <= 1
            assert school.send(plan).stage is Stage.OPEN
            [content] = containers(school)
            cells = unseal(content, password_in(school.text.arrived))
            assert [cell.value for cell in cells] == [NICK]
            assert len(school.text.arrived) == 1
            school.outgoing_is_empty()
            for channel in (school.mail, school.text):
                channel._arrived.clear()
                channel.handed.clear()
    assert missed == []
    verify_ledger(school.house())


def test_a_record_that_changes_while_it_is_cut_off_is_not_sent(
    school: School, tmp_path: Path
) -> None:
    for step in (Step(disclosure_parcels, "take_out"), Step(disclosure_parcels, "_own_cells")):
        plan = school.agreed()
        assert cut_off(school, plan, step, after=True)
        record = school.novo.find("novo-Tuva")
        assert record is not None
        record.fields["identity"]["name"] += "!"
        with pytest.raises(Exception, match=r"^record_changed novo$"):
            school.send(plan)
        school.nothing_left()
        assert in_clear(tmp_path) == []
        record.fields["identity"]["name"] = NICK
