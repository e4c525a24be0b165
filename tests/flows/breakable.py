"""The import as it is deployed, in a process that a test can break for real: a file says how."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Final

from flows import steps
from flows.import_af import import_af
from tasks.importing import intake

__all__ = ["import_af"]

HOW: Final = "how-to-break"
"""The file in the house's folder; without it nothing is broken."""
CANARY: Final = "19850709-9805"


def _raises(*_: Any, **__: Any) -> Any:
    raise ValueError(f"cannot read {CANARY} of anna.berg@example.se")


def _hangs(*_: Any, **__: Any) -> Any:
    for _ in range(3000):  # a limit reaches Python between two calls, not inside one
        time.sleep(0.1)


def _break() -> None:
    file = Path(os.environ.get("GALLRA_HOME", "/nowhere")) / HOW
    how = file.read_text("utf-8") if file.exists() else ""
    if how == "unexpected":
        intake.import_file = _raises
    elif how == "slow step":
        intake.import_file = _hangs
        steps.import_file.timeout_seconds = 2.0
    elif how == "slow run":
        intake.import_file = _hangs
        import_af.timeout_seconds = 6.0


_break()
