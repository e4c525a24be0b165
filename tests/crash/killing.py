"""Kill a command at its n-th system call, for any n: no test double, no patched code.

`survey` traces one whole run and says which calls touch the folders that matter; `spread` picks
points evenly among them; `run_killed` repeats the run and kills it just before that very call
(strace's `inject=…:signal=KILL:when=n`); whatever it had started dies with it. What must hold
afterwards is for the caller to say. strace counts per thread: points lie in the main thread.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")

EFFECTS = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "openat",
    "sendto",
)
"""System calls that change what a later run finds, the opening of files, and what is asked of an
outer system with an interface."""

NAMING = ("-y", "-s", "200")
"""strace names the file behind a descriptor: that is how a write shows where it goes."""

MARKER = "GALLRA_KILL_RUN"
_CALL = re.compile(r"^(?:\d+\s+)?(\w+)\(")
_SECONDS_TO_END = 120


class KillPoint(NamedTuple):
    """Just before the `number`-th `syscall` of the main thread (1-based)."""

    syscall: str
    number: int


class Ending(StrEnum):
    """How a run that should be killed ended."""

    KILLED = "killed"
    """At the point, by strace."""
    NOT_REACHED = "not_reached"
    """It ran to its end: this time there were fewer calls of that kind."""
    FAILED = "failed"
    """It ended by itself with an error, before the point."""


class Run(NamedTuple):
    """What a run that should be killed did."""

    point: KillPoint
    ending: Ending
    returncode: int
    output: str


@cache
def why_no_strace() -> str | None:
    """None where strace can be used, else the reason for skipping, for a person to read."""
    if shutil.which("strace") is None:
        return "strace is not installed (apt-get install strace): no kill sweep"
    try:
        tried = subprocess.run(
            ["strace", "-o", os.devnull, "-e", "trace=write", "true"],
            capture_output=True,
            timeout=30,
        )
    except subprocess.TimeoutExpired:
        return "strace hangs here: no kill sweep"
    if tried.returncode != 0:
        return "strace may not trace here (no ptrace right): no kill sweep"
    return None


def survey(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    folders: Iterable[Path],
    syscalls: Sequence[str] = EFFECTS,
    cwd: Path | None = None,
    fine: Collection[int] = (0,),
    sockets: bool = False,
) -> list[KillPoint]:
    """Run `command` to its end and give every call of its main thread that touches one of
    `folders` (by path, or by an open file below it), in the order in which they happened; with
    `sockets` those too that send something.

    Raises `RuntimeError` unless the command ends with one of the exit codes `fine`.
    """
    with tempfile.TemporaryDirectory(prefix="gallra-kill-") as scratch:
        log = Path(scratch) / "log"
        command = [*_strace(syscalls, log), *NAMING, "--", *command]
        returncode, output = _run(command, env=env, cwd=cwd, scratch=Path(scratch))
        if returncode not in fine:
            raise RuntimeError(f"the run to survey failed with {returncode}: {output[-2000:]}")
        return points_in(log, folders, sockets=sockets)


def points_in(log: Path, folders: Iterable[Path], *, sockets: bool = False) -> list[KillPoint]:
    """The calls in strace's log (written with `NAMING`) that touch one of `folders`, and those
    that send something through a socket."""
    wanted = [str(folder.resolve()) for folder in folders]
    if sockets:
        wanted.append("<socket:[")
    seen: Counter[str] = Counter()
    points = []
    for line in log.read_text("utf-8", "replace").splitlines():
        call = _CALL.match(line)
        if call is None:
            continue
        seen[call[1]] += 1
        if any(folder in line for folder in wanted):
            points.append(KillPoint(call[1], seen[call[1]]))
    return points


def spread(points: Sequence[KillPoint], wanted: int) -> list[KillPoint]:
    """`wanted` of the points, evenly over the run, first and last among them; all if fewer."""
    if len(points) <= wanted:
        return list(points)
    if wanted == 1:
        return [points[0]]
    step = (len(points) - 1) / (wanted - 1)
    return [points[round(i * step)] for i in range(wanted)]


def run_killed(
    command: Sequence[str],
    point: KillPoint,
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
) -> Run:
    """Run `command` and kill it at `point`; its children are gone when this returns."""
    with tempfile.TemporaryDirectory(prefix="gallra-kill-") as scratch:
        inject = f"inject={point.syscall}:signal=KILL:when={point.number}"
        log = Path(scratch) / "log"
        traced = [*_strace([point.syscall], log), "-e", inject, "--", *command]
        returncode, output = _run(traced, env=env, cwd=cwd, scratch=Path(scratch))
    return Run(point, ending_of(returncode), returncode, output)


def ending_of(returncode: int) -> Ending:
    """What the exit status of a run that should be killed says."""
    if returncode == -signal.SIGKILL:
        return Ending.KILLED
    return Ending.NOT_REACHED if returncode == 0 else Ending.FAILED


def sweep(
    points: Sequence[KillPoint], one: Callable[[KillPoint], T], *, workers: int = 2
) -> list[T]:
    """`one` for every point, `workers` at a time; it must work in folders of its own."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, points))


def _strace(syscalls: Sequence[str], log: Path) -> list[str]:
    # -D keeps the command our own child, so that its exit status is the true one.
    return ["strace", "-D", *tracing(syscalls, log)]


def tracing(syscalls: Sequence[str], log: Path) -> list[str]:
    """strace's arguments for writing these calls, and nothing else, into `log`."""
    # A question mark lets strace pass over calls that this processor lacks (rename on arm64).
    names = ",".join(f"?{name}" for name in syscalls)
    return ["-o", str(log), "-e", f"trace={names}", "-e", "signal=none"]


def _run(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path | None, scratch: Path
) -> tuple[int, str]:
    run = uuid.uuid4().hex
    written = scratch / "output"
    with written.open("wb") as out:
        child = subprocess.Popen(
            list(command),
            env={**env, MARKER: run},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            returncode = child.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise
        finally:
            end_leftovers(run)
    return returncode, written.read_text("utf-8", "replace")


def end_leftovers(run: str) -> int:
    """Kill every process that carries the mark of `run`, wherever it has hidden itself; the
    number of those found. Nothing else is ever touched."""
    mark = f"{MARKER}={run}".encode()
    found: set[int] = set()
    deadline = time.monotonic() + 10
    while living := [pid for pid in _marked(mark) if _may_be_killed(pid)]:
        found.update(living)
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(living)} processes of a killed run will not die")
        time.sleep(0.01)
    return len(found)


def _marked(mark: bytes) -> list[int]:
    pids = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if mark in environment.split(b"\0"):
                pids.append(int(folder.name))
    return pids


def _may_be_killed(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
