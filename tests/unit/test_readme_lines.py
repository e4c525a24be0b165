"""The lines that the README shows for the people work when typed, after the first run."""

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.main import app
from console.output import Exit
from console.sample import write_sample

ROOT = Path(__file__).resolve().parents[2]
HEADING = "## The people: told, asked, answered"
WORDS = "What happened, or what they ask for, in plain words.\n"
"""For those that ask."""


def lines() -> list[str]:
    text = (ROOT / "README.md").read_text("utf-8")
    part = text[text.index(HEADING) + len(HEADING) :]
    part = part[: part.index("\n## ")]
    return [each.strip() for each in part.splitlines() if each.startswith("    gallra ")]


def test_every_group_of_commands_about_people_is_shown() -> None:
    shown = {line.split()[1] for line in lines()}
    groups = {"inform", "consent", "request", "incident", "processor", "record", "risk", "report"}
    assert groups | {"mailing", "app", "policy"} == shown


def test_every_line_works_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GALLRA_CONTROLLER", raising=False)
    monkeypatch.chdir(tmp_path)
    write_sample(tmp_path / "export.xlsx", rows=6, seed=1, edge_cases=False)
    runner = CliRunner()
    assert runner.invoke(app, ["init"]).exit_code == Exit.DONE
    assert runner.invoke(app, ["import", "export.xlsx"]).exit_code in {Exit.DONE, Exit.ATTENTION}
    for line in lines():
        done = runner.invoke(app, shlex.split(line, comments=True)[1:], input=WORDS)
        assert done.exit_code in {Exit.DONE, Exit.ATTENTION}, (line, done.output)
        assert done.output.strip(), line
