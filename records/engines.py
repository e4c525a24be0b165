"""Our own two databases, opened so that what is erased is erased and no error carries a value."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, StatementError

from lifecycle.errors import Busy, GallraError, Misconfigured, Refused, Unreachable

_WAIT: Final = 30
"""Seconds that a transaction waits for another's lock before it gives up as `Busy`."""
_READING: Final = "gallra_reading"

_SQLITE_ERRORS: Final[tuple[tuple[str, type[GallraError], str], ...]] = (
    ("SQLITE_BUSY", Busy, "database_busy"),
    ("SQLITE_LOCKED", Busy, "database_busy"),
    ("SQLITE_FULL", Unreachable, "database_full"),
    ("SQLITE_READONLY", Misconfigured, "database_read_only"),
    ("SQLITE_CANTOPEN", Unreachable, "database_unreachable"),
    ("SQLITE_IOERR", Unreachable, "database_unreachable"),
    ("SQLITE_CORRUPT", Misconfigured, "database_damaged"),
    ("SQLITE_NOTADB", Misconfigured, "database_damaged"),
    ("SQLITE_CONSTRAINT", Refused, "database_conflict"),
)
_POSTGRES_ERRORS: Final[tuple[tuple[str, type[GallraError], str], ...]] = (
    ("40", Busy, "database_busy"),
    ("55P03", Busy, "database_busy"),
    ("53", Unreachable, "database_full"),
    ("25006", Misconfigured, "database_read_only"),
    ("28", Misconfigured, "database_login_refused"),
    ("3D", Misconfigured, "database_missing"),
    ("08", Unreachable, "database_unreachable"),
    ("57", Unreachable, "database_unreachable"),
    ("23", Refused, "database_conflict"),
)


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…` (psycopg 3).

    SQLite: WAL, every commit on disk, `secure_delete` asserted on every connection, file 0600 in
    a 0700 folder; `engine.begin()` takes the write lock at once, `reading(engine)` does not.
    Raises `Misconfigured` for any other address, or where these promises cannot be had.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None:
        raise Misconfigured("database_address_malformed")
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed)
        case "postgresql":
            return _open_postgres(parsed)
    raise Misconfigured("database_kind_unknown")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, and sees one state of the database throughout."""
    options: dict[str, Any] = {_READING: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def quiet_errors() -> Iterator[None]:
    """Turn what a database driver raises into `Busy`, `Unreachable`, `Refused` or
    `Misconfigured`, with no trace of statement, parameters or values left in it."""
    translated: GallraError | None = None
    try:
        yield
    except Exception as error:
        translated = translate(error)
        if translated is None:
            raise
        _forget_values(error)  # COPY goes past SQLAlchemy and so past `_on_error`
    if translated is not None:
        raise translated from None


def translate(error: BaseException) -> GallraError | None:
    """Our error for a database driver's one; None for what did not come from a driver."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, sqlite3.Error):
        table, name = _SQLITE_ERRORS, getattr(cause, "sqlite_errorname", None) or ""
    elif _is_psycopg(cause):
        table, name = _POSTGRES_ERRORS, getattr(cause, "sqlstate", None) or "08"
    elif isinstance(error, DBAPIError):
        return Refused("database_refused")
    else:
        return None
    for prefix, kind, code in table:
        if name.startswith(prefix):
            return kind(code)
    return Refused("database_refused")


def sqlite_file(engine: Engine) -> Path | None:
    """Where the database lies, if it is a file of ours; None on a server."""
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        return None
    return Path(engine.url.database)


def make_private_folder(folder: Path) -> None:
    """Make it, and what is missing above it, for its owner alone. Raises `OSError`."""
    for each in reversed((folder, *folder.parents)):
        if not each.exists():  # `parents` would give those above the usual mode
            each.mkdir(mode=0o700, exist_ok=True)


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise Misconfigured("database_must_be_a_file")
    _make_private(Path(url.database))
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": _WAIT}, pool_size=4, max_overflow=12
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _on_error)
    return engine


def _make_private(file: Path) -> None:
    failed = False
    try:
        make_private_folder(file.parent)
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        elif file.stat().st_mode & 0o077:
            file.chmod(0o600)
    except OSError:
        failed = True
    if failed:
        raise Misconfigured("database_folder_not_writable")


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # `_begin_sqlite` alone opens transactions
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cache_size=-12000")
    connection.execute("PRAGMA secure_delete=ON")
    if connection.execute("PRAGMA secure_delete").fetchone() != (1,):
        raise Misconfigured("database_without_secure_delete")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """The busy handler does not cover this switch, and two processes may open a new file."""
    deadline = time.monotonic() + _WAIT
    while True:
        try:
            answer = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            busy = (error.sqlite_errorname or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
            continue
        if answer != ("wal",):
            raise Misconfigured("database_without_wal")
        return


def _begin_sqlite(connection: Connection) -> None:
    only_reading = connection.get_execution_options().get(_READING, False)
    # IMMEDIATE: a transaction that will write must not find out at its first write that
    # another one was faster, because SQLite then refuses without waiting.
    connection.exec_driver_sql("BEGIN" if only_reading else "BEGIN IMMEDIATE")


def _open_postgres(url: URL) -> Engine:
    arguments: dict[str, Any] = {"connect_timeout": 10, "application_name": "gallra"}
    if "options" not in url.query:
        arguments["options"] = f"-c lock_timeout={_WAIT}s -c synchronous_commit=on"
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        connect_args=arguments,
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=12,
    )
    event.listen(engine, "handle_error", _on_error)
    return engine


def _on_error(context: ExceptionContext) -> None:
    _forget_values(context.original_exception)
    if context.sqlalchemy_exception is not None:
        _forget_values(context.sqlalchemy_exception)


def _forget_values(error: BaseException) -> None:
    """`hide_parameters` keeps values out of SQLAlchemy's message only: the error object still
    carries them into a pickle, and PostgreSQL quotes the offending row in DETAIL."""
    cause = error
    if isinstance(error, StatementError):
        error.params = None
        cause = error.orig if error.orig is not None else error
    if _is_psycopg(cause):
        words = f"{type(cause).__name__} {getattr(cause, 'sqlstate', None) or ''}".strip()
        cause.args = (words,)
        cause._info = None  # type: ignore[attr-defined]  # what `.diag` reads
        error.args = (words,)


def _is_psycopg(error: BaseException) -> bool:
    # By name: psycopg is imported only where PostgreSQL is used.
    return any(kind.__module__.split(".")[0] == "psycopg" for kind in type(error).__mro__)
