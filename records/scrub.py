"""After an erasure nothing of it stays behind in a log, on a free page or in a dead row."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine

from lifecycle.errors import NotProven
from records.engines import quiet_errors

WAIT: Final = 15.0
"""Seconds to wait for others' transactions before the effect counts as not proven."""


def scrub(engine: Engine, *, wait: float = WAIT) -> None:
    """Drop what deleted rows left in the database's own files.

    SQLite: the write-ahead log is emptied and the file rebuilt. PostgreSQL: every table of ours
    is vacuumed while nobody can still see the old rows; its server's own log of writes
    (`pg_wal`) is out of our reach and made harmless by rotating the KEK.
    Raises `NotProven("database_in_use")` when another's transaction stands in the way.
    """
    if engine.dialect.name == "sqlite":
        with _maintenance(engine, wait) as connection:
            _empty_log(connection)
            _unless_in_use(lambda: connection.execute("VACUUM"))
            _empty_log(connection)
        return
    with (
        quiet_errors(),
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        _wait_for_older_snapshots(connection, wait)
        for table in _our_tables(connection):
            connection.exec_driver_sql(f'VACUUM "{table}"')


def empty_log(engine: Engine, *, wait: float = WAIT) -> None:
    """SQLite: what was deleted leaves the write-ahead log too; nothing to do on PostgreSQL.

    Raises `NotProven("database_in_use")` when a reader stands in the way.
    """
    if engine.dialect.name == "sqlite":
        with _maintenance(engine, wait) as connection:
            _empty_log(connection)


@contextmanager
def _maintenance(engine: Engine, wait: float) -> Iterator[sqlite3.Connection]:
    """The driver's own connection, outside any transaction."""
    with quiet_errors():
        pooled = engine.raw_connection()
        try:
            driver: Any = pooled.driver_connection
            before = driver.execute("PRAGMA busy_timeout").fetchone()[0]
            driver.execute(f"PRAGMA busy_timeout={int(wait * 1000)}")
            try:
                yield driver
            finally:
                driver.execute(f"PRAGMA busy_timeout={before}")
        finally:
            pooled.close()


def _empty_log(connection: sqlite3.Connection) -> None:
    answer: list[object] = []
    _unless_in_use(
        lambda: answer.append(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
    )
    if answer != [(0, 0, 0)]:
        raise NotProven("database_in_use")


def _unless_in_use(act: Callable[[], object]) -> None:
    in_use = False
    try:
        act()
    except sqlite3.OperationalError as error:
        in_use = (error.sqlite_errorname or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
        if not in_use:
            raise
    if in_use:
        raise NotProven("database_in_use")


def _wait_for_older_snapshots(connection: Connection, wait: float) -> None:
    """VACUUM silently keeps every row version that some open transaction may still see."""
    deadline = time.monotonic() + wait
    horizon = connection.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())").scalar()
    while connection.exec_driver_sql(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND (backend_xmin::text::bigint < (%s::bigint & 4294967295) "
        "OR backend_xid::text::bigint < (%s::bigint & 4294967295)) LIMIT 1",
        (int(str(horizon)), int(str(horizon))),
    ).first():
        if time.monotonic() > deadline:
            raise NotProven("database_in_use")
        time.sleep(0.05)


def _our_tables(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
        "AND tableowner = current_user ORDER BY tablename"
    )
    return [str(name) for (name,) in found]
