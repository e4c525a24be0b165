"""An effect and its event are written together or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete, func, insert, select, text

from lifecycle.errors import GallraError, LedgerFailure, Refused
from lifecycle.ledger import EventKind, LedgerEvent
from records.engines import reading
from records.ledger_check import verify
from records.ledger_store import LedgerStore
from records.tables import lease, ledger_event, ledger_head
from records.unit_of_work import UnitOfWork
from tests.factories.ledgers import LEDGER_KEY, RUN_REF, a_unit_of_work, begin_ledger

AN_EFFECT = insert(lease).values(name="effect", holder="test", expires_at="2026")


def effects(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(lease)) or 0


def events(engine: Engine) -> list[LedgerEvent]:
    with reading(engine) as connection:
        bodies = connection.scalars(select(ledger_event.c.body).order_by(ledger_event.c.position))
        return [LedgerEvent.from_body(body) for body in bodies]


@pytest.fixture
def ledger(records_engine: Engine) -> LedgerStore:
    return begin_ledger(records_engine)


def test_effect_and_event_are_committed_together(
    records_engine: Engine, ledger: LedgerStore
) -> None:
    with a_unit_of_work(records_engine, ledger) as work:
        work.connection.execute(AN_EFFECT)
        work.record(
            EventKind.IMPORT_STORED, rule="A-98", expected=3, acted=3, facts={"why": "x"}, rows=4
        )
        head = work.commit()
    assert head.size == 2
    assert effects(records_engine) == 1
    last = events(records_engine)[-1]
    assert (last.kind, last.run, last.controller) == (
        EventKind.IMPORT_STORED,
        RUN_REF,
        "academedia",
    )
    assert (last.expected, last.acted, last.rule) == (3, 3, "A-98")
    assert dict(last.numbers) == {"rows": 4}
    assert dict(last.facts) == {"why": "x"}


def test_many_events_in_one_unit_keep_their_order(
    records_engine: Engine, ledger: LedgerStore
) -> None:
    with a_unit_of_work(records_engine, ledger) as work:
        for number in range(500):
            work.record(EventKind.STAGING_SEEN, number=number)
        assert work.commit().size == 501
    assert [event.numbers.get("number") for event in events(records_engine)[1:]] == list(range(500))
    with reading(records_engine) as connection:
        assert verify(connection, LEDGER_KEY).size == 501


def test_no_event_no_commit(records_engine: Engine, ledger: LedgerStore) -> None:
    with (
        pytest.raises(LedgerFailure, match="no_event"),
        a_unit_of_work(records_engine, ledger) as work,
    ):
        work.connection.execute(AN_EFFECT)
        work.commit()
    assert effects(records_engine) == 0


def test_leaving_without_commit_undoes_everything(
    records_engine: Engine, ledger: LedgerStore
) -> None:
    with a_unit_of_work(records_engine, ledger) as work:
        work.connection.execute(AN_EFFECT)
        work.record(EventKind.IMPORT_STORED)
    assert (effects(records_engine), len(events(records_engine))) == (0, 1)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_inside_undoes_everything(
    records_engine: Engine, ledger: LedgerStore, error: type[BaseException]
) -> None:
    with pytest.raises(error), a_unit_of_work(records_engine, ledger) as work:
        work.connection.execute(AN_EFFECT)
        work.record(EventKind.IMPORT_STORED)
        raise error
    assert (effects(records_engine), len(events(records_engine))) == (0, 1)


def test_an_event_with_personal_text_stops_the_effect(
    records_engine: Engine, ledger: LedgerStore
) -> None:
    with (
        pytest.raises(LedgerFailure, match="text_like_address"),
        a_unit_of_work(records_engine, ledger) as work,
    ):
        work.connection.execute(AN_EFFECT)
        work.record(EventKind.IMPORT_STORED, ref="anna@example.se")
        work.commit()
    assert effects(records_engine) == 0


def test_nothing_gets_past_the_ledger(records_engine: Engine, ledger: LedgerStore) -> None:
    with (
        pytest.raises(LedgerFailure, match="committed_past_the_ledger"),
        a_unit_of_work(records_engine, ledger) as work,
    ):
        work.connection.execute(AN_EFFECT)
        work.record(EventKind.IMPORT_STORED)
        work.connection.commit()
    assert (effects(records_engine), len(events(records_engine))) == (0, 1)


def test_events_of_an_effect_that_was_undone_are_not_written(
    records_engine: Engine, ledger: LedgerStore
) -> None:
    with (
        pytest.raises(LedgerFailure, match="transaction_lost"),
        a_unit_of_work(records_engine, ledger) as work,
    ):
        work.connection.execute(AN_EFFECT)
        work.record(EventKind.IMPORT_STORED)
        work.connection.rollback()
        work.connection.execute(select(lease))
        work.commit()
    assert (effects(records_engine), len(events(records_engine))) == (0, 1)


def test_a_savepoint_may_be_undone(records_engine: Engine, ledger: LedgerStore) -> None:
    with a_unit_of_work(records_engine, ledger) as work:
        inner = work.connection.begin_nested()
        work.connection.execute(AN_EFFECT)
        inner.rollback()
        work.record(EventKind.IMPORT_REFUSED)
        work.commit()
    assert (effects(records_engine), len(events(records_engine))) == (0, 2)


def test_a_unit_that_is_over_is_dead(records_engine: Engine, ledger: LedgerStore) -> None:
    work = a_unit_of_work(records_engine, ledger)
    with pytest.raises(LedgerFailure, match="unit_of_work_over"):
        _ = work.connection
    with work:
        work.record(EventKind.IMPORT_STORED)
        work.commit()
        for attempt in (
            work.commit,
            lambda: work.record(EventKind.IMPORT_STORED),
            lambda: work.connection,
            work.__enter__,
        ):
            with pytest.raises(LedgerFailure, match="unit_of_work_over"):
                attempt()
    assert len(events(records_engine)) == 2


def test_a_refused_commit_cannot_be_tried_again(
    records_engine: Engine, ledger: LedgerStore
) -> None:
    with a_unit_of_work(records_engine, ledger) as work:
        with pytest.raises(LedgerFailure, match="no_event"):
            work.commit()
        with pytest.raises(LedgerFailure, match="unit_of_work_over"):
            work.record(EventKind.IMPORT_STORED)


def everything_in(error: BaseException | None) -> str:
    told = []
    while error is not None:
        told.append(f"{error!r} {error} {vars(error)}")
        error = error.__cause__ or error.__context__
    return " ".join(told)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO lease VALUES ('twice', 'Anna Andersson', '2026')",
        "INSERT INTO lease VALUES (NULL, 'Anna Andersson', '2026')",
        "SELECT 'Anna Andersson' FROM no_such_table",
        "Anna Andersson",
    ],
)
def test_a_driver_error_comes_out_without_its_words(
    records_engine: Engine, ledger: LedgerStore, statement: str
) -> None:
    with pytest.raises(GallraError) as refusal, a_unit_of_work(records_engine, ledger) as work:
        work.record(EventKind.IMPORT_STORED)
        work.connection.execute(insert(lease).values(name="twice", holder="x", expires_at="2026"))
        work.connection.execute(text(statement))
    assert isinstance(refusal.value, Refused)
    assert "Anna" not in everything_in(refusal.value)
    assert "lease" not in everything_in(refusal.value)
    assert (effects(records_engine), len(events(records_engine))) == (0, 1)


def test_the_ledger_is_begun_once(records_engine: Engine, ledger: LedgerStore) -> None:
    with a_unit_of_work(records_engine, ledger) as work:
        before = ledger.head(work.connection)
        assert not ledger.initialise(work.connection)
        assert ledger.head(work.connection) == before


def test_events_without_a_head_are_not_begun_anew(
    records_engine: Engine, ledger: LedgerStore
) -> None:
    with (
        pytest.raises(LedgerFailure, match="head_missing"),
        a_unit_of_work(records_engine, ledger) as work,
    ):
        work.connection.execute(delete(ledger_head))
        ledger.initialise(work.connection)


def test_reading_gives_what_was_asked_for(records_engine: Engine) -> None:
    ledger = begin_ledger(records_engine, 20)
    with reading(records_engine) as connection:
        assert [e.position for e in ledger.read(connection)] == list(range(1, 22))
        assert [e.position for e in ledger.read(connection, first=5, last=7)] == [5, 6, 7]
        assert list(ledger.read(connection, first=30)) == []


def test_the_ledger_does_not_show_its_keys(ledger: LedgerStore) -> None:
    assert repr(ledger) == "LedgerStore()"
    assert UnitOfWork.__repr__ is object.__repr__
