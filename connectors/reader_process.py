"""The reader's child seen from its parent: bytes in by pipe, frames out by pipe, nothing on disk,
and never a child left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from connectors.reading_limits import ReadingLimits
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason

_PIPE: Final = 1 << 20
_LENGTH: Final = 4
_STARVED: Final = 10
"""So many times as long a child may wait for a processor as it may leave us waiting."""
_LOOK_AGAIN: Final = 0.5
"""Seconds until its state is looked at anew."""


class ReaderUsage(NamedTuple):
    """What reading one file has cost; for reports and benchmarks."""

    peak_bytes: int
    """The child's largest resident size, by its own account; 0 if it died without a word."""
    cpu_seconds: float
    waited_seconds: float
    """How long the parent had nothing to do but wait for the child."""


Observer = Callable[[ReaderUsage], None]


@dataclass(slots=True)
class _Cost:
    peak_bytes: int = 0
    waited: float = 0.0
    cpu: float = 0.0


def import_places() -> list[str]:
    """The directories from which the child imports: our packages and its two libraries."""
    places = [str(Path(__file__).resolve().parent.parent)]
    for library in ("orjson", "python_calamine"):
        spec = find_spec(library)
        if spec is not None and spec.origin is not None:
            places.append(str(Path(spec.origin).resolve().parent.parent))
    return list(dict.fromkeys(places))


def converse(
    request: dict[str, object],
    data: bytes,
    limits: ReadingLimits,
    observe: Observer | None = None,
) -> Generator[bytes, None, None]:
    """Start a child, give it `request` and `data`, and hand out its frames until it ends.

    However the conversation ends (also when the caller drops this generator), the child is
    dead and reaped afterwards. The child dies with the *thread* that started it, so one
    thread must start and finish a conversation.

    Raises `FileRefused`: `reader_timeout` when the child used up its processor time or kept
    us waiting beyond `limits.wait_seconds` (ten times that while it waits for a processor
    itself); `reader_crashed` when it died in any other way or broke the frame protocol.
    """
    head = orjson.dumps(request)
    child = subprocess.Popen(
        [
            sys.executable, "-I", "-S", "-B", "-X", "utf8",
            str(Path(__file__).with_name("reader_child.py")),
            str(os.getpid()), str(limits.memory_bytes), str(limits.cpu_seconds), *import_places(),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        bufsize=0,
    )  # fmt: skip
    cost = _Cost()
    try:
        yield from _frames(child, [len(head).to_bytes(_LENGTH, "big") + head, data], limits, cost)
    finally:
        _end(child, cost)
        if observe is not None:
            observe(ReaderUsage(cost.peak_bytes, cost.cpu, cost.waited))


def _frames(
    child: subprocess.Popen[bytes], parts: list[bytes], limits: ReadingLimits, cost: _Cost
) -> Iterator[bytes]:
    assert child.stdin is not None and child.stdout is not None  # noqa: S101 -- PIPE was asked for
    to_child, from_child = child.stdin.fileno(), child.stdout.fileno()
    os.set_blocking(to_child, False)
    for pipe in (to_child, from_child):
        with contextlib.suppress(OSError, AttributeError):  # a larger pipe is only faster
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
    left = [memoryview(part) for part in parts]
    poll = select.poll()
    poll.register(from_child, select.POLLIN)
    poll.register(to_child, select.POLLOUT)
    buffer = bytearray()
    while True:
        patience = limits.wait_seconds - cost.waited
        if patience <= 0:
            if cost.waited >= limits.wait_seconds * _STARVED or not _wants_processor(child):
                raise FileRefused(FileReason.READER_TIMEOUT)
            patience = _LOOK_AGAIN
        started = time.monotonic()
        events = poll.poll(patience * 1000)
        cost.waited += time.monotonic() - started
        for descriptor, _ in events:
            if descriptor == to_child:
                if not _feed(to_child, left):
                    poll.unregister(to_child)
                    child.stdin.close()
                continue
            chunk = os.read(from_child, _PIPE)
            if not chunk:
                raise FileRefused(_cause_of_death(child, cost))
            buffer += chunk
            while len(buffer) >= _LENGTH:
                size = int.from_bytes(buffer[:_LENGTH], "big")
                if size == 0:  # the child's good-bye
                    return
                if size > limits.frame_bytes:
                    raise FileRefused(FileReason.READER_CRASHED)
                if len(buffer) < _LENGTH + size:
                    break
                frame = bytes(memoryview(buffer)[_LENGTH : _LENGTH + size])
                del buffer[: _LENGTH + size]
                yield frame


def _wants_processor(child: subprocess.Popen[bytes]) -> bool:
    """Whether the child works or would, on a machine that gives it no processor: that is no fault
    of the file's. What it may use up is bounded by `cpu_seconds`."""
    try:
        stat = Path(f"/proc/{child.pid}/stat").read_bytes()
    except OSError:  # not Linux
        return False
    return stat[stat.rindex(b")") + 2 :][:1] in {b"R", b"D"}


def _feed(descriptor: int, left: list[memoryview]) -> bool:
    """Write what the pipe takes; False when all is written or nobody reads any more."""
    try:
        while left:
            written = os.write(descriptor, left[0])
            left[0] = left[0][written:]
            if not left[0]:
                del left[0]
    except BlockingIOError:
        return True
    except BrokenPipeError:
        left.clear()
    return False


def _cause_of_death(child: subprocess.Popen[bytes], cost: _Cost) -> FileReason:
    """The child has closed its pipe without a good-bye."""
    _reap(child, cost)
    # The kernel sends SIGXCPU at the soft limit and SIGKILL a second later.
    if child.returncode == -signal.SIGXCPU:
        return FileReason.READER_TIMEOUT
    return FileReason.READER_CRASHED


def _end(child: subprocess.Popen[bytes], cost: _Cost) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    if child.returncode is None:
        os.kill(child.pid, signal.SIGKILL)  # not reaped yet, so the number is still its own
        _reap(child, cost)


def _reap(child: subprocess.Popen[bytes], cost: _Cost) -> None:
    """Wait for the child's end and note what it has cost."""
    if child.returncode is not None:
        return
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    cost.cpu = usage.ru_utime + usage.ru_stime
