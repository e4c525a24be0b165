"""Whatever fails, the command says a code, a place and what to do: never the words of an error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from console.output import Exit, failures
from lifecycle.errors import Unreachable

WORDS = "Anna Exempelsson 19850709-9805"
ROOT = Path(__file__).resolve().parents[2]


class Panic(BaseException):
    """As pyo3 raises it out of a Rust library."""


def _fails(error: BaseException) -> None:
    try:
        raise KeyError(WORDS)
    except KeyError as cause:
        raise error from cause


def _told(error: BaseException, capsys: pytest.CaptureFixture[str], *, as_json: bool) -> str:
    with pytest.raises(typer.Exit) as caught, failures(as_json=as_json):
        _fails(error)
    assert caught.value.exit_code == Exit.NOT_PROVEN
    out, err = capsys.readouterr()
    assert "Exempelsson" not in out + err
    assert "9805" not in out + err
    return out or err


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "error", [ValueError(WORDS), PermissionError(13, WORDS, WORDS), Panic(WORDS), UnicodeError()]
)
def test_an_unforeseen_error_is_told_by_class_and_place(
    error: BaseException, as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _told(error, capsys, as_json=as_json)
    if as_json:
        document = json.loads(told)
        assert document["error"] == "unexpected_error"
        told = document["place"]
    assert type(error).__name__ in told
    assert "test_console_failures:" in told


def test_the_systems_own_word_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(PermissionError(13, WORDS, WORDS), capsys, as_json=False)
    assert "unexpected_error PermissionError EACCES at " in told
    assert "Rerun." in told


@pytest.mark.parametrize(
    "end", [typer.Exit(3), typer.Abort(), typer.BadParameter("x"), SystemExit(2), BrokenPipeError()]
)
def test_ends_of_a_command_pass(end: BaseException) -> None:
    with pytest.raises(type(end)) as caught, failures():
        raise end
    assert caught.value is end


def test_an_error_on_purpose_keeps_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, failures():
        raise Unreachable("folder_not_reachable")
    assert caught.value.exit_code == Exit.TRY_AGAIN
    assert "folder_not_reachable" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["doctor", "status", "purge"])
def test_the_installed_command_shows_no_traceback(command: str, tmp_path: Path) -> None:
    """Broken where no command looks: an import of the step itself fails, with a person in it."""
    code = (
        "import sys, tasks.house.settings as settings\n"
        f"def broken(*_): raise LookupError('{WORDS}')\n"
        "settings.Settings.from_environment = broken\n"
        f"sys.argv = ['gallra', '{command}']\n"
        "from console.main import main; main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"GALLRA_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == Exit.NOT_PROVEN, done.stderr
    assert "unexpected_error LookupError at __main__:2" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exempelsson" not in done.stdout + done.stderr
