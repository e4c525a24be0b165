"""Two school groups on one installation: each has witnesses, folders and plans of its own."""

from __future__ import annotations

from pathlib import Path

from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.proving.keys import rotate_keys
from tasks.proving.proof import verify_ledger, witness
from tests.factories.databases import NewDatabase
from tests.factories.houses import test_settings
from tests.factories.keys import StandingClock

CONTROLLERS = ("tommerup", "academedia", "bergqvist", "behandlingsskolerne")


def opened(settings: Settings, clock: StandingClock, controller: str) -> House:
    with open_house(controller, settings=settings, now=clock) as house:
        witness(house)
        verify_ledger(house)
        return house


def test_none_of_them_keeps_another_from_its_witness(
    new_database: NewDatabase, tmp_path: Path, standing_clock: StandingClock
) -> None:
    settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    for _ in range(2):
        for controller in CONTROLLERS:
            house = opened(settings, standing_clock, controller)
            standing_clock.pass_time(minutes=1)
    assert len({sink.name for sink in house.witnesses}) == len(house.witnesses)
    with open_house("academedia", settings=settings, now=standing_clock) as house:
        assert list(house.staging.list_items()) == [], "the folder was made for the second one too"
        rotate_keys(house)
    opened(settings, standing_clock, "tommerup")


def test_a_folder_that_goes_later_is_not_made_anew(
    new_database: NewDatabase, tmp_path: Path, standing_clock: StandingClock
) -> None:
    settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    opened(settings, standing_clock, "tommerup")
    opened(settings, standing_clock, "academedia")
    folder = tmp_path / "home" / "staging"
    folder.rmdir()
    opened(settings, standing_clock, "academedia")
    assert not folder.exists()
