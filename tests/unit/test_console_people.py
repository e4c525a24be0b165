"""`gallra find` and `gallra erase`, as they are typed: a person is named by reference, and to ask
erases nothing yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from console.main import app
from console.output import Exit
from tests.factories.houses import PEOPLE, export, row

TUVA, OMAR = PEOPLE["Tuva"], PEOPLE["Omar"]
Gallra = Callable[..., Result]


@pytest.fixture
def gallra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gallra:
    """The command, in a home into which one person's case was imported."""
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, list(arguments), input=typed)

    assert run("init").exit_code == Exit.DONE
    (tmp_path / "home" / "staging" / "export.csv").write_bytes(export(row("1000000001", TUVA)))
    assert run("import").exit_code == Exit.DONE
    return run


def found(gallra: Gallra) -> str:
    done = gallra("find", "--json", typed=f"{TUVA[2]}\n")
    assert done.exit_code == Exit.DONE, done.output
    (person,) = json.loads(done.stdout)["people"]
    assert [case["case_reference"] for case in person["cases"]] == ["1000000001"]
    return str(person["ref"])


def test_somebody_is_found_without_being_named_on_the_command_line(gallra: Gallra) -> None:
    ref = found(gallra)
    assert ref in gallra("find", "--case", "1000000001").stdout
    nobody = gallra("find", typed=f"{OMAR[2]}\n")
    assert (nobody.exit_code, nobody.stdout) == (Exit.ATTENTION, "Nobody by that.\n")
    named = gallra("find", TUVA[2])
    assert named.exit_code == Exit.USAGE
    assert TUVA[2] not in named.output


def test_who_asks_to_be_erased_becomes_a_plan_and_is_still_there(gallra: Gallra) -> None:
    ref = found(gallra)
    done = gallra("erase", ref, "--json")
    assert done.exit_code == Exit.DONE, done.output
    plan = json.loads(done.stdout)
    assert plan["counts"]["people"] == 1
    assert found(gallra) == ref
    again = gallra("erase", ref)
    assert again.exit_code == Exit.DONE
    for word in (plan["plan"], "nothing is erased yet", "gallra approve", "gallra execute"):
        assert word in again.stdout
    refused = gallra("execute", plan["plan"])
    assert refused.exit_code == Exit.REFUSED
    assert "approval_missing" in refused.stderr
    assert found(gallra) == ref


def test_what_is_no_reference_is_refused_and_not_repeated(gallra: Gallra) -> None:
    for given, code in (
        (f"{TUVA[0]} {TUVA[2]}", "reference_malformed"),
        ("S-0000000000000", "subject_unknown"),
    ):
        refused = gallra("erase", given)
        assert refused.exit_code == Exit.REFUSED
        assert code in refused.stderr
        assert TUVA[2] not in refused.output


def test_the_old_way_of_erasing_at_once_is_gone(gallra: Gallra) -> None:
    refused = gallra("erase", found(gallra), "--yes")
    assert refused.exit_code == Exit.USAGE
    assert found(gallra)
