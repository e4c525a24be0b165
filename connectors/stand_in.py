"""For trying out: a SQLite file with the tables that a binding names, in the place of a system."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from lifecycle.bindings.sql import Sql, Table

MADE = ".made"
"""Beside the file: it was made once. One that has gone since is unreachable, never made anew and
never taken for a system in which everybody is gone."""


def make_stand_in(file: Path, binding: Sql) -> None:
    """Make the file with empty tables, if it was never made before. A folder that cannot be
    written to makes the system unreachable, which shows when it is used."""
    made = file.with_name(file.name + MADE)
    with suppress(OSError, sqlite3.Error):
        if file.exists():
            made.touch(mode=0o600)
        if made.exists():
            return
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        try:
            with closing(sqlite3.connect(fresh)) as db:
                for statement in statements(binding):
                    db.execute(statement)
                db.commit()
            with suppress(FileExistsError):
                # Another process may have been faster: its file stays.
                os.link(fresh, file)
        finally:
            fresh.unlink()
        made.touch(mode=0o600)


def statements(binding: Sql) -> list[str]:
    """CREATE statements for every table that the binding names, in standard SQL."""
    tables: dict[str, dict[str, str]] = {}
    for table in binding.tables:
        columns = tables.setdefault(table.table, {})
        key_type = "TEXT" if table.key_is == "text" else "BIGINT"
        columns[table.key] = f"{key_type} PRIMARY KEY"
        for name, type_ in _columns(table, key_type).items():
            columns.setdefault(name, type_)
        for dependent in table.also:
            rows = tables.setdefault(dependent.table, {})
            rows[dependent.column] = f"{key_type} NOT NULL"
            for fields in dependent.categories.values():
                rows |= dict.fromkeys(fields.values(), "TEXT")
        for related in table.related:
            if related.through and related.own and related.other:
                of = next(t for t in binding.tables if t.table == related.table)
                other = "TEXT" if of.key_is == "text" else "BIGINT"
                tables.setdefault(related.through, {}).update(
                    {related.own: f"{key_type} NOT NULL", related.other: f"{other} NOT NULL"}
                )
    return [
        f'CREATE TABLE "{name}" ({", ".join(_column(c, t) for c, t in columns.items())})'
        for name, columns in tables.items()
    ]


def _column(name: str, type_: str) -> str:
    """A quoted column with its type."""
    return f'"{name}" {type_}'


def _columns(table: Table, key_type: str) -> dict[str, str]:
    found = {name: "TEXT" for fields in table.categories.values() for name in fields.values()}
    found |= dict.fromkeys(table.anchors.values(), "TEXT")
    if table.active:
        found[table.active] = "TEXT"
    if table.protected:
        found[table.protected.column] = "TEXT"
    for related in table.related:
        if related.column:
            found[related.column] = key_type
    constants = dict(table.only)
    if table.locked:
        constants[table.locked.column] = table.locked.value
    for name, value in constants.items():
        found[name] = "TEXT" if isinstance(value, str) else "BIGINT"
    for name, value in table.emptied.items():
        kind = "TEXT" if isinstance(value, str) else "BIGINT"
        found[name] = f"{kind} NOT NULL"
    return found
