"""A bound table as statements, and its rows as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, collate, column, select, table
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.sql.expression import TableClause

from connectors.mapped import Keys, canonical, is_empty, local_date
from connectors.read_out import is_protected
from connectors.system import Record
from lifecycle.bindings.sql import Dependent, Related, Table
from lifecycle.errors import Refused, Unreachable

CHUNK: Final = 500
"""Records asked for or changed by one statement."""


def named(name: str, columns: Iterable[str]) -> TableClause:
    """A table by its exact name, always quoted."""
    return table(
        quoted_name(name, True), *(column(quoted_name(c, True)) for c in sorted(set(columns)))
    )


@dataclass(slots=True)
class State:
    """One record as it stands in the database now."""

    rows: list[RowMapping] = field(default_factory=list, repr=False)
    """One; none where only dependent rows are left; two where its key is ambiguous."""
    dependents: list[list[RowMapping]] = field(default_factory=list, repr=False)
    """Of each dependent table the rows that belong to the record."""
    others: tuple[str, ...] = field(default=(), repr=False)
    """Keys of the people because of whom this one is known."""


class BoundTable:
    """What the binding of one table means."""

    def __init__(self, binding: Table, keys: Keys, zone: ZoneInfo, *, system: str) -> None:
        self.binding = binding
        self.kind = binding.kind
        self._keys = keys
        self._zone = zone
        self._system = system
        self.links = tuple(r for r in binding.related if r.through is not None)
        self.direct = tuple(r for r in binding.related if r.column is not None)
        self.besides = (
            *binding.anchors.values(),
            *((binding.active,) if binding.active else ()),
            *(r.column for r in self.direct if r.column),
        )
        self.table = named(binding.table, self._columns())
        self.dependents = tuple(named(d.table, dependent_columns(d)) for d in binding.also)

    def key_column(self, of: TableClause | None = None, name: str | None = None) -> Any:
        """The column with a record's key, compared exactly (by bytes) where it is text."""
        return (self.table if of is None else of).c[name or self.binding.key]

    def is_one_of(
        self, keys: Sequence[str | int], connection: Connection, of: Any = None
    ) -> ColumnElement[bool]:
        """The condition "its key is exactly one of these"."""
        of = self.key_column() if of is None else of
        if self.binding.key_is == "text" and connection.dialect.name == "sqlite":
            of = collate(of, "BINARY")
        return of.in_(keys)  # type: ignore[no-any-return]

    def parsed(self, key: str) -> str | int | None:
        """A key as the database compares it; None: no record can have it."""
        if self.binding.key_is == "text":
            return key
        # "017" and "+17" are not how 17 is written: such a key is nobody's.
        number = int(key) if key.removeprefix("-").isdecimal() and len(key) < 20 else None
        return number if str(number) == key and -(2**63) <= (number or 0) < 2**63 else None

    def whole(self) -> Select[Any]:
        """Every row that is meant."""
        conditions = [self.table.c[name] == value for name, value in self.binding.only.items()]
        return select(self.table).where(*conditions)

    def states(self, connection: Connection, batch: Iterable[RowMapping]) -> list[State]:
        """These rows with what belongs to them."""
        found: dict[str | int, State] = {}
        for row in batch:
            found.setdefault(self._own_key(row), State()).rows.append(row)
        self._complete(connection, found)
        return list(found.values())

    def of_keys(
        self, connection: Connection, keys: Sequence[str | int], *, lock: bool
    ) -> dict[str | int, State]:
        """What stands there under these keys, whatever else the rows say."""
        found: dict[Any, State] = {key: State() for key in keys}
        query = select(self.table).where(self.is_one_of(keys, connection))
        for row in connection.execute(query.with_for_update() if lock else query).mappings():
            state = found.get(self._own_key(row))
            if state is None:
                # A column that compares otherwise than by bytes, like CHAR(n) with its blanks.
                raise Unreachable("system_unlike_binding", ref=self._system)
            state.rows.append(row)
        self._complete(connection, found)
        return found

    def is_meant(self, state: State) -> bool:
        """Whether it is a record of this kind, and the system does not keep it."""
        return all(
            row[name] == value for row in state.rows for name, value in self.binding.only.items()
        )

    def is_locked(self, state: State) -> bool:
        """Whether the system itself keeps it."""
        locked = self.binding.locked
        return locked is not None and any(row[locked.column] == locked.value for row in state.rows)

    def is_protected(self, state: State) -> bool:
        """Whether the system says that the person's identity is protected."""
        mark = self.binding.protected
        return mark is not None and any(
            is_protected(row[mark.column], mark.negatives) for row in state.rows
        )

    def is_empty(self, name: str, value: object) -> bool:
        """Whether a column has nothing in it."""
        return is_empty(value) or (
            name in self.binding.emptied and value == self.binding.emptied[name]
        )

    def content(self, state: State) -> dict[str, dict[str, Any]]:
        """Category → field → value, what is empty left out; of dependent rows a list of them."""
        found: dict[str, dict[str, Any]] = {}
        for row in state.rows:
            for category, fields in self.binding.categories.items():
                for name, place in fields.items():
                    if not self.is_empty(place, row[place]):
                        found.setdefault(category, {})[name] = row[place]
        for binding, rows in zip(self.binding.also, state.dependents, strict=True):
            for category, fields in binding.categories.items():
                filled = [
                    kept
                    for row in rows
                    if (
                        kept := {
                            n: row[c] for n, c in fields.items() if not self.is_empty(c, row[c])
                        }
                    )
                ]
                if filled:
                    found.setdefault(category, {})[binding.table] = filled
        return found

    def read_out(self, state: State) -> dict[str, dict[str, Any]]:
        """As `content`, the rows of dependent tables numbered from 1 behind each field's name, in
        an order that is the same on every reading."""
        found = self.content(state)
        for category, fields in found.items():
            number = 0
            for dependent in self.binding.also:
                if category not in dependent.categories:
                    continue
                for row in sorted(fields.pop(dependent.table, ()), key=canonical):
                    number += 1
                    fields |= {f"{name} {number}": value for name, value in row.items()}
            found[category] = fields
        return found

    def identifiers(self, row: RowMapping) -> dict[str, str]:
        """Those by which the binding lets people be recognised; empty ones left out."""
        places = {name: self.binding.identifiers[name] for name in self.binding.match}
        return {n: str(row[p]) for n, p in places.items() if not self.is_empty(p, row[p])}

    def record(self, state: State, row: RowMapping) -> Record:
        """As the inventory sees it. Raises `Refused("record_malformed")`."""
        binding = self.binding
        active = None if binding.active is None else self._date(row[binding.active])
        return Record(
            key=self._keys.written(binding.table, str(self._own_key(row))),
            kind=binding.kind,
            identifiers=self.identifiers(row),
            categories=tuple(sorted(self.content(state))),
            anchors={event: self._date(row[place]) for event, place in binding.anchors.items()},
            active_on=active,
            related=state.others,
        )

    def _complete(self, connection: Connection, found: Mapping[str | int, State]) -> None:
        keys = list(found)
        by_text = {str(key): state for key, state in found.items()}
        for state in by_text.values():
            state.dependents = [[] for _ in self.dependents]
        for position, binding in enumerate(self.binding.also):
            of = self.dependents[position]
            query = select(of).where(self.is_one_of(keys, connection, of.c[binding.column]))
            for row in connection.execute(query).mappings():
                owner = by_text.get(str(row[binding.column]))
                if owner is not None:
                    owner.dependents[position].append(row)
        self._relate(connection, by_text, keys)

    def _relate(
        self, connection: Connection, found: Mapping[str, State], keys: Sequence[str | int]
    ) -> None:
        for related in self.direct:
            for state in found.values():
                for row in state.rows:
                    other = row[related.column or ""]
                    if not self.is_empty(related.column or "", other):
                        state.others += (self._keys.written(related.table, str(other)),)
        for related in self.links:
            of = link_table(related)
            own, other = of.c[related.own or ""], of.c[related.other or ""]
            query = select(own, other).where(self.is_one_of(keys, connection, own)).order_by(other)
            for one, another in connection.execute(query):
                if str(one) in found and another is not None:
                    found[str(one)].others += (self._keys.written(related.table, str(another)),)

    def _columns(self) -> set[str]:
        binding = self.binding
        return {
            binding.key,
            *(c for fields in binding.categories.values() for c in fields.values()),
            *self.besides,
            *binding.only,
            *((binding.locked.column,) if binding.locked else ()),
            *((binding.protected.column,) if binding.protected else ()),
        }

    def _own_key(self, row: RowMapping) -> str | int:
        """Raises `Refused("record_malformed")` for a record without a key."""
        value = row[self.binding.key]
        if value is None or value == "":
            raise Refused("record_malformed", ref=self._system)
        expected = str if self.binding.key_is == "text" else int
        if not isinstance(value, expected) or isinstance(value, bool):
            # Compared as another type nothing would ever be found: that must not read as "gone".
            raise Unreachable("system_unlike_binding", ref=self._system)
        return value

    def _date(self, value: object) -> Any:
        return local_date(value, self._zone, system=self._system)


def dependent_columns(binding: Dependent) -> set[str]:
    """The columns of a dependent table that are looked at."""
    mapped = {place for fields in binding.categories.values() for place in fields.values()}
    return mapped | {binding.column}


def link_table(related: Related) -> TableClause:
    """The table that links people to those because of whom they are known."""
    return named(related.through or "", (related.own or "", related.other or ""))


def chunks(rows: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """`rows` in lists of at most `size`."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
