"""Keys that were put back bring back what was destroyed: nothing opens them before the replay."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from lifecycle.errors import LedgerFailure

_MARK: Final = "replay-first"


def ask(home: Path) -> bool:
    """From now on the replay comes first; said before the keys are exchanged, and on disk then.
    False where it was said before."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not (home / _MARK).exists()
    os.close(os.open(home / _MARK, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return is_new


def require_done(home: Path) -> None:
    """Raise `LedgerFailure("keys_restored")` while the replay has not been run."""
    if (home / _MARK).exists():
        raise LedgerFailure("keys_restored")


def done(home: Path) -> None:
    """It was run, and keys that open nothing are destroyed again; or nothing was exchanged."""
    (home / _MARK).unlink(missing_ok=True)
