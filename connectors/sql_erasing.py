"""What an order does to rows: the record with all that belongs to it, or exactly named columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, update
from sqlalchemy.sql.expression import TableClause

from connectors.mapped import erases, places_to_empty
from connectors.sql_tables import BoundTable, State, link_table
from connectors.system import Action, Answer, Order
from lifecycle.bindings.sql import Related
from lifecycle.errors import Misconfigured


class Pointing(NamedTuple):
    """Another table's rows that name a record of this one."""

    table: TableClause
    related: Related
    emptied: Mapping[str, str | int]


def goes_whole(order: Order, table: BoundTable, state: State) -> bool:
    """Whether the record itself goes: nothing else than what goes is in it."""
    return erases(order) and set(table.content(state)) <= set(order.categories)


def answer(order: Order, table: BoundTable, state: State) -> Answer:
    """Whether what had to go is gone.

    A row that is still there is not gone, whatever a column of it says about being deleted or
    about being a record of another kind now. A row that somebody else has by now is not looked at.
    """
    if _is_anothers(order, table, state) or _is_done(order, table, state):
        return Answer.GONE
    return Answer.KEPT if table.is_locked(state) else Answer.STILL_THERE


def carry_out(
    connection: Connection,
    order: Order,
    table: BoundTable,
    orders: Mapping[str | int, Order],
    pointing: Sequence[Pointing],
) -> int:
    """Do to each of these records what `order` says, in the transaction of `connection`.

    `orders`: by key; each says whose record it has to be, in all else they are like `order`.
    Returns how many keys fit two records: nothing was done to either. Raises
    `Misconfigured("key_would_go")`.
    """
    whole: list[str | int] = []
    partly: list[str | int] = []
    ambiguous = 0
    for key, state in table.of_keys(connection, list(orders), lock=True).items():
        borne = [table.identifiers(row) for row in state.rows]
        if borne and not any(orders[key].may_touch(one) for one in borne):
            continue
        if len(state.rows) > 1:
            ambiguous += 1
        elif not table.is_locked(state) and table.is_meant(state):
            (whole if goes_whole(order, table, state) else partly).append(key)
    if whole:
        _erase(connection, table, whole, pointing)
    if partly:
        _empty(connection, order, table, partly, pointing)
    return ambiguous


def _is_anothers(order: Order, table: BoundTable, state: State) -> bool:
    return bool(state.rows) and all(order.is_anothers(table.identifiers(r)) for r in state.rows)


def _is_done(order: Order, table: BoundTable, state: State) -> bool:
    if (order.whole and erases(order)) or goes_whole(order, table, state):
        return not state.rows and not any(state.dependents)
    main = _emptied(order, table)
    if any(not table.is_empty(name, row[name]) for row in state.rows for name in main):
        return False
    if order.action is Action.ANONYMISE and state.others:
        return False
    for binding, rows in zip(table.binding.also, state.dependents, strict=True):
        going = places_to_empty(order, binding.categories)
        if any(not table.is_empty(name, row[name]) for row in rows for name in going):
            return False
    return True


def _emptied(order: Order, table: BoundTable) -> frozenset[str]:
    going = places_to_empty(order, table.binding.categories, besides=table.besides)
    if table.binding.key in going:
        raise Misconfigured("key_would_go", ref=table.binding.table)
    return going


def _erase(
    connection: Connection,
    table: BoundTable,
    keys: Sequence[str | int],
    pointing: Sequence[Pointing],
) -> None:
    for binding, of in zip(table.binding.also, table.dependents, strict=True):
        connection.execute(
            delete(of).where(table.is_one_of(keys, connection, of.c[binding.column]))
        )
    _unlink(connection, table, keys, pointing)
    connection.execute(delete(table.table).where(table.is_one_of(keys, connection)))


def _empty(
    connection: Connection,
    order: Order,
    table: BoundTable,
    keys: Sequence[str | int],
    pointing: Sequence[Pointing],
) -> None:
    if going := _emptied(order, table):
        connection.execute(
            update(table.table)
            .where(table.is_one_of(keys, connection))
            .values(_nothing(table, going))
        )
    for binding, of in zip(table.binding.also, table.dependents, strict=True):
        belongs = table.is_one_of(keys, connection, of.c[binding.column])
        mapped = {place for fields in binding.categories.values() for place in fields.values()}
        places = places_to_empty(order, binding.categories)
        if places == mapped:
            connection.execute(delete(of).where(belongs))
        elif places:
            connection.execute(update(of).where(belongs).values(_nothing(table, places)))
    if order.action is Action.ANONYMISE:
        _unlink(connection, table, keys, pointing)


def _unlink(
    connection: Connection,
    table: BoundTable,
    keys: Sequence[str | int],
    pointing: Sequence[Pointing],
) -> None:
    """Nothing names the record any more, in either direction."""
    for related in table.links:
        of = link_table(related)
        own = of.c[related.own or ""]
        connection.execute(delete(of).where(table.is_one_of(keys, connection, own)))
    for other in pointing:
        related = other.related
        if related.through is not None:
            of = link_table(related)
            named = of.c[related.other or ""]
            connection.execute(delete(of).where(table.is_one_of(keys, connection, named)))
        elif related.column is not None:
            named = other.table.c[related.column]
            connection.execute(
                update(other.table)
                .where(table.is_one_of(keys, connection, named))
                .values({related.column: other.emptied.get(related.column)})
            )


def _nothing(table: BoundTable, places: frozenset[str]) -> dict[str, Any]:
    """NULL, or what the binding says that the database takes in its place."""
    return {name: table.binding.emptied.get(name) for name in sorted(places)}
