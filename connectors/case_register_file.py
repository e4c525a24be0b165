"""The case register's own database file: who a case is about lies in it only sealed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lifecycle.errors import Busy, Misconfigured, Unreachable

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS case_record (
    id INTEGER PRIMARY KEY,
    case_reference TEXT NOT NULL,
    service TEXT NOT NULL,
    project TEXT NOT NULL,
    opened TEXT NOT NULL,
    coach TEXT,
    payload_id INTEGER,
    sealed BLOB,
    UNIQUE (case_reference, service),
    CHECK ((sealed IS NULL) = (payload_id IS NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS case_record_project ON case_record (project);
CREATE INDEX IF NOT EXISTS case_record_coach ON case_record (coach) WHERE coach IS NOT NULL;

-- Keys that must be destroyed: written by the same transaction that makes them useless.
CREATE TABLE IF NOT EXISTS shredding (payload_id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER IF NOT EXISTS payload_replaced AFTER UPDATE OF payload_id ON case_record
WHEN old.payload_id IS NOT NULL AND old.payload_id IS NOT new.payload_id
BEGIN INSERT OR IGNORE INTO shredding VALUES (old.payload_id); END;

-- Blocks of ids whose keys were made for a transaction that is not committed yet.
CREATE TABLE IF NOT EXISTS sealing (first_id INTEGER PRIMARY KEY, number INTEGER NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS batch (
    reference TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (reference, digest)
) STRICT, WITHOUT ROWID;
"""
_BUSY_CODES: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PATIENCE: Final = 30.0
"""Seconds to wait for another writer."""


class RegisterFile:
    """Opens the register; every connection overwrites what it deletes and syncs what it writes."""

    def __init__(self, path: Path) -> None:
        """Creates the file (0600), its folder (0700) and its tables where they are missing.

        Raises `Unreachable`.
        """
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        except OSError:
            raise Unreachable("register_unreachable") from None
        with self.writing() as db:
            db.executescript(_SCHEMA)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection in autocommit; errors come out typed and without values."""
        with _typed_errors():
            db = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=rw",
                uri=True,
                isolation_level=None,
                timeout=_PATIENCE,
                check_same_thread=False,  # a generator may be closed by another thread
            )
            try:
                _assert_settings(db)
                yield db
            finally:
                db.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The same for the one process that may write now: a lock that dies with its holder
        keeps another process from taking unfinished work for abandoned. Raises `Busy`."""
        lock = os.open(
            self._path.with_name(self._path.name + "-lock"),
            os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC,
            0o600,
        )
        try:
            _take(lock)
            with self.reading() as db:
                yield db
        finally:
            os.close(lock)


def _take(lock: int) -> None:
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise Busy("register_busy") from None
            time.sleep(0.02)
        else:
            return


def _assert_settings(db: sqlite3.Connection) -> None:
    wanted = {"journal_mode=WAL": "wal", "secure_delete=ON": 1}
    for pragma, answer in wanted.items():
        if db.execute(f"PRAGMA {pragma}").fetchone()[0] != answer:
            raise Misconfigured("register_setting_refused")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA cache_size=-16000")


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; takes the write lock at once."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def empty_log(db: sqlite3.Connection) -> None:
    """Bring everything into the main file and truncate the write-ahead log, which else keeps
    what was deleted. Raises `Busy` while somebody reads."""
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise Busy("register_busy")


@contextlib.contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in _BUSY_CODES:
            raise Busy("register_busy") from None
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise Unreachable("register_damaged") from None
        raise Unreachable("register_unreachable") from None
