"""`gallra today`, as it is typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

import tasks.house.wiring
from console.main import app
from console.output import Exit
from tasks.house.parts import House
from tasks.incidents import people as register
from tests.factories.houses import build, dialect, house
from tests.factories.keys import StandingClock

__all__ = ["build", "dialect", "house"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def at_home(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def same(*_: object, **__: object) -> Iterator[House]:
        yield house

    monkeypatch.setattr(tasks.house.wiring, "open_house", same)
    monkeypatch.setenv("COLUMNS", "250")


def test_a_quiet_day_ends_well_and_a_late_incident_does_not(
    house: House, standing_clock: StandingClock
) -> None:
    quiet = CliRunner().invoke(app, ["today"])
    assert quiet.exit_code == Exit.DONE
    assert "Ingen behöver göra något just nu." in quiet.stdout
    assert "rader importerade i dag · rows imported today" in quiet.stdout
    ref = register.open_incident(house, kind="virus", text="Ett virus låg i en bilaga.")
    standing_clock.pass_time(hours=73)
    late = CliRunner().invoke(app, ["today"])
    assert late.exit_code == Exit.ATTENTION
    assert "RÖTT · RED" in late.stdout
    assert f"gallra incident show {ref}" in late.stdout
    told = json.loads(CliRunner().invoke(app, ["today", "--json"]).stdout)
    assert told["figures"]["open incidents"] == 1
    assert {
        "red": True,
        "what": "incident: too late to the authority",
        "number": 1,
        "who": "",
        "until": told["needs"][0]["until"],
        "command": f"gallra incident show {ref}",
    } in told["needs"]
