"""Nothing is done without its entry in the ledger: both are written together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from lifecycle.errors import Busy, GallraError, LedgerFailure
from lifecycle.ledger import EventKind, LedgerEvent, instant
from lifecycle.references import as_written
from records.engines import translate
from records.ledger_store import Head, LedgerStore


class _State(Enum):
    NEW = 1
    OPEN = 2
    COMMITTING = 3
    OVER = 4


class UnitOfWork:
    """One transaction on the records with at least one ledger event.

        with UnitOfWork(engine, ledger, now=clock, run=run, controller="academedia") as work:
            work.connection.execute(...)
            work.record(EventKind.IMPORT_STORED, ref=file, expected=3, acted=3)
            work.commit()

    Leaving without `commit` undoes everything; so does every failure. Afterwards the object is
    dead. What the database driver raises inside comes out as a `GallraError` without a value.
    """

    def __init__(
        self,
        engine: Engine,
        ledger: LedgerStore,
        *,
        now: Callable[[], datetime],
        run: str,
        controller: str,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._now = now
        self._run = run
        self._controller = controller
        self._events: list[LedgerEvent] = []
        self._state = _State.NEW
        self._connection: Connection | None = None
        self._lost = False

    @property
    def connection(self) -> Connection:
        """The open transaction. Raises `LedgerFailure("unit_of_work_over")` outside it."""
        if self._connection is None or self._state is not _State.OPEN:
            raise LedgerFailure("unit_of_work_over")
        return self._connection

    @property
    def controller(self) -> str:
        return self._controller

    @property
    def run(self) -> str:
        return self._run

    def now(self) -> datetime:
        """The clock that dates this unit's events."""
        return self._now()

    def __enter__(self) -> Self:
        if self._state is not _State.NEW:
            raise LedgerFailure("unit_of_work_over")
        failure: GallraError | None = None
        connection: Connection | None = None
        try:
            connection = self._engine.connect()
            event.listen(connection, "commit", self._only_by_commit)
            event.listen(connection, "rollback", self._undone)
            connection.begin()
        except Exception as error:
            if connection is not None:
                connection.close()
            failure = _quietly(error)
            if failure is None:
                raise
        if failure is not None:
            self._state = _State.OVER
            raise failure
        self._connection = connection
        self._state = _State.OPEN
        return self

    def record(
        self,
        kind: EventKind,
        *,
        ref: str | None = None,
        rule: str | None = None,
        expected: int | None = None,
        found: int | None = None,
        acted: int | None = None,
        verified: int | None = None,
        facts: Mapping[str, str] | None = None,
        **numbers: int,
    ) -> LedgerEvent:
        """Note what is being done; it is written when the unit commits.

        Raises `LedgerFailure` for text or counts that could be personal data.
        """
        if self._state is not _State.OPEN:
            raise LedgerFailure("unit_of_work_over")
        noted = LedgerEvent(
            kind=kind,
            at=instant(self._now()),
            run=self._run,
            controller=self._controller,
            # Typed by somebody, perhaps in small letters: what happened to it is found by one.
            ref=None if ref is None else as_written(ref),
            rule=rule,
            expected=expected,
            found=found,
            acted=acted,
            verified=verified,
            numbers=numbers,
            facts=facts or {},
        )
        self._events.append(noted)
        return noted

    def commit(self) -> Head:
        """Write the events and the effect for good, together; where the ledger now ends.

        Raises `LedgerFailure` with `no_event`, with the reason why the chain cannot go on,
        `ledger_not_written`, or `not_committed` (the restart rule makes running again safe), and
        `Busy` when another writer held the ledger too long. In every case nothing was done.
        """
        connection = self.connection
        failure: GallraError | None = None
        head: Head | None = None
        self._state = _State.COMMITTING
        try:
            head = self._write(connection)
        except GallraError as error:
            failure = error if isinstance(error, LedgerFailure | Busy) else None
            failure = failure or LedgerFailure("ledger_not_written")
        except Exception as error:
            if _quietly(error) is None:
                self._abandon()
                raise
            failure = LedgerFailure("ledger_not_written")
        if failure is None:
            try:
                connection.commit()
            except Exception as error:  # noqa: BLE001 -- told below, outside the handler
                _forget(error)
                failure = LedgerFailure("not_committed")
        if failure is not None or head is None:
            self._abandon()
            raise failure or LedgerFailure("not_committed")
        self._close()
        return head

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._state is not _State.OVER:
            self._abandon()
        if isinstance(error, GallraError):
            error.__cause__ = error.__context__ = None
        failure = _quietly(error) if error is not None else None
        if failure is not None:
            raise failure from None

    def _write(self, connection: Connection) -> Head:
        if not self._events:
            raise LedgerFailure("no_event")
        if self._lost or not connection.in_transaction():
            raise LedgerFailure("transaction_lost")
        return self._ledger.append(connection, self._events)

    def _only_by_commit(self, _: Connection) -> None:
        if self._state is not _State.COMMITTING:
            raise LedgerFailure("committed_past_the_ledger")

    def _undone(self, _: Connection) -> None:
        # What came before is gone: the events that speak of it must not be written.
        self._lost = True

    def _abandon(self) -> None:
        connection = self._connection
        self._state = _State.OVER
        if connection is None:
            return
        try:
            connection.rollback()
        except Exception as error:  # noqa: BLE001 -- whatever it was, the connection goes away
            # A connection that cannot roll back is closed: the database then undoes it itself.
            _forget(error)
            connection.invalidate()
        finally:
            self._close()

    def _close(self) -> None:
        self._state = _State.OVER
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _quietly(error: BaseException) -> GallraError | None:
    """Our error for the driver's, whose own words are wiped; None for any other error."""
    if isinstance(error, GallraError):
        return None
    translated = translate(error)
    if translated is not None:
        _forget(error)
    return translated


def _forget(error: BaseException) -> None:
    """Python keeps `error` as the context of whatever is raised next: leave nothing in it."""
    causes = [error, *([error.orig] if isinstance(error, DBAPIError) and error.orig else [])]
    if isinstance(error, DBAPIError):
        error.statement, error.params = None, None
    for cause in causes:
        cause.args = (type(cause).__name__,)
        cause.__context__ = None
