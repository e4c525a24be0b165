"""Whatever is wrong, the sentences are those of the nearest class that has some."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.main import app
from lifecycle.configuration.problems import (
    BindingsError,
    ConfigurationError,
    ControllerUnknown,
    PolicyError,
    Problem,
)
from lifecycle.errors import KeyFailure, Misconfigured
from tasks.house.settings import Settings
from tasks.house.wiring import open_house, read_policy
from tasks.remedies.every import remedy_for
from tasks.remedies.requests import REQUESTS

ROOT = Path(__file__).resolve().parents[2]
UNEXPECTED = remedy_for("unexpected_error")
PROBLEM = Problem("academedia.yaml", 3, "retention", "write a list")


@pytest.mark.parametrize(
    "error",
    [ConfigurationError([PROBLEM]), PolicyError([PROBLEM]), BindingsError([PROBLEM])],
    ids=lambda error: type(error).__name__,
)
def test_a_configuration_error_is_never_a_fault_that_nobody_knows(error: Misconfigured) -> None:
    assert remedy_for(error.code, kind=type(error).__name__) != UNEXPECTED
    of_class = remedy_for("any", kind=type(error).__name__)
    assert of_class == remedy_for("any", kind="Misconfigured") != UNEXPECTED


def test_a_class_without_a_name_known_here_is_an_unexpected_fault() -> None:
    assert remedy_for("any", kind="KeyError") == UNEXPECTED
    assert remedy_for("any") == UNEXPECTED


def test_a_request_that_is_refused_does_not_send_anybody_to_the_doctor() -> None:
    assert "doctor" not in " ".join(remedy_for("any", kind="Refused"))
    for code in REQUESTS:
        assert "gallra doctor" not in remedy_for(code).next, code


def test_the_advice_for_a_key_is_not_the_command_that_failed() -> None:
    for code in ("any", "kek_missing"):
        assert "gallra keys" not in remedy_for(code, kind=KeyFailure.__name__).next


def settings(tmp_path: Path, **more: str) -> Settings:
    return Settings.from_environment({"GALLRA_HOME": str(tmp_path / "home"), **more})


def test_an_unknown_controller_is_told_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(ControllerUnknown) as refused:
        read_policy(settings(tmp_path), "academidia")
    assert "policy: academedia" in str(refused.value)


def test_a_folder_without_policies_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GALLRA_POLICIES", str(tmp_path / "none"))
    result = CliRunner().invoke(app, ["policy", "check"])
    assert result.exit_code == 4
    assert f"no_policy_file {tmp_path / 'none'}" in result.output


def test_policy_check_finds_what_is_wrong_in_the_bindings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "deployments" / "systems" / "academedia.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "systems"
    folder.mkdir()
    (folder / "academedia.yaml").write_text(text.replace("af-staging", "elsewhere"))
    monkeypatch.setenv("GALLRA_SYSTEMS", str(folder))
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(app, ["policy", "check"])
    assert result.exit_code == 4
    assert "systems/academedia.yaml: line " in result.output
    assert str(folder) in result.output


@pytest.mark.parametrize(
    ("variable", "name"), [("GALLRA_DATABASE_URL", "records"), ("GALLRA_KEY_DATABASE_URL", "keys")]
)
def test_of_two_databases_the_one_that_fails_is_named(
    variable: str, name: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    bad = settings(tmp_path, **{variable: f"sqlite:///{tmp_path}/file/any.db"})
    with (
        pytest.raises(Misconfigured, match=f"database_folder_not_writable {name}"),
        open_house("academedia", settings=bad),
    ):
        pass
