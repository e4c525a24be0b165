"""A database: whether its user may change the bound tables, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, text

from connectors.examination import Finding, Reach, State, What, finding_of, looked
from connectors.sql_database import Database
from lifecycle.bindings.accounts import SqlAccounts, StaffTable
from lifecycle.bindings.sql import Sql
from lifecycle.errors import GallraError

_OWN: Final = text(
    "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
    " FROM pg_roles WHERE rolname = current_user"
)
_MAY: Final = text(
    "SELECT has_table_privilege(CAST(to_regclass(:name) AS oid), :right)"
    " OR (:right = 'UPDATE'"
    " AND has_any_column_privilege(CAST(to_regclass(:name) AS oid), 'UPDATE'))"
)
_OTHERS: Final = text(
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema$)'"
    " AND c.relname NOT IN :bound"
    " AND (has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'UPDATE')"
    " OR has_table_privilege(c.oid, 'TRUNCATE'))"
).bindparams(bindparam("bound", expanding=True))
_TRIGGERS: Final = {
    "postgresql": text(
        "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relname IN :bound"
    ).bindparams(bindparam("bound", expanding=True)),
    "sqlite": text(
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :bound"
    ).bindparams(bindparam("bound", expanding=True)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlExaminer:
    """A bound database; `reach` reads a record as the inventory does."""

    database: Database
    tables: tuple[str, ...]
    wanted: tuple[str, ...]
    """SELECT, DELETE, UPDATE: what is done to the bound tables."""
    reach: Reach
    more: Callable[[], Iterator[Finding]] | None = None
    """Asked last, if it is reached."""
    reads: bool = False
    """Whether it is only read: then no right to change anything is wanted, nor good."""

    def examine(self, *, probe: bool) -> Iterator[Finding]:
        """Reached, rights, triggers that may keep copies. A row is never put into somebody else's
        database, `probe` or not: the rights are told by the database itself."""
        reached = looked(What.REACHED, self.reach, code="answers")
        yield reached
        if reached.state is not State.OK:
            return
        try:
            with self.database.reading() as connection:
                found = list(self._rights(connection))
        except GallraError as error:
            found = [finding_of(What.RIGHTS, error)]
        yield from found
        if not self.reads:
            yield Finding(What.COPIES, State.ASK, "sql_copies")
        if self.more is not None:
            yield from self.more()

    def _rights(self, connection: Connection) -> Iterator[Finding]:
        kind = connection.dialect.name
        own = self._of_server(connection) if kind == "postgresql" else self._of_file()
        found = list(own)
        yield from found or [Finding(What.RIGHTS, State.OK, "rights_fit")]
        if self.reads:
            return
        bound = {"bound": list(self.tables)}
        if connection.execute(_TRIGGERS[kind], bound).scalar_one():
            yield Finding(What.COPIES, State.ASK, "sql_triggers")

    def _of_server(self, connection: Connection) -> Iterator[Finding]:
        if connection.execute(_OWN).scalar_one():
            yield Finding(What.RIGHTS, State.WRONG, "sql_superuser")
            return
        missing = tuple(
            table
            for table in self.tables
            if not all(
                connection.execute(_MAY, {"name": f'"{table}"', "right": right}).scalar_one()
                for right in self.wanted
            )
        )
        if missing:
            yield Finding(What.RIGHTS, State.WRONG, "sql_rights_missing", missing)
        if connection.execute(_OTHERS, {"bound": list(self.tables)}).scalar_one():
            yield Finding(What.RIGHTS, State.WRONG, "sql_other_tables")

    def _of_file(self) -> Iterator[Finding]:
        file = self.database.file
        # Beside the file SQLite needs a journal, so the folder counts as well.
        writable = file is not None and os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
        if file is not None and not writable and not self.reads:
            yield Finding(What.RIGHTS, State.WRONG, "system_read_only")
        if file is not None and file.stat().st_mode & 0o002:
            yield Finding(What.RIGHTS, State.WRONG, "folder_open_to_others")


def sql(
    binding: Sql,
    *,
    name: str,
    password: Callable[[], str] | None,
    reach: Reach,
    more: Callable[[], Iterator[Finding]] | None = None,
) -> SqlExaminer:
    """An outer system's database."""
    tables = dict.fromkeys(
        bound
        for table in binding.tables
        for bound in (
            table.table,
            *(also.table for also in table.also),
            *(related.through for related in table.related if related.through),
        )
    )
    return SqlExaminer(
        database=Database(binding.url, password, system=name),
        tables=tuple(tables),
        wanted=("SELECT", "DELETE", "UPDATE"),
        reach=reach,
        more=more,
    )


def accounts(
    binding: SqlAccounts, *, name: str, password: Callable[[], str] | None, reach: Reach
) -> SqlExaminer:
    """The table that a system's accounts stand in."""
    return SqlExaminer(
        database=Database(binding.url, password, system=name),
        tables=(binding.table,),
        wanted=("SELECT", "DELETE"),
        reach=reach,
    )


def staff(
    binding: StaffTable, *, name: str, password: Callable[[], str] | None, reach: Reach
) -> SqlExaminer:
    """The table that the list of staff is read from: whoever reads it needs to change nothing."""
    return SqlExaminer(
        database=Database(binding.url, password, system=name),
        tables=(),
        wanted=(),
        reach=reach,
        reads=True,
    )
