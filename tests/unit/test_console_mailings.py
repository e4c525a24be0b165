"""`gallra mailing`: which mailings a policy names, also where it names none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from console.main import app
from console.output import Exit
from tests.factories.notices import policy_of


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))


def gallra(controller: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["mailing", "list", *arguments, "-c", controller])


def test_the_mailings_of_a_policy_are_listed() -> None:
    rules = policy_of("bergqvist").mailings
    assert rules is not None
    told = json.loads(gallra("bergqvist", "--json").stdout)
    assert [one["name"] for one in told["mailings"]] == list(rules.lists)
    assert all(name in gallra("bergqvist").stdout for name in rules.lists)


def test_where_a_policy_names_none_that_is_said_and_no_other_is_made(tmp_path: Path) -> None:
    assert policy_of("tommerup").mailings is None
    shown = gallra("tommerup")
    assert (shown.exit_code, shown.stderr) == (Exit.DONE, "")
    assert "none may be sent" in shown.stdout
    assert json.loads(gallra("tommerup", "--json").stdout) == {"mailings": []}
    made = gallra("tommerup", "courses", "--to", str(tmp_path / "list.csv"))
    assert (made.exit_code, "mailing_unknown" in made.stderr) == (Exit.REFUSED, True)
    assert not (tmp_path / "list.csv").exists()
