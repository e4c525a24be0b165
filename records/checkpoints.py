"""How long the ledger was, signed for the witness before and after every deletion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from lifecycle.checkpoint import Checkpoint
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import LARGEST_COUNT, EventKind, instant
from records.bulk import upsert_rows
from records.engines import quiet_errors, reading
from records.ledger_store import LedgerStore
from records.tables import checkpoint as checkpoint_table
from records.unit_of_work import UnitOfWork


def make_checkpoint(
    engine: Engine, ledger: LedgerStore, *, now: Callable[[], datetime]
) -> Checkpoint:
    """A signed checkpoint of the ledger as it is now, for the witness; nothing is stored yet.

    Raises `LedgerFailure` when the ledger has no single head, `Unreachable` and the like when
    the database cannot be read.
    """
    with quiet_errors(), reading(engine) as connection:
        return ledger.checkpoint(connection, now())


def note_checkpoint(work: UnitOfWork, checkpoint: Checkpoint, *, sink: str) -> None:
    """Remember, with its event, that the witness `sink` (a word) took `checkpoint`.

    Call it after the witness took it. Repeating it is harmless: what counts is what lies with
    the witness.
    """
    witnessed_at = instant(work.now())
    work.record(
        EventKind.CHECKPOINT_MADE,
        facts={"sink": sink, "link": checkpoint.link.hex()},
        size=min(checkpoint.size, LARGEST_COUNT),
    )
    upsert_rows(
        work.connection,
        checkpoint_table,
        ("size", "sink", "text", "witnessed_at"),
        [(checkpoint.size, sink, checkpoint.text, witnessed_at)],
        update=(),
    )


def newest_checkpoint(connection: Connection, *, sink: str | None = None) -> Checkpoint | None:
    """The longest checkpoint that we know a witness took (`sink`: this one). A convenience: who
    can write our database can make us forget, so a proof starts from the witness's own copy."""
    chosen = select(checkpoint_table.c.text).order_by(
        checkpoint_table.c.size.desc(), checkpoint_table.c.witnessed_at.desc()
    )
    if sink is not None:
        chosen = chosen.where(checkpoint_table.c.sink == sink)
    text = connection.scalar(chosen.limit(1))
    if text is None:
        return None
    if not isinstance(text, str):
        raise LedgerFailure("checkpoint_malformed")
    return Checkpoint.parse(text)
