"""A system that is a database (SQLite, PostgreSQL): read, erased and stripped by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connectors.mapped import Keys, canonical
from connectors.read_out import read_out, standing
from connectors.sql_database import Conflict, Database
from connectors.sql_erasing import Pointing, answer, carry_out
from connectors.sql_tables import CHUNK, BoundTable, State, chunks
from connectors.stand_in import make_stand_in
from connectors.system import Answer, Asked, Found, Order, ReadOut, Record
from lifecycle.bindings.sql import Sql
from lifecycle.errors import GallraError, Refused


class _Group(NamedTuple):
    """Orders that differ only by their key and by whose it is."""

    order: Order
    """One of them."""
    table: BoundTable
    orders: dict[str | int, Order]
    """By the key as the database compares it."""


class SqlSystem:
    """An outer system's own database. What is done to it is done in chunks, each a transaction of
    its own, by statements for the whole chunk."""

    def __init__(
        self,
        binding: Sql,
        *,
        system: str,
        password: Callable[[], str] | None,
        zone: ZoneInfo,
        residue: frozenset[str] = frozenset(),
    ) -> None:
        """Connects at the first use. A stand-in's file is made here, once."""
        self._system = system
        self._residue = residue
        self._database = Database(binding.url, password, system=system)
        self._keys = Keys((table.table for table in binding.tables), system=system)
        self._tables = [BoundTable(t, self._keys, zone, system=system) for t in binding.tables]
        if binding.stand_in and self._database.file is not None:
            make_stand_in(self._database.file, binding)

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def records(self) -> Iterator[Record]:
        """Every record with anything personal in it; of several tables one after the other.

        Raises `Unreachable`, `Refused("record_malformed")`.
        """
        with self._database.reading() as connection:
            for table in self._tables:
                streamed = connection.execute(table.whole(), execution_options={"yield_per": CHUNK})
                for rows in streamed.mappings().partitions():
                    for state in table.states(connection, rows):
                        if self._is_personal(table, state):
                            yield from (table.record(state, row) for row in state.rows)

    def carry_out(self, orders: Sequence[Order]) -> None:
        """Do exactly this to exactly these records; what the system itself keeps is left.

        Raises `Unreachable`; when everything else is done `Refused` (`key_ambiguous`,
        `system_conflict`) with the number of records that nothing was done to.
        """
        ambiguous = conflicts = 0
        for group in self._groups(orders):
            for keys in chunks(list(group.orders)):
                doubled, refused = self._carry_out(group, keys)
                ambiguous += doubled
                conflicts += refused
        if orders:
            # Also when nothing was left to do: a call before this one may have been killed here.
            self._database.overwrite_what_was_erased()
        if ambiguous:
            raise Refused("key_ambiguous", ref=self._system, records=ambiguous)
        if conflicts:
            raise Refused("system_conflict", ref=self._system, records=conflicts)

    def read_back(self, orders: Sequence[Order]) -> Iterator[Found]:
        """Look anew at each record, whatever `carry_out` believes to have done; in the order of
        the orders."""
        for part in chunks(orders):
            yield from self._look(part)

    def export(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Everything these records hold, dependent rows as a list under their table's name."""
        with self._database.reading() as connection:
            for table in self._tables:
                for part in chunks(dict.fromkeys(keys)):
                    wanted = self._parsed(table, part)
                    for key, state in table.of_keys(connection, list(wanted), lock=False).items():
                        if state.rows and table.is_meant(state):
                            yield wanted[key], canonical(table.content(state))

    def read_out(self, asked: Sequence[Asked]) -> Iterator[ReadOut]:
        """What these records hold now in the categories asked for; see the protocol."""
        for part in chunks(asked):
            yield from self._read_out(part)

    def _read_out(self, asked: Sequence[Asked]) -> list[ReadOut]:
        found: dict[int, ReadOut] = {}
        with self._database.reading() as connection:
            for table, ones in self._by_table(asked).items():
                states = table.of_keys(connection, [key for _, key, _ in ones], lock=False)
                for position, key, one in ones:
                    found[position] = self._told(table, states[key], one)
        return [found[position] for position in range(len(asked))]

    def _by_table(
        self, asked: Sequence[Asked]
    ) -> dict[BoundTable, list[tuple[int, str | int, Asked]]]:
        found: dict[BoundTable, list[tuple[int, str | int, Asked]]] = {}
        for position, one in enumerate(asked):
            table = self._table_of(one)
            key = table.parsed(self._keys.own(table.binding.table, one.key) or "")
            if key is None:
                raise Refused("key_malformed", ref=self._system)
            found.setdefault(table, []).append((position, key, one))
        return found

    def _told(self, table: BoundTable, state: State, asked: Asked) -> ReadOut:
        rows = len(state.rows) if table.is_meant(state) else 0
        kept = standing(
            asked,
            table.identifiers(state.rows[0]) if rows else {},
            rows=rows,
            protected=table.is_protected(state),
        )
        if kept is not None:
            return ReadOut(key=asked.key, shown=kept)
        return read_out(asked, table.read_out(state), system=self._system)

    def _is_personal(self, table: BoundTable, state: State) -> bool:
        """Whether more is left than an anonymised record's residue."""
        content = table.content(state)
        names = {name for fields in content.values() for name in fields}
        return bool(names - self._residue or state.others)

    def _groups(self, orders: Sequence[Order]) -> list[_Group]:
        """The orders by what they do; tables that point at others come first."""
        found: dict[tuple[object, ...], _Group] = {}
        for order in orders:
            table = self._table_of(order)
            key = table.parsed(self._keys.own(table.binding.table, order.key) or "")
            if key is None:
                raise Refused("key_malformed", ref=self._system)
            what = (table.binding.table, *_what(order))
            found.setdefault(what, _Group(order, table, {})).orders[key] = order
        return sorted(found.values(), key=lambda group: not group.table.binding.related)

    def _table_of(self, order: Order | Asked) -> BoundTable:
        for table in self._tables:
            if table.kind == order.kind and self._keys.own(table.binding.table, order.key):
                return table
        raise Refused("key_malformed", ref=self._system)

    def _parsed(self, table: BoundTable, keys: Sequence[str]) -> dict[str | int, str]:
        """The keys of this table as the database compares them → as they are written outside."""
        found: dict[str | int, str] = {}
        for written in keys:
            own = self._keys.own(table.binding.table, written)
            parsed = None if own is None else table.parsed(own)
            if parsed is not None:
                found[parsed] = written
        return found

    def _carry_out(self, group: _Group, keys: Sequence[str | int]) -> tuple[int, int]:
        """How many keys were ambiguous, and how many records the database would not let go."""
        try:
            with self._database.writing() as connection:
                pointing = self._pointing_at(group.table)
                orders = {key: group.orders[key] for key in keys}
                return carry_out(connection, group.order, group.table, orders, pointing), 0
        except Conflict:
            if len(keys) == 1:
                return 0, 1
        # One that is refused must not keep the others of its chunk.
        one_by_one = [self._carry_out(group, [key]) for key in keys]
        return sum(a for a, _ in one_by_one), sum(c for _, c in one_by_one)

    def _pointing_at(self, table: BoundTable) -> list[Pointing]:
        return [
            Pointing(other.table, related, other.binding.emptied)
            for other in self._tables
            for related in other.binding.related
            if related.table == table.binding.table
        ]

    def _look(self, orders: Sequence[Order]) -> list[Found]:
        answers: dict[tuple[object, ...], Answer] = {}
        try:
            with self._database.reading() as connection:
                for group in self._groups(orders):
                    states = group.table.of_keys(connection, list(group.orders), lock=False)
                    for key, order in group.orders.items():
                        what = (order.key, *_what(order))
                        answers[what] = answer(order, group.table, states[key])
        except GallraError:
            answers = {}
        unseen = Answer.COULD_NOT_LOOK
        return [Found(o.key, answers.get((o.key, *_what(o)), unseen)) for o in orders]


def _what(order: Order) -> tuple[object, ...]:
    return order.kind, order.action, order.categories, order.stays, order.whole
