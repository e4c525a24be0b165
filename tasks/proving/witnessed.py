"""The ledger is witnessed every day: where it was not, nothing is started and somebody is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from records.alarms import last_witnessed, ledger_began
from records.engines import reading

WITNESS_MAY_BE_SILENT: Final = timedelta(hours=26)
"""A checkpoint is witnessed daily; an hour for the long day of autumn and one for the run."""


def is_unwitnessed(engine: Engine, *, at: datetime) -> bool:
    """Whether events stand in the ledger, and no witness has taken a checkpoint for a day; what a
    witness took in days to come, by a clock that is wrong or was, is worth nothing."""
    with reading(engine) as connection:
        began, last = ledger_began(connection), last_witnessed(connection)
    since = began if last is None else datetime.fromisoformat(last)
    return since is not None and abs(at - since) >= WITNESS_MAY_BE_SILENT
