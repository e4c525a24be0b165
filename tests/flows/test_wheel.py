"""What is published is what was tried: the wheel alone, away from the checkout, takes a sample
through."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

from records.migrations import HEADS

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.long, pytest.mark.server, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it, and the locked dependencies beside it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = folder.glob("gallra-*.whl")
    home = folder / "venv"
    venv.create(home, with_pip=True)
    subprocess.run(
        [home / "bin" / "python", "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel],
        check=True,
        capture_output=True,
    )
    [packages] = home.glob("lib/python*/site-packages")
    # After the environment's own folder, so that what is of ours is the wheel's.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home


def gallra(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed command, in a folder without any of our files."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [installed / "bin" / "gallra", *words],
        cwd=folder,
        env=kept | {"GALLRA_HOME": str(folder / "home"), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_names_its_version_and_its_schemas(installed: Path, tmp_path: Path) -> None:
    told = gallra(installed, tmp_path, "--version")
    assert told.returncode == 0, told.stderr
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert told.stdout.startswith(f"gallra {declared} (")
    assert all(revision in told.stdout for revision in HEADS.values())


def test_every_part_of_it_is_the_wheels(installed: Path, tmp_path: Path) -> None:
    look = "import console, flows, lifecycle, records, tasks; print(*(m.__file__ for m in " \
        "(console, flows, lifecycle, records, tasks)))"  # fmt: skip
    told = subprocess.run(
        [installed / "bin" / "python", "-c", look],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(Path(each).is_relative_to(installed) for each in told.stdout.split())


def test_it_takes_a_sample_through(installed: Path, tmp_path: Path) -> None:
    told = gallra(installed, tmp_path, "run")
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"ledger\W+verified, \d+ events", told.stdout)
    assert "proven empty" in told.stdout
    for words in (("policy", "check"), ("upgrade", "--check"), ("ledger", "verify")):
        again = gallra(installed, tmp_path, *words)
        assert again.returncode == 0, again.stdout + again.stderr
