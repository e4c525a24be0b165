"""A process that we started is ours to stop: own group, and it does not outlive us."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PATIENCE: Final = 20.0
LONGEST_LOG: Final = 10_000_000


def start(
    command: Sequence[str], *, settings: Mapping[str, str], log: Path, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` in a group of its own, its output appended to `log` (mode 0600); a log that
    has grown beyond `LONGEST_LOG` bytes is set aside first, as `….1`, in place of an older one.

    Call it from the main thread: Linux ends the child when the thread that made it ends.
    """
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_name(f"{log.name}.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(  # the caller stops it
            list(command),
            env=_found_from_anywhere(without_prefect(os.environ)) | dict(settings),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            umask=0o077,
            preexec_fn=_die_with_parent(),
        )
    finally:
        os.close(descriptor)


def without_prefect(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without anybody's settings of Prefect: it is told what it is told by us.

    A variable that is left over from another project could open a server, or have it keep more.
    """
    return {name: value for name, value in environment.items() if not is_prefects(name)}


def is_prefects(name: str) -> bool:
    """Whether Prefect would read a variable of that name: to it `prefect_x` is `PREFECT_X`."""
    return name.upper().startswith("PREFECT_")


def _found_from_anywhere(environment: dict[str, str]) -> dict[str, str]:
    """With the modules that are found here found in the child's folder too."""
    named = environment.get("PYTHONPATH")
    if named:
        whole = (os.path.abspath(each) for each in named.split(os.pathsep) if each)  # noqa: PTH100
        environment["PYTHONPATH"] = os.pathsep.join(whole)
    return environment


def _die_with_parent() -> Callable[[], None] | None:
    """For the child, before it becomes the command: end when the parent is killed (Linux)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died in between
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


def stop(child: subprocess.Popen[bytes], *, patience: float = _PATIENCE) -> None:
    """End the child and whatever it started: asked first, killed after `patience` seconds."""
    _signal_group(child.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=patience)
    _signal_group(child.pid, signal.SIGKILL)
    child.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return
