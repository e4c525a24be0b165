"""Scrubbing is proven, or it is an error; never silently half done."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select

from lifecycle.errors import NotProven
from records.engines import reading
from records.scrub import empty_log, scrub
from records.tables import data_key

TRACE = b"a trace that must go"


def leave_traces(engine: Engine) -> None:
    """Rows that came, grew, moved between pages and went."""
    with engine.begin() as connection:
        rows = [{"id": n, "epoch": 1, "wrapped": TRACE + bytes(n % 900)} for n in range(1, 2000)]
        connection.execute(insert(data_key), rows)
    with engine.begin() as connection:
        connection.execute(
            data_key.update().where(data_key.c.id % 7 == 0).values(wrapped=TRACE * 40)
        )
        connection.execute(delete(data_key).where(data_key.c.id % 3 == 0))
    with engine.begin() as connection:
        connection.execute(delete(data_key).where(data_key.c.id != 1))
        connection.execute(data_key.update().values(wrapped=b"kept"))


def traces(engine: Engine) -> int:
    file = Path(str(engine.url.database))
    return sum(part.read_bytes().count(TRACE) for part in file.parent.glob(f"{file.name}*"))


def test_nothing_of_deleted_rows_is_left_in_any_sqlite_file(
    keys_engine: Engine, dialect: str
) -> None:
    if dialect != "sqlite":
        pytest.skip("PostgreSQL's files are searched in tests/privacy")
    leave_traces(keys_engine)
    assert traces(keys_engine) > 0, "the search itself works"
    scrub(keys_engine)
    assert traces(keys_engine) == 0
    with reading(keys_engine) as connection:
        assert connection.execute(select(data_key.c.wrapped)).scalars().all() == [b"kept"]


def test_vacuum_leaves_no_dead_row_on_postgresql(keys_engine: Engine, dialect: str) -> None:
    if dialect != "postgresql":
        pytest.skip("dead rows are PostgreSQL's")
    leave_traces(keys_engine)
    scrub(keys_engine)
    with reading(keys_engine) as connection:
        pages = connection.exec_driver_sql(
            "SELECT pg_relation_size('data_key') / current_setting('block_size')::int"
        ).scalar_one()
    assert pages <= 1


def test_a_reader_of_the_old_rows_makes_it_unproven(keys_engine: Engine) -> None:
    with reading(keys_engine) as reader:
        reader.execute(select(data_key)).all()
        leave_traces(keys_engine)
        with pytest.raises(NotProven, match="database_in_use"):
            scrub(keys_engine, wait=0.3)
    scrub(keys_engine)


def test_a_writer_in_the_middle_makes_it_unproven(keys_engine: Engine, dialect: str) -> None:
    if dialect == "sqlite":  # where nobody else could have written meanwhile
        leave_traces(keys_engine)
    with keys_engine.begin() as writer:
        writer.execute(insert(data_key).values(id=7_000, epoch=1, wrapped=b"w"))
        if dialect == "postgresql":
            leave_traces(keys_engine)
        with pytest.raises(NotProven, match="database_in_use"):
            scrub(keys_engine, wait=0.3)
    scrub(keys_engine)
    with reading(keys_engine) as connection:
        assert sorted(connection.execute(select(data_key.c.id)).scalars()) == [1, 7_000]


def test_it_waits_for_who_is_about_to_end(keys_engine: Engine) -> None:
    with reading(keys_engine) as reader:
        reader.execute(select(data_key)).all()
        leave_traces(keys_engine)
        threading.Timer(0.3, reader.rollback).start()
        scrub(keys_engine)


def test_on_postgresql_a_reader_of_the_present_does_not_stand_in_the_way(
    keys_engine: Engine, dialect: str
) -> None:
    if dialect != "postgresql":
        pytest.skip("SQLite's checkpoint waits for every reader")
    leave_traces(keys_engine)
    with reading(keys_engine) as reader:
        reader.execute(select(data_key)).all()
        scrub(keys_engine, wait=0.3)


def test_emptying_the_log_alone_leaves_rows_as_they_are(keys_engine: Engine) -> None:
    leave_traces(keys_engine)
    empty_log(keys_engine)
    with reading(keys_engine) as connection:
        assert connection.execute(select(data_key.c.id)).scalars().all() == [1]
