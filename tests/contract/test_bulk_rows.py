"""Many rows at once behave alike on both databases."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from lifecycle.errors import Refused
from records.bulk import delete_in, fetch_in, insert_rows, upsert_rows
from records.engines import reading
from records.tables import blind_index, data_key, engagement, erasure_list, holding, to_do

KEY = ("id", "epoch", "wrapped")


def keys(count: int, epoch: int = 1) -> Iterator[tuple[int, int, bytes]]:
    return ((number << 40, epoch, bytes([number % 251])) for number in range(count))


def everything(engine: Engine) -> list[tuple[int, int, bytes]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(data_key).order_by(data_key.c.id))]


def test_inserted_rows_are_all_there(keys_engine: Engine) -> None:
    with keys_engine.begin() as connection:
        insert_rows(connection, data_key, KEY, keys(45_000))
    assert everything(keys_engine) == list(keys(45_000))


def test_no_rows_are_no_error(keys_engine: Engine) -> None:
    with keys_engine.begin() as connection:
        insert_rows(connection, data_key, KEY, [])
        upsert_rows(connection, data_key, KEY, [])
        assert list(fetch_in(connection, [data_key.c.id], data_key.c.id, [])) == []
        assert delete_in(connection, data_key.c.id, []) == 0
    assert everything(keys_engine) == []


def test_a_conflict_is_refused_and_changes_nothing(keys_engine: Engine) -> None:
    with keys_engine.begin() as connection:
        insert_rows(connection, data_key, KEY, keys(3))
    with pytest.raises(Refused, match="database_conflict"), keys_engine.begin() as connection:
        insert_rows(connection, data_key, KEY, [(7, 1, b"new"), (1 << 40, 1, b"again")])
    assert everything(keys_engine) == list(keys(3))


def test_a_conflict_repeats_no_value(records_engine: Engine) -> None:
    columns = ("id", "controller", "kind", "ref", "number", "opened_at")
    rows = [(number, "planted", "canary", "planted-canary", 1, "") for number in (1, 2)]
    with pytest.raises(Refused) as caught, records_engine.begin() as connection:
        insert_rows(connection, to_do, columns, rows)
    assert "canary" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__suppress_context__
    assert b"canary" not in pickle.dumps(caught.value.__context__)


def test_an_error_of_the_callers_rows_passes_and_changes_nothing(keys_engine: Engine) -> None:
    def broken() -> Iterator[tuple[int, int, bytes]]:
        yield from keys(30_000)
        raise LookupError

    with pytest.raises(LookupError), keys_engine.begin() as connection:
        insert_rows(connection, data_key, KEY, broken())
    assert everything(keys_engine) == []


def test_upsert_replaces_by_primary_key_and_the_last_wins(keys_engine: Engine) -> None:
    with keys_engine.begin() as connection:
        insert_rows(connection, data_key, KEY, [(1, 1, b"a"), (2, 1, b"b")])
        upsert_rows(connection, data_key, KEY, [(2, 2, b"c"), (3, 2, b"d"), (3, 2, b"e")])
        upsert_rows(connection, data_key, KEY, [(1, 3, b"f")])
    assert everything(keys_engine) == [(1, 3, b"f"), (2, 2, b"c"), (3, 2, b"e")]


def test_upsert_by_another_unique_key_sets_only_what_is_named(records_engine: Engine) -> None:
    columns = (
        "id",
        "controller",
        "subject_id",
        "case_reference",
        "service",
        "project",
        "started_on",
    )
    key = ("controller", "case_reference", "service")
    with records_engine.begin() as connection:
        first = (1, "academedia", 10, "CASE-1", "af", "P1", "2026-01-01")
        upsert_rows(connection, engagement, columns, [first], key=key)
        again = (2, "academedia", 10, "CASE-1", "af", "P2", "2026-02-01")
        upsert_rows(connection, engagement, columns, [again], key=key, update=("project",))
        upsert_rows(connection, engagement, columns, [again], key=key, update=())
        found = fetch_in(
            connection,
            [engagement.c.id, engagement.c.project, engagement.c.started_on],
            engagement.c.case_reference,
            ["CASE-1"],
        )
        assert list(found) == [(1, "P2", "2026-01-01")]


def test_rows_that_are_all_key_may_come_twice(records_engine: Engine) -> None:
    columns = ("digest", "kind", "subject_id")
    rows = [(b"\x01" * 16, "national_id", 5), (b"\x02" * 16, "email", 5)]
    with records_engine.begin() as connection:
        upsert_rows(connection, blind_index, columns, rows)
        upsert_rows(connection, blind_index, columns, rows)
        found = fetch_in(
            connection,
            [blind_index.c.digest],
            blind_index.c.subject_id,
            [5],
            also={blind_index.c.kind: "email"},
        )
        assert list(found) == [(b"\x02" * 16,)]


def test_many_thousand_values_are_found_by_number_and_by_digest(
    keys_engine: Engine, records_engine: Engine
) -> None:
    with keys_engine.begin() as connection:
        insert_rows(connection, data_key, KEY, keys(30_000))
    wanted = [number << 40 for number in range(0, 60_000, 2)]
    with reading(keys_engine) as connection:
        found = list(
            fetch_in(connection, [data_key.c.id, data_key.c.wrapped], data_key.c.id, wanted)
        )
    assert sorted(found) == [
        (number, wrapped) for number, _, wrapped in keys(30_000) if number % (2 << 40) == 0
    ]

    digests = [number.to_bytes(16, "big") for number in range(25_000)]
    with records_engine.begin() as connection:
        insert_rows(
            connection, erasure_list, ("digest", "erased_at"), [(d, "2026") for d in digests[::5]]
        )
        found_digests = fetch_in(
            connection, [erasure_list.c.digest], erasure_list.c.digest, digests
        )
        assert sorted(found_digests) == [(digest,) for digest in digests[::5]]


def test_deleting_counts_what_was_there(keys_engine: Engine) -> None:
    with keys_engine.begin() as connection:
        insert_rows(connection, data_key, KEY, keys(12_000))
        assert (
            delete_in(connection, data_key.c.id, [n << 40 for n in range(11_000, 13_000)]) == 1_000
        )
        assert delete_in(connection, data_key.c.id, [5 << 40], also={data_key.c.epoch: 2}) == 0
    assert len(everything(keys_engine)) == 11_000


def test_a_null_and_a_long_value_survive(records_engine: Engine) -> None:
    columns = ("id", "subject_id", "engagement_id", "category", "digest", "sealed")
    rows = [
        (1, 2, None, "identity", b"d", bytes(100_000)),
        ((1 << 63) - 1, 2, 3, "contact", b"", b"\0"),
    ]
    with records_engine.begin() as connection:
        insert_rows(connection, holding, columns, rows)
        found = fetch_in(connection, [holding.c[c] for c in columns], holding.c.subject_id, [2])
        assert sorted(found) == rows
