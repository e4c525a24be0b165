"""What is installed is what was locked: hashed, complete, and bound to no address or machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "requirements-dev.lock"
LOCKS = pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=lambda path: path.name)


class Locked(NamedTuple):
    """One entry of a lock file."""

    requirement: Requirement
    hashes: list[str]


def entries(lock: Path) -> list[Locked]:
    """Every requirement in the file, continuation lines joined, comments left out."""
    lines = (line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#"))
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        Locked(Requirement(line.split(" --hash=")[0].strip()), re.findall(r"--hash=(\S+)", line))
        for line in joined.splitlines()
        if line.strip()
    ]


def versions(lock: Path) -> dict[str, set[str]]:
    """Name → versions; a few differ by Python version and stand there twice."""
    found: dict[str, set[str]] = {}
    for requirement, _ in entries(lock):
        found.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier))
    return found


@LOCKS
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    locked = entries(lock)
    assert len(locked) > 50
    for requirement, hashes in locked:
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert requirement.url is None, requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), requirement


@LOCKS
def test_no_address_and_no_machine_stands_in_a_lock(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|--trusted", text)
    assert not re.search(r"(^|\s)/|\s-e\s", text, re.MULTILINE)
    assert "pypi.org" not in text


def declared(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + [
        line for extra in extras for line in project["optional-dependencies"][extra]
    ]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(
    ("lock", "extras"), [(RUNTIME, ("build",)), (DEVELOPMENT, ("build", "dev"))], ids=str
)
def test_the_lock_answers_everything_that_the_project_asks_for(
    lock: Path, extras: tuple[str, ...]
) -> None:
    locked = versions(lock)
    for requirement in declared(*extras):
        pins = locked.get(canonicalize_name(requirement.name))
        assert pins, f"{requirement.name} is not locked: make lock"
        for pin in pins:
            assert requirement.specifier.contains(pin.removeprefix("==")), f"{requirement} {pin}"


def test_the_development_lock_holds_the_whole_runtime_lock() -> None:
    """So `make run` and `make test` share an environment without undoing each other."""
    development = versions(DEVELOPMENT)
    for name, pins in versions(RUNTIME).items():
        assert pins <= development.get(name, set()), name


def test_only_what_runs_is_in_the_runtime_lock() -> None:
    asked_for_testing = {canonicalize_name(r.name) for r in declared("dev")}
    needed_to_run = {canonicalize_name(r.name) for r in declared("build")}
    both = asked_for_testing & set(versions(RUNTIME)) - needed_to_run
    # Prefect itself brings some of them; none of these may creep in.
    assert not both & {"pytest", "mypy", "ruff", "pandas", "openpyxl", "hypothesis"}


def test_the_tool_that_installs_is_locked_too() -> None:
    """The Makefile takes uv out of the runtime lock and lets pip check its hash."""
    uv = [locked for locked in entries(RUNTIME) if locked.requirement.name == "uv"]
    assert len(uv) == 1
    assert re.search(r"^uv==[^\n]+\\\n(    --hash=[^\n]+\n)+    # via", RUNTIME.read_text(), re.M)
