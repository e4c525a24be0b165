"""Millions of people in our own tables within seconds: made by the databases themselves."""

# SQL is put together from our own names and numbers.

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, Engine

from records.engines import reading

CONTROLLER: Final = "academedia"
RULE: Final = "participant.six-months"
AS_OF: Final = date(2026, 11, 2)
LEFT_LONG_AGO: Final = "2026-04-01"
STEP: Final = 922_337_203
"""Between two people's numbers: they lie apart as an installation's do."""


def fill(engine: Engine, *, people: int, due: int) -> None:
    """`people` with a case, three holdings, a record elsewhere, a date and a row that is due by it;
    every (people / due)-th of them left long ago, the others lately."""
    with engine.begin() as connection:
        numbers = _numbers(connection, people)
        every = people // due
        late = (AS_OF - timedelta(days=60)).isoformat()
        left = f"CASE WHEN i / {every} * {every} = i THEN '{LEFT_LONG_AGO}' ELSE '{late}' END"
        who, at = f"i * {STEP}", "'2026-01-01T00:00:00.000000+00:00'"
        ours, kind = f"'{CONTROLLER}'", "'participant'"
        digest = "decode(md5(i::text), 'hex')"
        if _is_sqlite(connection):
            digest = f"CAST(printf('%016d', {who}) AS BLOB)"
        for table, columns, values in (
            (
                "subject",
                "id, controller, kind, created_at",
                f"{who}, {ours}, {kind}, {at}",
            ),
            ("blind_index", "digest, kind, subject_id", f"{digest}, 'national_id', {who}"),
            (
                "engagement",
                "id, controller, subject_id, case_reference, service, project, started_on, ends_on",
                f"{who}, {ours}, {who}, CAST(i AS text), 'Rusta', 'Nord', '2026-01-01', {left}",
            ),
            (
                "placement",
                "id, controller, subject_id, kind, system, digest, sealed, categories, seen_at",
                f"{who}, {ours}, {who}, {kind}, 'novo', {digest}, {digest}, 'identity', {at}",
            ),
            (
                "anchor",
                "controller, subject_id, placement_id, event, on_date",
                f"{ours}, {who}, 0, 'left', {left}",
            ),
            (
                "due",
                "controller, rule, anchor_on, subject_id, placement_id",
                f"{ours}, '{RULE}', {left}, {who}, 0",
            ),
        ):
            connection.exec_driver_sql(
                f"{numbers} INSERT INTO {table} ({columns}) SELECT {values} FROM numbers"
                if _is_sqlite(connection)
                else f"INSERT INTO {table} ({columns}) {numbers} SELECT {values} FROM numbers"
            )
        for which, category in enumerate(("identity", "contact", "assignment")):
            values = f"{who} + {which}, {who}, NULL, '{category}', {digest}, {digest}"
            columns = "id, subject_id, engagement_id, category, digest, sealed"
            connection.exec_driver_sql(
                f"INSERT INTO holding ({columns}) {numbers} SELECT {values} FROM numbers"
            )
    _settle(engine)


def numbers_of(people: int, *, first: int, count: int) -> list[int]:
    """`count` people who are not due, from the `first` on."""
    return [i * STEP for i in range(first, min(first + count, people))]


def _numbers(connection: Connection, people: int) -> str:
    if _is_sqlite(connection):
        return (
            "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers "
            f"WHERE i < {people})"
        )
    return f"WITH numbers(i) AS (SELECT generate_series(1::bigint, {people}))"


def _settle(engine: Engine) -> None:
    """What a server does by itself while an installation grows."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        return
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT count(*) FROM subject").scalar_one()


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
