"""Where copies are made, one that is old is told of; where none ever was, nobody is reminded."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.copies.folders import EVERYTHING, What
from tasks.copies.making import back_up
from tasks.house.parts import House
from tasks.proving.proof import witness
from tasks.watching.daily import COPY_MAY_BE_OLD, COPY_OLD, watch
from tests.factories.databases import PostgresServer
from tests.factories.houses import build, dialect, house, surroundings
from tests.factories.keys import StandingClock

__all__ = ["build", "dialect", "house", "surroundings"]


@pytest.fixture
def folders(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> dict[What, Path]:
    if house.engine.dialect.name == "postgresql":
        server: PostgresServer = request.getfixturevalue("session_postgres")
        monkeypatch.setenv("PATH", f"{server.programs}{os.pathsep}{os.environ['PATH']}")
    made: dict[What, Path] = {what: tmp_path / f"copies-of-{what}" for what in EVERYTHING}
    for folder in made.values():
        folder.mkdir()
    return made


def old(house: House) -> set[str]:
    """Of what the newest copy is told to be old; the ledger is witnessed before the look."""
    witness(house)
    standing = [(alarm.kind, alarm.ref) for alarm in watch(house).standing]
    assert {kind for kind, _ in standing} <= {COPY_OLD}
    return {ref for _, ref in standing}


def test_each_kind_is_old_eight_days_after_its_newest_copy(
    house: House, standing_clock: StandingClock, folders: dict[What, Path]
) -> None:
    standing_clock.instant += COPY_MAY_BE_OLD * 2
    assert old(house) == set(), "nobody is reminded of what was never begun"
    for what, folder in folders.items():
        back_up(house, what, folder, same_volume=True)
    standing_clock.instant += COPY_MAY_BE_OLD
    assert old(house) == set()
    back_up(house, "keys", folders["keys"], same_volume=True)
    standing_clock.instant += timedelta(seconds=1)
    assert old(house) == {"records", "ledger"}
    back_up(house, "records", folders["records"], same_volume=True)
    assert old(house) == {"ledger"}
    back_up(house, "ledger", folders["ledger"])
    assert old(house) == set()


def test_a_copy_that_could_not_be_made_is_none(
    house: House, standing_clock: StandingClock, folders: dict[What, Path]
) -> None:
    back_up(house, "ledger", folders["ledger"])
    standing_clock.instant += COPY_MAY_BE_OLD + timedelta(days=1)
    folders["ledger"].rename(folders["ledger"].with_name("away"))
    with pytest.raises(Exception, match="backup_folder_missing"):
        back_up(house, "ledger", folders["ledger"])
    assert old(house) == {"ledger"}
