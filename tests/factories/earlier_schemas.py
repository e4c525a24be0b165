"""Databases as they stood at an earlier schema, with the rows that the work had written by then.

A row has at each schema the columns that its table had then. Three things were said otherwise:
a telling's cause was called its plan, the witness of a checkpoint bore no controller's name, and
what is on work orders now was on to-dos.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, select

from records.engines import reading
from records.migrations import METADATA, Branch, configuration, version_table

Row = dict[str, Any]
Rows = dict[str, list[Row]]

REVISIONS: Final = tuple(f"r{number:04}" for number in range(1, 17))
"""Every schema that the records ever had; `every_revision` says whether one is missing here."""
_OWN_WITNESS: Final = "r0003"
_CAUSE: Final = "r0006"
_ON_ORDERS: Final = "r0007"
_WITNESS: Final = "file"


def every_revision(engine: Engine, branch: Branch = "records") -> list[str]:
    """Oldest first, as Alembic knows them."""
    with reading(engine) as connection:
        script = ScriptDirectory.from_config(configuration(branch, connection))
        return [one.revision for one in script.walk_revisions()][::-1]


def rows_of(engine: Engine, branch: Branch = "records") -> Rows:
    """Every row of every table that the database has now, in an order of their own."""
    with reading(engine) as connection:
        return {table.name: read_rows(connection, table) for table in _tables(connection, branch)}


def read_rows(connection: Connection, table: Table) -> list[Row]:
    """A table's rows, bytes as bytes."""
    found = connection.execute(select(table)).mappings()
    plain = [{name: _plain(value) for name, value in row.items()} for row in found]
    return sorted(plain, key=repr)


def make_at(engine: Engine, revision: str, rows: Rows, branch: Branch = "records") -> Rows:
    """Bring the empty database to `revision` and fill it; what it holds then."""
    with engine.begin() as connection:
        command.upgrade(configuration(branch, connection), revision)
        for table in _tables(connection, branch):
            written = at_revision(table, rows.get(table.name, []), revision)
            if written:
                connection.execute(table.insert(), written)
    return rows_of(engine, branch)


def at_revision(table: Table, rows: Iterable[Row], revision: str) -> list[Row]:
    """Today's rows of the table as they were written then."""
    names = {column.name for column in table.columns}
    made = [_said_then(table.name, row, revision) for row in rows]
    return [{name: value for name, value in row.items() if name in names} for row in made]


def _said_then(table: str, row: Mapping[str, Any], revision: str) -> Row:
    then = dict(row)
    if table == "telling" and revision < _CAUSE:
        then["plan_id"] = then.pop("cause_id")
    if table == "checkpoint" and revision < _OWN_WITNESS:
        then["sink"] = _WITNESS
    return then


def said_now(table: str, row: Row, revision: str) -> Row | None:
    """What a row written at `revision` is to say after the upgrade; None: it is to be gone."""
    now = dict(row)
    if table == "telling" and revision < _CAUSE:
        now["cause_id"] = now.pop("plan_id")
    if table == "checkpoint" and revision < _OWN_WITNESS:
        now["sink"] = f"{_WITNESS}-academedia"
    if table == "to_do" and revision < _ON_ORDERS and row["kind"] == "misplaced_data":
        return None
    return now


def shape_of(engine: Engine, branch: Branch = "records") -> dict[str, object]:
    """Columns, keys and indexes of every table, as the database itself tells them."""
    with reading(engine) as connection:
        shape: dict[str, object] = {}
        for table in _tables(connection, branch):
            shape[table.name] = (
                sorted(
                    (c.name, str(c.type), c.nullable, repr(_text(c.server_default)))
                    for c in table.columns
                ),
                [c.name for c in table.primary_key.columns],
                sorted(
                    (str(i.name), [c.name for c in i.columns], bool(i.unique), _partial(i))
                    for i in table.indexes
                ),
                sorted(
                    (type(one).__name__, str(one.name), sorted(c.name for c in one.columns))
                    for one in table.constraints
                    if hasattr(one, "columns")
                ),
            )
        return shape


def new_by_tables(engine: Engine, branch: Branch = "records") -> None:
    """Make the tables as the code knows them, by no migration."""
    METADATA[branch].create_all(engine)


def _tables(connection: Connection, branch: Branch) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [t for t in found.sorted_tables if t.name != version_table(branch)]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def _text(default: Any) -> str | None:
    return None if default is None else str(default.arg)


def _partial(index: Any) -> str:
    return repr(
        {
            name: {key: str(value) for key, value in options.items() if "where" in key}
            for name, options in index.dialect_options.items()
        }
    )
