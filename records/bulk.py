"""Many rows at once: set-based statements as fast as each database takes them."""

# Statements are put together from the names of our own tables and columns only; values are
# always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Select, Table

from records.engines import quiet_errors

_ROWS: Final = 20_000
"""Rows given to SQLite in one call; bounds the memory that an iterator of rows needs."""
_VALUES: Final = 5_000
"""Values in one IN list on SQLite."""


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert `rows`, each with a value per column of `columns`.

    Belongs to the connection's transaction. Raises `Refused("database_conflict")` when a row
    breaks a constraint.
    """
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, table, columns, rows)
        return
    _executemany(connection, _insert(table.name, columns), rows)


def upsert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    *,
    key: Sequence[str] | None = None,
    update: Sequence[str] | None = None,
) -> None:
    """Insert `rows`; where one with the same `key` (default: the primary key) exists, set its
    `update` columns (default: all of `columns` outside the key; empty: leave it as it is).

    Of rows with the same key within one call, the last one wins.
    """
    target = tuple(key) if key is not None else tuple(c.name for c in table.primary_key.columns)
    changed = tuple(update) if update is not None else tuple(c for c in columns if c not in target)
    setting = ", ".join(f"{name} = excluded.{name}" for name in changed)
    conflict = f" ON CONFLICT ({', '.join(target)}) DO " + (
        f"UPDATE SET {setting}" if changed else "NOTHING"
    )
    if connection.dialect.name != "postgresql":
        _executemany(connection, _insert(table.name, columns) + conflict, rows)
        return
    names, keys = ", ".join(columns), ", ".join(target)
    waiting = f"incoming_{table.name}"
    with quiet_errors():
        connection.exec_driver_sql(
            f"CREATE TEMP TABLE {waiting} ON COMMIT DROP AS "
            f"SELECT {names} FROM {table.name} LIMIT 0"
        )
        _copy(connection, waiting, table, columns, rows)
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) SELECT DISTINCT ON ({keys}) {names} "
            f"FROM {waiting} ORDER BY {keys}, ctid DESC{conflict}"
        )
        connection.exec_driver_sql(f"DROP TABLE {waiting}")


def fetch_in(
    connection: Connection,
    select_columns: Sequence[Column[Any]],
    column: Column[Any],
    values: Iterable[Any],
    *,
    also: Mapping[Column[Any], Any] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """The rows whose `column` is one of `values` (any number of them), in no order.

    `also` adds conditions of equality. All columns are of one table.
    """
    names = ", ".join(c.name for c in select_columns)
    for condition, parameters in _chunks(connection, column, values, also):
        with quiet_errors():
            cursor = _driver_cursor(connection)
            try:
                cursor.execute(
                    f"SELECT {names} FROM {column.table.name} WHERE {condition}", parameters
                )
                found = cursor.fetchall()
            finally:
                cursor.close()
        yield from found


def fetch_all(connection: Connection, query: Select[Any]) -> list[tuple[Any, ...]]:
    """All rows of a query, as the driver's own tuples: half the time where there are many."""
    compiled = query.compile(dialect=connection.dialect)
    parameters: Any = compiled.params
    if compiled.positiontup is not None:
        parameters = tuple(compiled.params[name] for name in compiled.positiontup)
    with quiet_errors():
        cursor = _driver_cursor(connection)
        try:
            cursor.execute(str(compiled), parameters)
            return list(cursor.fetchall())
        finally:
            cursor.close()


def delete_in(
    connection: Connection,
    column: Column[Any],
    values: Iterable[Any],
    *,
    also: Mapping[Column[Any], Any] | None = None,
) -> int:
    """Delete the rows whose `column` is one of `values`; how many there were."""
    deleted = 0
    for condition, parameters in _chunks(connection, column, values, also):
        with quiet_errors():
            deleted += connection.exec_driver_sql(
                f"DELETE FROM {column.table.name} WHERE {condition}", parameters
            ).rowcount
    return deleted


def _chunks(
    connection: Connection,
    column: Column[Any],
    values: Iterable[Any],
    also: Mapping[Column[Any], Any] | None,
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Conditions with their parameters that together select `values`."""
    more = tuple((also or {}).items())
    extra = tuple(value for _, value in more)
    remaining = iter(values)
    if connection.dialect.name == "postgresql":
        condition = " AND ".join(
            [
                f"{column.name} = ANY(%s::{_type_name(column)}[])",
                *(f"{c.name} = %s" for c, _ in more),
            ]
        )
        while chunk := list(islice(remaining, _ROWS)):
            yield condition, (chunk, *extra)
        return
    tail = "".join(f" AND {c.name} = ?" for c, _ in more)
    while chunk := list(islice(remaining, _VALUES)):
        yield f"{column.name} IN ({','.join('?' * len(chunk))}){tail}", (*chunk, *extra)


def _driver_cursor(connection: Connection) -> Any:
    """The driver's own cursor within the connection's transaction: it gives plain tuples, which
    halves the time of reading many rows."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.cursor()


def _insert(name: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({','.join('?' * len(columns))})"


def _executemany(connection: Connection, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    remaining = iter(rows)
    while chunk := list(islice(remaining, _ROWS)):
        with quiet_errors():
            connection.exec_driver_sql(sql, chunk)


def _copy(
    connection: Connection,
    into: str,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    if not connection.in_transaction():
        connection.begin()  # COPY goes past SQLAlchemy, which must know that something is open
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 -- the pool gave us a live connection
    statement = f"COPY {into} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with quiet_errors(), driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_type_name(table.c[name]) for name in columns])
        write_row = copy.write_row
        for row in rows:
            write_row(row)


def _type_name(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, LargeBinary):
        return "bytea"
    if isinstance(kind, BigInteger):
        return "int8"
    if isinstance(kind, Integer):
        return "int4"
    return "text"
