"""A ledger to test with: keys, a clock, a run, and as many events as wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import Engine

from lifecycle.ledger import EventKind
from lifecycle.references import RUN, STAGED_FILE, to_reference
from records.ledger_store import LedgerStore
from records.unit_of_work import UnitOfWork

LEDGER_KEY = bytes(range(32))
SIGNING_KEY = bytes(range(32, 64))
RUN_REF = to_reference(RUN, 1)
START = datetime(2026, 11, 20, 18, tzinfo=UTC)


class TickingClock:
    """A clock that moves on a second each time it is read."""

    def __init__(self) -> None:
        self._ticks = count()

    def __call__(self) -> datetime:
        return START + timedelta(seconds=next(self._ticks))


def a_ledger() -> LedgerStore:
    return LedgerStore(LEDGER_KEY, SIGNING_KEY)


def a_unit_of_work(engine: Engine, ledger: LedgerStore | None = None) -> UnitOfWork:
    return UnitOfWork(
        engine, ledger or a_ledger(), now=TickingClock(), run=RUN_REF, controller="academedia"
    )


def begin_ledger(engine: Engine, events: int = 0) -> LedgerStore:
    """Begin the ledger and give it `events` events besides."""
    ledger = a_ledger()
    with a_unit_of_work(engine, ledger) as work:
        ledger.initialise(work.connection)
        work.record(EventKind.LEDGER_BEGUN)
        work.commit()
    if events:
        with a_unit_of_work(engine, ledger) as work:
            for number in range(events):
                work.record(EventKind.DELETION_DONE, ref=to_reference(STAGED_FILE, number), acted=1)
            work.commit()
    return ledger
