"""The operator's and the DPO's pages: references, counts and reasons, in Swedish and English."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from prefect.artifacts import (
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.logging import get_run_logger

from tasks.house.redaction import mask
from tasks.remedies.every import remedy_for

LONGEST_TABLE: Final = 1000
"""Rows of one page; what is beyond is counted and stays in our own records."""
_BETWEEN_UPDATES: Final = 2.0

COUNTS: Final = {
    "rows": "Rader · Rows",
    "accepted": "Godkända · Accepted",
    "updated": "Uppdaterade · Updated",
    "duplicate": "Dubbletter · Duplicates",
    "quarantined": "I karantän · Quarantined",
    "ignored": "Överhoppade · Ignored",
    "verified_cases": "Bekräftade ärenden · Verified cases",
}
FILE: Final = "Fil · File"
OUTCOME: Final = "Utfall · Outcome"
REASON: Final = "Orsak · Reason"
NEXT: Final = "Gör så här · What to do"
SHEET: Final = "Blad · Sheet"
ROW: Final = "Rad · Row"

Line = Mapping[str, str | int]


def table(key: str, lines: Sequence[Line], *, about: str) -> None:
    """Put a page of `lines` under `key`, described by `about` (markdown).

    A page that cannot be written does not undo the work it tells of: that is logged, no more.
    """
    if len(lines) > LONGEST_TABLE:
        about = f"{about}\n\n{len(lines) - LONGEST_TABLE} more rows: `gallra status`."
    shown = [
        {name: mask(value) if isinstance(value, str) else value for name, value in line.items()}
        for line in lines[:LONGEST_TABLE]
    ]
    _quietly(lambda: create_table_artifact(table=shown, key=key, description=mask(about)))


def reason_cells(outcome: str, reason: str | None) -> dict[str, str | int]:
    """Outcome, reason, and what a person does about it."""
    return {
        OUTCOME: outcome,
        REASON: reason or "",
        NEXT: remedy_for(reason).next if reason else "",
    }


def count_cells(counts: Mapping[str, int]) -> dict[str, str | int]:
    """The counts that the page shows, under their headings."""
    return {heading: counts.get(name, 0) for name, heading in COUNTS.items()}


class ProgressBar:
    """The progress of one file: at most an update every two seconds, each a small request."""

    def __init__(self, ref: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ref = ref
        self._clock = clock
        self._next = clock() + _BETWEEN_UPDATES  # a short file needs no bar
        self._artifact: Any = None

    def __call__(self, done: int, total: int | None) -> None:
        """`done` of `total` rows or cases; an unknown total shows as the count alone."""
        if self._clock() < self._next:
            return
        percent = min(100.0, 100.0 * done / total) if total else 0.0
        self._show(percent, f"{self._ref}: {done}" + (f" / {total}" if total else ""))
        self._next = self._clock() + _BETWEEN_UPDATES

    def finish(self) -> None:
        """Full, if a bar was ever shown."""
        if self._artifact is not None:
            self._show(100.0, self._ref)

    def _show(self, percent: float, text: str) -> None:
        def write() -> None:
            if self._artifact is None:
                self._artifact = create_progress_artifact(percent, description=text)
            else:
                update_progress_artifact(self._artifact, percent, description=text)

        _quietly(write)


def _quietly(write: Callable[[], object]) -> None:
    try:
        write()
    except Exception as error:  # noqa: BLE001 -- the work is done and recorded; only the page fails
        get_run_logger().warning("A page could not be written (%s).", type(error).__name__)
