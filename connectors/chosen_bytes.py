"""A file that somebody names is read whole if it is an ordinary one: a pipe or a device never ends,
and a run that waits for it does nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_chosen(path: Path, *, largest: int) -> bytes | None:
    """The content; None: no ordinary file, not readable, or larger than `largest` bytes."""
    handle = -1
    try:
        # Opening a pipe waits for its writer, unless it is told not to.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb") as file:
            handle = -1
            data = file.read(largest + 1)
    except (OSError, ValueError):
        return None
    finally:
        if handle >= 0:
            os.close(handle)
    return data if len(data) <= largest else None
