"""A copy of a database is whole and was read again, or it is none."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, func, inspect, select
from sqlalchemy.pool import NullPool

from lifecycle.errors import GallraError, KeyFailure, NotProven, Refused
from records import ledger_check, postgres_copies
from records.engines import quiet_errors
from records.kek import KekSource
from records.keyring import Keyring
from records.ledger_store import Head, read_head
from records.migrations import HEADS, METADATA, Branch, revision, version_table
from records.tables import epoch, ledger_event, named_key

ENDINGS: Final = {"sqlite": "db", "postgresql": "pgdump"}
"""How the copies of each kind of database are called."""


_PROGRAMS: Final = "SELECT 1 FROM sqlite_master WHERE type NOT IN ('table', 'index')"
"""None of ours has any: a copy of somebody's could act by itself once it is put back."""


class Contents(NamedTuple):
    """What a copy was found to hold."""

    revision: str
    """The schema that it was made at."""
    rows: int
    head: Head | None
    """Where its ledger ends; None in a copy of the keys."""
    epochs: tuple[int, ...]
    """The epochs of key-encryption keys that it needs; empty in a copy of the records."""


def ending(engine: Engine) -> str:
    """What the name of a copy of this database ends in."""
    return ENDINGS[engine.dialect.name]


def write(engine: Engine, branch: Branch, target: Path) -> None:
    """Copy the database as it is at one moment to the new file `target` (0600), on disk when this
    returns; work goes on meanwhile.

    SQLite by its own online backup, PostgreSQL by `pg_dump` (custom format, of our tables alone).
    Raises `Misconfigured("backup_tool_missing")`, `Unreachable`.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    if engine.dialect.name == "postgresql":
        postgres_copies.dump(engine, names_of(engine, branch), target)
    else:
        _copy_sqlite(engine, target)
    descriptor = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def names_of(engine: Engine, branch: Branch) -> list[str]:
    """Those of our tables that a PostgreSQL database has now."""
    return postgres_copies.tables_of(engine, METADATA[branch], version_table(branch))


def check(copy: Path, branch: Branch, *, ending: str, ledger_key: bytes | None = None) -> Contents:
    """Read the whole copy again; with `ledger_key` every link of its ledger is computed. `ending`:
    of which kind it is, by `ENDINGS`.

    Raises `Refused("copy_not_readable")` for what is no whole copy of that database,
    `LedgerFailure` for a ledger that does not verify with this key.
    """
    with _opened(copy, branch, ending) as connection:
        found = revision(connection, branch)
        present = set(inspect(connection).get_table_names())
        wanted = set(METADATA[branch].tables)
        if found is None or not present & wanted or (found == HEADS[branch] and wanted - present):
            raise Refused("copy_not_readable")
        tables = [t for t in METADATA[branch].sorted_tables if t.name in present]
        rows = sum(
            connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables
        )
        if branch == "keys":
            known = connection.execute(select(epoch.c.number).where(epoch.c.destroyed_at.is_(None)))
            return Contents(found, rows, None, tuple(sorted(known.scalars())))
        head = read_head(connection)
        if ledger_key is not None:
            ledger_check.verify(connection, ledger_key)
        return Contents(found, rows, head, ())


def compare(engine: Engine, made: Contents) -> None:
    """Hold the ledger of a fresh copy against the records that it was taken of.

    Raises `NotProven("backup_not_proven")` where they say something else.
    """
    if made.head is None:
        return
    with quiet_errors(), engine.connect() as connection:
        link = connection.scalar(
            select(ledger_event.c.link).where(ledger_event.c.position == made.head.size)
        )
    if link is None or bytes(link) != made.head.link:
        raise NotProven("backup_not_proven")


def ledger_key_of(keyring: Keyring) -> bytes | None:
    """The key that the ledger is chained with; None where there is none yet: none is made."""
    return keyring.named("ledger") if keyring.has("ledger") else None


def opens_with(copy: Path, keks: KekSource, *, ending: str) -> bool:
    """Whether the keys of the house in a copy of the key database are wrapped by these.

    Raises `Refused("copy_not_readable")`, `KeyFailure` for a key-encryption key that cannot be
    read.
    """
    with _opened(copy, "keys", ending) as connection:
        rows = connection.execute(select(named_key.c.epoch, named_key.c.wrapped)).all()
        opener = Keyring(connection.engine, keks, now=lambda: datetime.now(UTC))
        try:
            opener.unwrap([(row.epoch, row.wrapped) for row in rows])
        except KeyFailure as failure:
            if failure.code != "key_does_not_unwrap":
                raise
            return False
    return True


def _copy_sqlite(engine: Engine, target: Path) -> None:
    with (
        quiet_errors(),
        closing(engine.raw_connection()) as pooled,
        closing(sqlite3.connect(target)) as copy,
    ):
        source = pooled.driver_connection
        if not isinstance(source, sqlite3.Connection):
            raise Refused("copy_not_readable")
        source.backup(copy)
        # In the copy there is no log beside the file: it is one file, and read-only it opens.
        copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _opened(copy: Path, branch: Branch, ending: str) -> Iterator[Connection]:
    """The copy as it lies there: nothing is written beside it, nothing is changed in it."""
    failure: GallraError | None = None
    try:
        with _connected(copy, branch, ending) as raw:
            engine = create_engine("sqlite://", creator=lambda: raw, poolclass=NullPool)
            try:
                with engine.connect() as connection:
                    yield connection
            finally:
                engine.dispose()
    except (sqlite3.Error, OSError):
        failure = Refused("copy_not_readable")
    except GallraError as error:
        failure = Refused("copy_not_readable") if error.code == "database_damaged" else error
    if failure is not None:
        raise failure from None


@contextmanager
def _connected(copy: Path, branch: Branch, ending: str) -> Iterator[sqlite3.Connection]:
    if ending == ENDINGS["postgresql"]:
        with closing(sqlite3.connect("", check_same_thread=False)) as raw:
            postgres_copies.read_into(raw, copy, METADATA[branch], version_table(branch))
            yield raw
        return
    address = f"{copy.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as raw:
        if raw.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Refused("copy_not_readable")
        if raw.execute(_PROGRAMS).fetchone() is not None:
            raise Refused("copy_not_readable")
        yield raw
