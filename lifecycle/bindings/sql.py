"""Databases of outer systems, by table and column."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from lifecycle.bindings.outer import BoundRecords, Identifier
from lifecycle.bindings.places import AtOnce, SecretName, expand
from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name

_COLUMN: Final = re.compile(r"[A-Za-zÅÄÖÆØåäöæø_][A-Za-z0-9ÅÄÖÆØåäöæø_]{0,62}")
_LOOPBACK: Final = {None, "", "localhost", "127.0.0.1", "::1"}
_ENCRYPTED: Final = {"require", "verify-ca", "verify-full"}


def _column(value: object) -> str:
    if not isinstance(value, str) or not _COLUMN.fullmatch(value):
        raise ValueError(
            f"'{value}' is not a table's or a column's name; write letters, digits and underscores"
        )
    return value


Column = Annotated[
    str,
    BeforeValidator(_column),
    WithJsonSchema({"type": "string", "pattern": f"^{_COLUMN.pattern}$"}),
]
"""A table's or a column's name, exactly as the database has it."""


def database_url(value: object, info: ValidationInfo) -> str:
    """A database's address, without a password. Raises `ValueError`, which quotes nothing of it:
    somebody may have written a password into it."""
    right = 'write "sqlite:///${GALLRA_HOME}/systems/name.db" or postgresql://user@host/database'
    if not isinstance(value, str):
        raise ValueError(right)  # noqa: TRY004 -- pydantic's
    url = expand(value, (info.context or {}).get("environment", {}))
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        if not path.startswith("/") or "?" in path:
            raise ValueError("write the file's path from the root or with ${GALLRA_HOME}")
        return url
    try:
        parts = urlsplit(url)
        password, host = parts.password, parts.hostname
    except ValueError:
        raise ValueError(right) from None
    if parts.scheme != "postgresql":
        raise ValueError(right)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if password is not None or "password" in query or "passfile" in query:
        raise ValueError("take the password out of the address: password: {env: NAME}")
    if host not in _LOOPBACK and query.get("sslmode") not in _ENCRYPTED:
        raise ValueError("a database on another machine needs ?sslmode=verify-full")
    return url


class Related(Part):
    """Because of which people this one is known: a parent because of pupils."""

    table: Column = Field(description="the table, bound here as well, that those people stand in")
    column: Column | None = Field(
        default=None, description="the column of this table that has the other one's key"
    )
    through: Column | None = Field(default=None, description="a table that links the two")
    own: Column | None = Field(default=None, description="in it: the key of this table")
    other: Column | None = Field(default=None, description="in it: the key of the other table")

    @model_validator(mode="after")
    def _one_way(self) -> Related:
        linked = (self.through, self.own, self.other)
        if (self.column is None) == (None in linked) or (self.column and any(linked)):
            raise ValueError("write either column, or through with own and other")
        return self


class Dependent(Part):
    """A table whose rows belong to a record and go with it."""

    table: Column
    column: Column = Field(description="its column with the record's key")
    categories: dict[Name, dict[Name, Column]] = Field(min_length=1)


class Locked(Part):
    """A column that says that the system itself keeps a record."""

    column: Column
    value: str | int | bool


class Protected(Part):
    """A column that says that somebody's identity is protected: nothing of such a record is
    given to anybody."""

    column: Column
    negatives: tuple[str | int | bool, ...] = Field(
        default=(),
        description="what means no there, beside an empty column, 0 and false",
    )


class Table(BoundRecords):
    """A table with one row for each record."""

    table: Column
    key: Column
    key_is: Literal["text", "integer"] = "text"
    identifiers: dict[Identifier, Column] = Field(default={})
    categories: dict[Name, dict[Name, Column]] = Field(min_length=1)
    anchors: dict[Name, Column] = Field(default={})
    active: Column | None = None
    only: dict[Column, str | int | bool] = Field(
        default={}, description="the rows that are meant, where a table has several kinds of people"
    )
    related: tuple[Related, ...] = ()
    also: tuple[Dependent, ...] = ()
    locked: Locked | None = None
    protected: Protected | None = None
    emptied: dict[Column, str | int] = Field(
        default={}, description="what an emptied column gets where the database refuses NULL"
    )

    def category_fields(self) -> dict[str, dict[str, str]]:
        """Every category with its fields, dependent tables included."""
        found: dict[str, dict[str, str]] = {n: dict(f) for n, f in self.categories.items()}
        for dependent in self.also:
            for name, fields in dependent.categories.items():
                found.setdefault(name, {}).update(fields)
        return found


class Sql(Part):
    """A database (SQLite, PostgreSQL)."""

    kind: Literal["sql"]
    url: Annotated[str, BeforeValidator(database_url)] = Field(
        description="without a password", repr=False
    )
    password: SecretName | None = None
    tables: tuple[Table, ...] = Field(min_length=1)
    at_once: AtOnce = None
    stand_in: bool = Field(
        default=False, description="SQLite: a file with these tables is made, for trying out"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Sql:
        embedded = self.url.startswith("sqlite:")
        if self.stand_in and not embedded:
            raise ValueError("stand_in: true is for SQLite files only")
        if embedded and self.password is not None:
            raise ValueError("a SQLite file has no password; take it away")
        names = {table.table for table in self.tables}
        for table in self.tables:
            for related in table.related:
                if related.table not in names:
                    raise ValueError(f"related: the table '{related.table}' is not bound here")
        kinds = [(table.table, table.kind) for table in self.tables]
        if len(set(kinds)) != len(kinds):
            raise ValueError("a table is bound twice for the same kind of people; join the two")
        return self

    @property
    def records(self) -> tuple[Table, ...]:
        """What is bound, whatever the kind of system."""
        return self.tables
