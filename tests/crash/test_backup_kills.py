"""A copy that is being made, or put back, and is killed anywhere: the old one or the new one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from lifecycle.ledger import EventKind
from records import copies
from tasks.copies.making import back_up
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tests.crash.killing import Ending, KillPoint, run_killed, spread, survey, sweep, why_no_strace
from tests.factories import planning
from tests.factories.houses import PEOPLE
from tests.factories.lived_records import settings_of

ROOT = Path(__file__).resolve().parents[2]
POINTS = 20
GALLRA = (sys.executable, "-m", "console.main")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(why_no_strace() is not None, reason=str(why_no_strace())),
]


@dataclass(frozen=True)
class Place:
    """A home, and the folder with its copies."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return settings_of(self.folder / "home")

    @property
    def env(self) -> dict[str, str]:
        home = str(self.folder / "home")
        return {**os.environ, "GALLRA_HOME": home, "PYTHONPATH": str(ROOT)}

    @property
    def copies(self) -> list[Path]:
        """What lies in the folder, unfinished ones among it."""
        return sorted((self.folder / "copies").iterdir())

    @property
    def records(self) -> Path:
        return self.folder / "home" / "records" / "records.db"

    def another(self, folder: Path) -> Place:
        shutil.copytree(self.folder, folder)
        return Place(folder)

    def size(self) -> int:
        """Events of the ledger that lies there now."""
        head = copies.check(self.records, "records", ending="db").head
        assert head is not None
        return head.size


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A home whose records have gone on since their last copy."""
    place = Place(tmp_path_factory.mktemp("killed") / "template")
    (place.folder / "copies").mkdir(parents=True)
    with open_house("academedia", settings=place.settings) as house:
        planning.bring(house, planning.case("1000000001", PEOPLE["Tuva"]))
        back_up(house, "records", place.folder / "copies")
        with house.work() as work:
            work.record(EventKind.RULES_APPLIED, acted=1)
            work.commit()
    return place


def killed(
    place: Place, folder: Path, point: KillPoint, command: Sequence[str]
) -> tuple[Place, Ending]:
    mine = place.another(folder / f"{point.syscall}-{point.number}")
    run = run_killed(filled(command, mine), point, env=mine.env, cwd=ROOT)
    assert run.ending is not Ending.FAILED, run.output
    return mine, run.ending


def run_again(place: Place, command: Sequence[str]) -> None:
    done = subprocess.run(
        filled(command, place), env=place.env, cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def filled(command: Sequence[str], place: Place) -> list[str]:
    return [*GALLRA, *(part.replace("{place}", str(place.folder)) for part in command)]


def looked(place: Place, folder: Path, command: Sequence[str]) -> list[KillPoint]:
    mine = place.another(folder / "survey")
    touched = [mine.folder / "copies", mine.folder / "home"]
    found = survey(filled(command, mine), env=mine.env, folders=touched, cwd=ROOT)
    assert len(found) > POINTS
    return spread(found, POINTS)


@pytest.mark.timeout(600)
def test_a_copy_in_the_making_leaves_whole_ones_alone(place: Place, tmp_path: Path) -> None:
    command = ("backup", "records", "--to", "{place}/copies", "--keep", "1")
    [older] = place.copies

    def one(point: KillPoint) -> bool:
        mine, ending = killed(place, tmp_path, point, command)
        named = [file for file in mine.copies if not file.name.startswith(".")]
        assert named, f"{point}: no copy is left"
        for file in named:
            copies.check(file, "records", ending="db")
        run_again(mine, command)
        [newest] = mine.copies
        assert newest.name > older.name
        return ending is Ending.KILLED

    assert sum(sweep(looked(place, tmp_path, command), one)) >= POINTS // 2


@pytest.mark.timeout(600)
def test_what_is_put_back_is_the_old_one_or_the_new_one(place: Place, tmp_path: Path) -> None:
    [copy] = place.copies
    command = ("restore", "records", f"{{place}}/copies/{copy.name}", "--replace")
    old = place.size()
    held = copies.check(copy, "records", ending="db").head
    assert held is not None
    assert held.size < old

    def one(point: KillPoint) -> bool:
        mine, ending = killed(place, tmp_path, point, command)
        assert mine.size() in (old, held.size), f"{point}: half a database"
        run_again(mine, command)
        assert mine.size() == held.size
        aside = list(mine.records.parent.glob("records.db.aside-*"))
        assert aside
        assert not any(each.samefile(mine.records) for each in aside)
        assert not [each for each in mine.records.parent.iterdir() if each.name.startswith(".")]
        return ending is Ending.KILLED

    assert sum(sweep(looked(place, tmp_path, command), one)) >= POINTS // 2
