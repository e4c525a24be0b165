"""The watchdog's timer looks at every controller of the house, whatever is wrong with one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.main import app
from tests.factories.houses import ROOT


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """`gallra` in a home of its own, with bindings that can be changed."""
    shutil.copytree(ROOT / "deployments" / "systems", tmp_path / "systems")
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GALLRA_SYSTEMS", str(tmp_path / "systems"))
    return CliRunner()


def begin(command: CliRunner, *controllers: str) -> None:
    for each in controllers:
        done = command.invoke(app, ["init", "--controller", each])
        assert done.exit_code == 0, done.output


def test_each_that_has_begun_is_looked_at(command: CliRunner, tmp_path: Path) -> None:
    begin(command, "academedia", "tommerup")
    calm = command.invoke(app, ["watch", "--all"])
    assert calm.exit_code == 0, calm.output
    assert calm.output.split("\n")[:4] == ["academedia:", "No alarm.", "tommerup:", "No alarm."]
    (tmp_path / "home" / "staging").rmdir()
    (tmp_path / "home" / "staging").write_bytes(b"no folder")
    alarmed = command.invoke(app, ["watch", "--all"])
    assert alarmed.exit_code == 1, alarmed.output
    first, second = alarmed.output.split("tommerup:")
    assert "staging_unreachable" in first
    assert second.strip() == "No alarm."


def test_one_that_cannot_be_looked_at_keeps_nobody_from_it(
    command: CliRunner, tmp_path: Path
) -> None:
    begin(command, "academedia", "tommerup")
    (tmp_path / "systems" / "academedia.yaml").write_text("nonsense: {", encoding="utf-8")
    seen = command.invoke(app, ["watch", "--all"])
    assert seen.exit_code == 4, seen.output
    assert "tommerup:\nNo alarm." in seen.output


def test_a_script_reads_an_object_for_each(command: CliRunner) -> None:
    begin(command, "academedia", "tommerup")
    seen = command.invoke(app, ["watch", "--all", "--json"])
    assert seen.exit_code == 0, seen.output
    first, end = json.JSONDecoder().raw_decode(seen.output)
    second = json.loads(seen.output[end:])
    assert [first["controller"], second["controller"]] == ["academedia", "tommerup"]
    assert first["alarms"] == second["alarms"] == []


def test_where_nobody_has_begun_or_the_records_are_gone_silence_is_no_good_sign(
    command: CliRunner,
) -> None:
    seen = command.invoke(app, ["watch", "--all"])
    assert seen.exit_code == 1
    assert "Nobody has begun here" in seen.output


def test_whose_policy_is_gone_is_not_passed_over(
    command: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its people are still in the records, and nothing of theirs runs any more."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    monkeypatch.setenv("GALLRA_POLICIES", str(tmp_path / "policies"))
    begin(command, "academedia", "tommerup")
    (tmp_path / "policies" / "tommerup.yaml").unlink()
    seen = command.invoke(app, ["watch", "--all"])
    assert seen.exit_code not in (0, 1), seen.output
    assert "academedia:\nNo alarm.\ntommerup:\n" in seen.output
    assert "tommerup" in command.invoke(app, ["doctor", "--all"]).output
