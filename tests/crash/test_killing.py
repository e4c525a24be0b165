"""The killer itself: it kills where it says, takes children along, and catches a seeded bug."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.crash.killing import (
    MARKER,
    Ending,
    KillPoint,
    run_killed,
    spread,
    survey,
    sweep,
    why_no_strace,
)

pytestmark = pytest.mark.skipif(why_no_strace() is not None, reason=str(why_no_strace()))

MOVER = """
    import os, sys
    source, target = sys.argv[1:3]
    careless = "careless" in sys.argv

    def durable(path, data):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for start in range(0, len(data), 10):
            os.write(handle, data[start:start + 10])
        os.fsync(handle)
        os.close(handle)

    if os.path.exists(source):
        with open(source, "rb") as file:
            data = file.read()
        if careless:
            os.unlink(source)
        durable(target + ".part", data)
        os.rename(target + ".part", target)
        if not careless:
            os.unlink(source)
"""
CONTENT = bytes(range(100))


class Mover:
    """A program that moves a file, in a folder of its own, and what must always hold for it."""

    def __init__(self, folder: Path, *flags: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.script = folder / "mover.py"
        self.script.write_text(textwrap.dedent(MOVER))
        self.source, self.target = folder / "source", folder / "target"
        self.source.write_bytes(CONTENT)
        self.command = [
            sys.executable, "-I", "-S", str(self.script), str(self.source), str(self.target), *flags
        ]  # fmt: skip

    def violations(self) -> list[str]:
        """What a kill broke: at once, and after running again."""
        found = []
        if not self.source.exists() and self._moved() is False:
            found.append("lost at the kill")
        subprocess.run(self.command, check=True)
        if not self._moved() or self.source.exists():
            found.append("not mended by running again")
        return found

    def _moved(self) -> bool:
        return self.target.exists() and self.target.read_bytes() == CONTENT


def points_of(folder: Path, *flags: str) -> list[KillPoint]:
    mover = Mover(folder, *flags)
    return survey(mover.command, env=os.environ, folders=[folder])


def violations(tmp_path: Path, points: list[KillPoint], *flags: str) -> dict[KillPoint, list[str]]:
    def one(point: KillPoint) -> tuple[KillPoint, list[str]]:
        mover = Mover(tmp_path / f"{point.syscall}-{point.number}", *flags)
        run = run_killed(mover.command, point, env=os.environ)
        assert run.ending is Ending.KILLED, run
        return point, mover.violations()

    return {point: found for point, found in sweep(points, one) if found}


def test_survey_sees_every_effect_on_the_folder_and_no_other(tmp_path: Path) -> None:
    points = points_of(tmp_path / "here")
    kinds = [point.syscall for point in points]
    assert kinds.count("write") == 10
    assert kinds.count("fsync") == 1
    assert kinds.count("rename") == 1
    assert kinds.count("unlink") == 1
    # Script (perhaps twice), source and half-written target; not the interpreter's own files.
    assert 3 <= kinds.count("openat") <= 5
    assert kinds[-1] == "unlink"


def test_a_careful_program_survives_every_kill(tmp_path: Path) -> None:
    points = points_of(tmp_path / "survey")
    assert len(points) >= 16
    assert violations(tmp_path, points) == {}


def test_a_seeded_bug_is_caught(tmp_path: Path) -> None:
    points = points_of(tmp_path / "survey", "careless")
    caught = violations(tmp_path, points, "careless")
    assert len(caught) >= 11, "every point between unlink and rename loses the file"
    assert all("lost at the kill" in found for found in caught.values())


def test_the_call_itself_no_longer_happens(tmp_path: Path) -> None:
    rename = next(p for p in points_of(tmp_path / "survey") if p.syscall == "rename")
    mover = Mover(tmp_path / "run")
    run_killed(mover.command, rename, env=os.environ)
    assert (tmp_path / "run" / "target.part").read_bytes() == CONTENT
    assert not mover.target.exists()


def test_children_die_too_even_in_sessions_of_their_own(tmp_path: Path) -> None:
    nest = textwrap.dedent("""
        import os, subprocess, sys
        child = subprocess.Popen(
            [sys.executable, "-S", "-c", "import time; print('up', flush=True); time.sleep(300)"],
            start_new_session=True, stdout=subprocess.PIPE)
        child.stdout.readline()
        with open(sys.argv[1], "w") as file:
            file.write(str(child.pid))
        os.unlink(sys.argv[1] + ".missing")
    """)
    pid_file = tmp_path / "pid"
    command = [sys.executable, "-S", "-c", nest, str(pid_file)]
    run = run_killed(command, KillPoint("unlink", 1), env=os.environ)
    assert run.ending is Ending.KILLED
    try:
        environment = Path(f"/proc/{pid_file.read_text()}/environ").read_bytes()
    except OSError:
        environment = b""
    assert MARKER.encode() not in environment


def test_a_point_beyond_the_end_is_told_apart_from_a_kill(tmp_path: Path) -> None:
    mover = Mover(tmp_path / "run")
    run = run_killed(mover.command, KillPoint("rename", 99), env=os.environ)
    assert run.ending is Ending.NOT_REACHED
    failing = [sys.executable, "-S", "-c", "raise SystemExit(4)"]
    run = run_killed(failing, KillPoint("rename", 99), env=os.environ)
    assert (run.ending, run.returncode) == (Ending.FAILED, 4)


def test_points_are_spread_evenly() -> None:
    points = [KillPoint("write", number) for number in range(1, 101)]
    assert spread(points, 3) == [points[0], points[50], points[99]]
    assert spread(points, 200) == points
    assert len(set(spread(points, 40))) == 40
