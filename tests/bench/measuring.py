"""Time and memory of one command, its children included, in a process of its own."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

POLL_SECONDS = 0.05
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Measurement(NamedTuple):
    """What one run took."""

    seconds: float
    peak_bytes: int
    """Highest sum of resident memory over the whole process tree, pages shared between
    processes counted once for each (so rather too much than too little)."""
    processor_seconds: float
    """User and system time of the tree's processes that were waited for."""
    output: str


class RunFailed(Exception):
    """The command did not end well; the message carries the end of what it wrote."""


def measure(command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Measurement:
    """Run `command` to its end. Raises `RunFailed` unless it exits with 0."""
    with tempfile.TemporaryFile() as written:
        before = time.perf_counter()
        child = subprocess.Popen(
            list(command), env=dict(env), cwd=cwd, stdout=written, stderr=subprocess.STDOUT
        )
        peak = 0
        while True:
            peak = max(peak, tree_bytes(child.pid), _highest_bytes(child.pid))
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(POLL_SECONDS)
        seconds = time.perf_counter() - before
        child.returncode = os.waitstatus_to_exitcode(status)
        written.seek(0)
        output = written.read().decode("utf-8", "replace")
    if child.returncode != 0:
        raise RunFailed(f"exit {child.returncode}: {output[-2000:]}")
    # ru_maxrss knows the largest single process even after the last look (KiB on Linux); but a
    # child begins with what we ourselves had when it was made.
    if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        peak = max(peak, usage.ru_maxrss * 1024)
    return Measurement(seconds, peak, usage.ru_utime + usage.ru_stime, output)


def _highest_bytes(pid: int) -> int:
    """The most that a process ever had, also between two looks; 0 once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^VmHWM:\s+([0-9]+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def tree_bytes(root: int) -> int:
    """Resident memory of a process and everything below it; 0 once it is gone.

    Read straight from /proc: walking every process of the machine as psutil does costs more
    than what is being measured can spare.
    """
    total = 0
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        try:
            total += int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE_BYTES
            for task in os.scandir(f"/proc/{pid}/task"):
                children = Path(task.path, "children").read_bytes()
                waiting.extend(map(int, children.split()))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total
