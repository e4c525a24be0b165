"""Before and after every deletion a witness outside the host learns how long the ledger is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select, update

from connectors.witness import FileWitness
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import EventKind, LedgerEvent
from records.checkpoints import make_checkpoint, newest_checkpoint, note_checkpoint
from records.engines import reading
from records.ledger_check import verify
from records.ledger_store import LedgerStore
from records.tables import checkpoint as checkpoint_table
from records.tables import ledger_event, ledger_head
from tests.factories.ledgers import LEDGER_KEY, TickingClock, a_unit_of_work, begin_ledger


@pytest.fixture
def ledger(records_engine: Engine) -> LedgerStore:
    return begin_ledger(records_engine, 10)


@pytest.fixture
def witness(tmp_path: Path) -> FileWitness:
    return FileWitness(tmp_path / "witness.txt")


def witness_now(engine: Engine, ledger: LedgerStore, witness: FileWitness) -> None:
    made = make_checkpoint(engine, ledger, now=TickingClock())
    witness.take(made.text, size=made.size)
    with a_unit_of_work(engine, ledger) as work:
        note_checkpoint(work, made, sink="file")
        work.commit()


def verify_by(engine: Engine, ledger: LedgerStore, witness: FileWitness) -> int:
    with reading(engine) as connection:
        return verify(
            connection,
            LEDGER_KEY,
            checkpoint=witness.latest(),
            public_key=ledger.public_key,
        ).size


def test_the_ledger_grows_on_and_agrees_with_its_witness(
    records_engine: Engine, ledger: LedgerStore, witness: FileWitness
) -> None:
    for expected in (11, 12, 13):
        witness_now(records_engine, ledger, witness)
        taken = witness.latest()
        assert taken is not None
        assert taken.size == expected
        assert verify_by(records_engine, ledger, witness) == expected + 1


def test_what_the_witness_took_is_itself_an_event(
    records_engine: Engine, ledger: LedgerStore, witness: FileWitness
) -> None:
    witness_now(records_engine, ledger, witness)
    taken = witness.latest()
    assert taken is not None
    with reading(records_engine) as connection:
        [*_, last] = ledger.read(connection)
        assert newest_checkpoint(connection) == taken
        assert newest_checkpoint(connection, sink="file") == taken
        assert newest_checkpoint(connection, sink="mail") is None
    event = LedgerEvent.from_body(last.body)
    assert event.kind is EventKind.CHECKPOINT_MADE
    assert dict(event.numbers) == {"size": 11}
    assert dict(event.facts) == {"sink": "file", "link": taken.link.hex()}


def test_noting_a_checkpoint_twice_is_harmless(records_engine: Engine, ledger: LedgerStore) -> None:
    made = make_checkpoint(records_engine, ledger, now=TickingClock())
    for _ in range(2):
        with a_unit_of_work(records_engine, ledger) as work:
            note_checkpoint(work, made, sink="file")
            work.commit()
    with reading(records_engine) as connection:
        assert connection.scalar(select(func.count()).select_from(checkpoint_table)) == 1


def test_a_restored_backup_shows_at_once(
    records_engine: Engine, ledger: LedgerStore, witness: FileWitness
) -> None:
    """The records as they were at 11 events come back after the witness saw more: even before
    anybody verifies, the witness takes no new checkpoint of them."""
    with reading(records_engine) as connection:
        backup = ledger.head(connection)
    witness_now(records_engine, ledger, witness)
    witness_now(records_engine, ledger, witness)
    with records_engine.begin() as connection:
        connection.execute(delete(ledger_event).where(ledger_event.c.position > backup.size))
        connection.execute(update(ledger_head).values(size=backup.size, link=backup.link))
    restored = make_checkpoint(records_engine, ledger, now=TickingClock())
    with pytest.raises(LedgerFailure, match="witness_rolled_back"):
        witness.take(restored.text, size=restored.size)
    with pytest.raises(LedgerFailure, match="rolled_back"):
        verify_by(records_engine, ledger, witness)


def test_an_empty_house_has_no_checkpoint(records_engine: Engine) -> None:
    with reading(records_engine) as connection:
        assert newest_checkpoint(connection) is None
    with pytest.raises(LedgerFailure, match="head_missing"):
        make_checkpoint(records_engine, LedgerStore(LEDGER_KEY, bytes(32)), now=TickingClock())
