"""Outer systems filled with invented people: any controller's databases, on either engine."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, insert, make_url
from sqlalchemy.pool import NullPool

from connectors.sql_tables import dependent_columns, link_table, named
from connectors.stand_in import statements
from console.test_numbers import official_test_numbers
from lifecycle.bindings.sql import Sql, Table

_WORDS = ("Vinterglim", "Sommarhav", "Bjørkelund", "Åkervind", "Ængmose", "Solhøj", "Nordanvik")


def impossible_cpr(number: int) -> str:
    """A CPR number on the day 00, which nobody has."""
    return f"00{1 + number % 12:02}{number // 12 % 100:02}{number % 10_000:04}"


def person_values(number: int, *, country: str = "SE") -> dict[str, str]:
    """Identifiers and the like of an invented person, the same for the same number everywhere."""
    swedish = official_test_numbers()
    word = _WORDS[number % len(_WORDS)]
    return {
        "national_id": swedish[number] if country == "SE" else impossible_cpr(number),
        "email": f"person{number}@example.{country.lower()}",
        "case_reference": str(100_000_000 + number),
        "name": f"{word} Påhitt{number}",
        "given_name": word,
        "family_name": f"Påhitt{number}",
        "phone": f"070-1740{605 + number % 95}",
    }


@contextmanager
def outer_database(binding: Sql) -> Any:
    """A connection to the database of a binding; committed at the end."""
    url = make_url(binding.url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def make_tables(binding: Sql) -> None:
    """The tables that a binding names, empty."""
    with outer_database(binding) as connection:
        for statement in statements(binding):
            connection.exec_driver_sql(statement)


def fill(
    binding: Sql,
    people: int,
    *,
    country: str = "SE",
    anchors: Mapping[str, str | None] | None = None,
    seed: int = 1,
) -> None:
    """Put `people` of each kind into each table, every field filled; number n is the same person
    in every table and system. A relative n is known because of the others' number n.

    `anchors`: event → ISO date for everybody.
    """
    rng = random.Random(seed)
    with outer_database(binding) as connection:
        for position, table in enumerate(binding.tables):
            for number in range(people):
                _put(connection, binding, table, position, number, country, anchors or {}, rng)


def key_of(binding: Sql, table: Table, number: int) -> str | int:
    """The key of person `number` in `table`, distinct over every table of the system."""
    position = binding.tables.index(table)
    key = (position + 1) * 1_000_000 + number
    return key if table.key_is == "integer" else f"K{key}"


def _put(
    connection: Connection,
    binding: Sql,
    table: Table,
    position: int,
    number: int,
    country: str,
    anchors: Mapping[str, str | None],
    rng: random.Random,
) -> None:
    # Relatives are other people than those whom they are known through.
    values = person_values(number + 500 * position, country=country)
    key = key_of(binding, table, number)
    row: dict[str, Any] = {}
    for fields in table.categories.values():
        for field, place in fields.items():
            row[place] = values.get(field, f"{field} {rng.randrange(10**6)}")
    row |= {place: anchors.get(event) for event, place in table.anchors.items()}
    row |= {place: 1 for place, nothing in table.emptied.items() if isinstance(nothing, int)}
    row |= {table.key: key, **table.only}
    if table.locked:
        row[table.locked.column] = 0 if not isinstance(table.locked.value, str) else "-"
    links = []
    for related in table.related:
        other_table = next(t for t in binding.tables if t.table == related.table)
        other = key_of(binding, other_table, number)
        if related.column:
            row[related.column] = other
        else:
            links.append((link_table(related), {related.own: key, related.other: other}))
    connection.execute(insert(named(table.table, row)).values(row))
    for of, link in links:
        connection.execute(insert(of).values(link))
    for dependent in table.also:
        columns = dependent_columns(dependent) - {dependent.column}
        belonging = {dependent.column: key, **{c: f"{c} {rng.randrange(10**6)}" for c in columns}}
        connection.execute(insert(named(dependent.table, belonging)).values([belonging] * 2))
