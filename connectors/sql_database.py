"""Somebody else's database, opened so that it is never made, and no error carries a value."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from lifecycle.errors import GallraError, Misconfigured, Unreachable

_WAIT: Final = 30
"""Seconds that a lock of somebody else's is waited for."""
_READING: Final = "gallra_reading"
_SQLITE: Final = (
    ("SQLITE_BUSY", "system_busy"),
    ("SQLITE_LOCKED", "system_busy"),
    ("SQLITE_READONLY", "system_read_only"),
    ("SQLITE_CORRUPT", "system_damaged"),
    ("SQLITE_NOTADB", "system_damaged"),
    ("SQLITE_ERROR", "system_unlike_binding"),
    ("SQLITE_MISMATCH", "system_unlike_binding"),
)
_POSTGRES: Final = (
    ("40", "system_busy"),
    ("55P03", "system_busy"),
    ("25006", "system_read_only"),
    ("28", "system_login_refused"),
    ("42501", "system_login_refused"),
    ("42", "system_unlike_binding"),
    ("22", "system_unlike_binding"),
)
_NO_LOGIN: Final = re.compile(
    r"authentication failed|FATAL: +role \"[^\"]*\" (does not exist|is not permitted)"
    r"|no pg_hba\.conf entry"
)
"""PostgreSQL gives no state with a login that it refuses, only words; in another language they are
not understood, and the server counts as one that does not answer."""


class Conflict(Exception):
    """The database refuses a change: another table still points there, or a column may not be
    empty. Caught within the connector."""


class Database:
    """One outer database. Each use opens a connection and closes it."""

    def __init__(self, url: str, password: Callable[[], str] | None, *, system: str) -> None:
        self._system = system
        self._password = password
        self.file: Path | None = None
        if url.startswith("sqlite:///"):
            self.file = Path(url.removeprefix("sqlite:///"))
        self._url = url
        self._engine: Engine | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the database throughout. Raises `Unreachable`."""
        options: dict[str, Any] = {_READING: True}
        with self._typed_errors():
            engine = self._opened()
            if engine.dialect.name == "postgresql":
                options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            with engine.connect() as connection:
                yield connection.execution_options(**options)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end. Raises `Unreachable`, `Conflict`."""
        with self._typed_errors(), self._opened().begin() as connection:
            yield connection

    def overwrite_what_was_erased(self) -> None:
        """SQLite: no free page, journal or write-ahead log keeps anything. Raises `Unreachable`.

        `secure_delete` alone leaves values behind in pages that were rearranged before.
        """
        if self.file is None:
            return
        busy = 0
        with self._typed_errors():
            raw = self._opened().raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = (cursor.fetchone() or (1,))[0]
            finally:
                raw.close()
        if busy:
            raise Unreachable("system_busy", ref=self._system)

    def _opened(self) -> Engine:
        if self.file is not None and not self.file.is_file():
            raise Unreachable("system_unreachable", ref=self._system)
        if self._engine is None:
            self._engine = self._embedded(self.file) if self.file else self._server()
        return self._engine

    def _embedded(self, file: Path) -> Engine:
        address = f"{file.as_uri()}?mode=rw"

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                address, uri=True, timeout=_WAIT, isolation_level=None, check_same_thread=False
            )
            _prepare(connection, self._system)
            return connection

        engine = create_engine(
            "sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True
        )
        event.listen(engine, "begin", _begin)
        return engine

    def _server(self) -> Engine:
        try:
            url = make_url(self._url).set(drivername="postgresql+psycopg")
        except ArgumentError:
            url = None
        if url is None:
            raise Misconfigured("system_address_malformed", ref=self._system)
        if self._password is not None:
            url = url.set(password=self._password())
        arguments: dict[str, Any] = {"connect_timeout": _WAIT, "application_name": "gallra"}
        if "options" not in url.query:
            arguments["options"] = f"-c lock_timeout={_WAIT}s"
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)

    @contextmanager
    def _typed_errors(self) -> Iterator[None]:
        failure: Exception | None = None
        try:
            yield
        except GallraError:
            raise
        except DBAPIError as error:
            failure = self._typed(error)
            _forget_values(error)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            code = _code_of(error)
            failure = Unreachable(code, ref=self._system)
        if failure is not None:
            raise failure from None

    def _typed(self, error: DBAPIError) -> Exception:
        original = error.orig
        state = str(getattr(original, "sqlstate", None) or "")
        name = str(getattr(original, "sqlite_errorname", None) or "")
        if state.startswith("23") or name.startswith("SQLITE_CONSTRAINT"):
            return Conflict()
        if isinstance(error, InterfaceError) and not state and not name:
            return Unreachable("system_unlike_binding", ref=self._system)
        return Unreachable(_code_of(original), ref=self._system)


def _forget_values(error: DBAPIError) -> None:
    """The error stays in the chain of whatever is raised in a `with`, and PostgreSQL quotes rows in
    its DETAIL."""
    error.params = None
    original = error.orig
    if original is not None:
        words = f"{type(original).__name__} {getattr(original, 'sqlstate', None) or ''}".strip()
        error.args = original.args = (words,)
        if hasattr(original, "_info"):
            original._info = None  # what psycopg's `.diag` reads


def _code_of(error: BaseException | None) -> str:
    name = str(getattr(error, "sqlite_errorname", None) or "")
    state = str(getattr(error, "sqlstate", None) or "")
    for start, code in _SQLITE:
        if name.startswith(start):
            return code
    for start, code in _POSTGRES:
        if state.startswith(start):
            return code
    if not name and not state and _NO_LOGIN.search(str(error)):
        return "system_login_refused"
    return "system_unreachable"


def _prepare(connection: sqlite3.Connection, system: str) -> None:
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")
    if connection.execute("PRAGMA secure_delete").fetchone() != (1,):
        raise Unreachable("system_unlike_binding", ref=system)


def _begin(connection: Connection) -> None:
    only_reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if only_reading else "BEGIN IMMEDIATE")
