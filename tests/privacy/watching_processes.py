"""What other users of the machine can see of a running process: its command line, and its own
user of its environment."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_EVERY = 0.05
"""Seconds; a reader's child lives for a tenth of one."""


class Watcher:
    """Writes down the command line and environment of every descendant of this process."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.seen: set[bytes] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        with self._output.open("wb") as file:
            while not self._stop.wait(_EVERY):
                for process in _descendants(os.getpid()):
                    for what in ("cmdline", "environ"):
                        with contextlib.suppress(OSError):
                            text = Path(f"/proc/{process}/{what}").read_bytes()
                            if text not in self.seen:
                                self.seen.add(text)
                                file.write(text + b"\n")
                                file.flush()


def _descendants(ancestor: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                after_name = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                children.setdefault(int(after_name[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [ancestor]
    while waiting:
        mine = children.get(waiting.pop(), [])
        found += mine
        waiting += mine
    return found
