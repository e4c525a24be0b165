"""Backups of the records as a backup program makes them, and puts them back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.factories.databases import PostgresServer

Backups = Callable[[str], Callable[[], None]]
"""Copies the database of that URL, to which nobody is connected; what it gives puts it back."""
_number = count()


@pytest.fixture
def take_backup(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backups]:
    """On SQLite a copy of the file, on PostgreSQL one of the database."""
    if dialect == "sqlite":
        yield lambda url: _copied_file(Path(url.removeprefix("sqlite:///")), tmp_path)
        return
    server: PostgresServer = request.getfixturevalue("session_postgres")
    made: list[str] = []

    def copied(url: str) -> Callable[[], None]:
        name, copy = make_url(url).database, f"backup_{next(_number)}"
        server.run(f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY file_copy")
        made.append(copy)

        def put_back() -> None:
            server.run(
                f"DROP DATABASE {name} WITH (FORCE)",
                f"CREATE DATABASE {name} TEMPLATE {copy} STRATEGY file_copy",
            )

        return put_back

    yield copied
    server.run(*(f"DROP DATABASE {name} WITH (FORCE)" for name in made))


def _copied_file(database: Path, folder: Path) -> Callable[[], None]:
    backup = folder / f"backup-{next(_number)}.db"
    with sqlite3.connect(database) as one, sqlite3.connect(backup) as other:
        one.backup(other)
    one.close()
    other.close()

    def put_back() -> None:
        for suffix in ("-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        shutil.copy(backup, database)
        database.chmod(0o600)

    return put_back
