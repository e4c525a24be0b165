"""Statements about some people, or about all of a controller's, with the people as one value."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final

import orjson
from sqlalchemy import Connection, TextClause, bindparam, text

PEOPLE = "people"


_number = count()
_FEW: Final = 50
"""So few people are looked up one by one, whatever PostgreSQL knows of its tables."""


class Scope:
    """A choice of people for a set-based statement: tens of thousands cost one parameter.

    `subjects`: None means everybody. SQL is put together from our own names only.
    """

    def __init__(
        self, connection: Connection, subjects: Sequence[int] | None, *, only_reads: bool = False
    ) -> None:
        self._connection = connection
        self._postgres = connection.dialect.name == "postgresql"
        self._subjects = subjects
        self._value: Any = None
        self._table: str | None = None
        if subjects is None:
            return
        self._value = list(subjects) if self._postgres else orjson.dumps(subjects).decode()
        if self._postgres and len(subjects) > _FEW and not only_reads:
            self._table = f"chosen_{next(_number)}"
            self._write_table()

    def _write_table(self) -> None:
        """PostgreSQL goes through a list again for each row of a table that it takes for empty,
        which it does within the transaction that fills it. Of this table it knows better."""
        for statement in (
            f"CREATE TEMPORARY TABLE {self._table} (id bigint PRIMARY KEY) ON COMMIT DROP",
            f"INSERT INTO {self._table} SELECT DISTINCT unnest(CAST(:{PEOPLE} AS bigint[]))",
            f"ANALYZE {self._table}",
        ):
            self.execute(statement, {})

    @property
    def is_empty(self) -> bool:
        """Whether nobody is chosen."""
        return self._subjects is not None and not self._subjects

    @property
    def is_postgres(self) -> bool:
        """Whether statements go to PostgreSQL."""
        return self._postgres

    def only(self, column: str) -> str:
        """A condition that `column` is one of the people; always true for everybody."""
        if self._subjects is None:
            return f"{column} <> 0"
        if self._table is not None:
            return f"{column} IN (SELECT id FROM {self._table})"
        if self._postgres:
            return f"{column} = ANY(CAST(:{PEOPLE} AS bigint[]))"
        return f"{column} IN (SELECT value FROM json_each(:{PEOPLE}))"

    def has_word(self, words: str, word: str) -> str:
        """A condition that `word` is one of `words` apart by blanks."""
        find = "strpos" if self._postgres else "instr"
        return f"{find}(' ' || {words} || ' ', ' ' || {word} || ' ') > 0"

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> int:
        """Run a writing statement; how many rows it wrote."""
        written = self._connection.execute(*self._ready(sql, parameters)).rowcount
        if written >= 0 or self._postgres:
            return max(0, written)
        # Python's driver does not count for a statement that begins with WITH.
        changes = self._connection.exec_driver_sql("SELECT changes()").scalar_one()
        return int(changes)

    def fetch(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of a reading statement."""
        return [tuple(row) for row in self._connection.execute(*self._ready(sql, parameters))]

    def _ready(self, sql: str, parameters: Mapping[str, Any]) -> tuple[TextClause, dict[str, Any]]:
        statement = text(sql)
        bound = dict(parameters)
        if f":{PEOPLE}" in sql:
            statement = statement.bindparams(bindparam(PEOPLE))
            bound[PEOPLE] = self._value
        return statement, bound


def values_of(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[str | int]]
) -> tuple[str, dict[str, Any]]:
    """A common table expression of constant rows (words and numbers of the policy)."""
    parameters: dict[str, Any] = {}
    lines = []
    for number, row in enumerate(rows):
        cells = []
        for column, value in zip(columns, row, strict=True):
            key = f"{name}_{column}_{number}"
            parameters[key] = value
            cells.append(f"CAST(:{key} AS {'text' if isinstance(value, str) else 'integer'})")
        lines.append(f"({', '.join(cells)})")
    return f"{name}({', '.join(columns)}) AS (VALUES {', '.join(lines)})", parameters


def pairs_of(
    connection: Connection, pairs: Sequence[tuple[int, int]]
) -> tuple[str, dict[str, Any]]:
    """A subquery of these pairs of numbers, as one or two parameters."""
    if connection.dialect.name == "postgresql":
        columns = {"firsts": [a for a, _ in pairs], "seconds": [b for _, b in pairs]}
        return (
            "SELECT * FROM unnest(CAST(:firsts AS bigint[]), CAST(:seconds AS bigint[]))",
            columns,
        )
    listed = orjson.dumps(pairs).decode()
    sql = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:pairs)"
    return sql, {"pairs": listed}
