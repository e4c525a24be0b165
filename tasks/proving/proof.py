"""Whoever asks for proof gets it: checkpoints outside the host, and a ledger that verifies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lifecycle.checkpoint import Checkpoint, public_key_of
from lifecycle.errors import GallraError, LedgerFailure
from lifecycle.ledger import EventKind
from records.checkpoints import make_checkpoint, newest_checkpoint, note_checkpoint
from records.engines import reading
from records.ledger_check import verify
from tasks.house.parts import House, Sink

_RACES: Final = 5
"""How often a checkpoint is made anew because another run was faster with a longer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """The ledger's size in events, and the size of the checkpoint that it was held against."""

    size: int
    witnessed_size: int | None


def witness(house: House, *, begin_anew: bool = False) -> int:
    """Sign a checkpoint and give it to every witness; how many took it.

    Raises `LedgerFailure("no_witness")` when none did: nothing may be deleted or disclosed then.
    A single failing witness is written into the ledger and shown by `gallra status`. A witness
    that shows less than it took fails; `begin_anew` is a person's word that its volume was lost.
    """
    took = 0
    for sink in house.witnesses:
        failed: str | None = None
        checkpoint: Checkpoint | None = None
        try:
            if not begin_anew:
                _require_memory(house, sink)
            checkpoint = _hand_over(house, sink)
        except GallraError as failure:
            failed = failure.code
        with house.work() as work:
            if checkpoint is not None:
                note_checkpoint(work, checkpoint, sink=sink.name)
                took += 1
            else:
                facts = {"sink": sink.name, "reason": failed or "unknown"}
                work.record(EventKind.WITNESS_FAILED, expected=1, acted=0, facts=facts)
            work.commit()
    if not took:
        raise LedgerFailure("no_witness")
    return took


def _hand_over(house: House, sink: Sink) -> Checkpoint:
    """A fresh checkpoint that the witness took.

    Another run may have handed over a longer one between our making and our giving: then ours is
    made anew. Whose ledger really is shorter than the witness's stays refused.
    """
    for left in reversed(range(_RACES)):
        checkpoint = make_checkpoint(house.engine, house.ledger, now=house.now)
        try:
            sink.take(checkpoint.text, size=checkpoint.size)
        except LedgerFailure as failure:
            if failure.code != "witness_rolled_back" or not left:
                raise
        else:
            return checkpoint
    raise LedgerFailure("witness_rolled_back")


def verify_ledger(house: House, *, checkpoint: Checkpoint | None = None) -> LedgerReport:
    """Re-compute every link, and hold the ledger against a witnessed checkpoint.

    Without `checkpoint` the newest one that a witness of ours can show is used. Raises
    `LedgerFailure` with a code that says what does not agree and where. A ledger that verifies
    gets an event that says so.
    """
    for sink in house.witnesses:
        if checkpoint is None:
            _require_memory(house, sink)
    held_against = checkpoint or newest_witnessed(house)
    with reading(house.engine) as connection:
        verified = verify(
            connection,
            house.ledger_key,
            checkpoint=held_against,
            public_key=public_key_of(house.signing_key),
        )
    size = None if held_against is None else held_against.size
    with house.work() as work:
        work.record(EventKind.LEDGER_VERIFIED, found=verified.size, verified=verified.size)
        work.commit()
    return LedgerReport(size=verified.size, witnessed_size=size)


def newest_witnessed(house: House) -> Checkpoint | None:
    """The longest checkpoint that a witness itself shows; none before the first."""
    shown = [c for sink in house.witnesses if sink.shows and (c := sink.latest()) is not None]
    return max(shown, key=lambda c: c.size, default=None)


def _require_memory(house: House, sink: Sink) -> None:
    """A witness that can show must show at least what we know it took.

    Raises `LedgerFailure("witness_shortened")`: its file was removed, emptied or exchanged.
    """
    if not sink.shows:
        return
    with reading(house.engine) as connection:
        taken = newest_checkpoint(connection, sink=sink.name)
    shown = sink.latest()
    if taken is not None and (shown is None or shown.size < taken.size):
        raise LedgerFailure("witness_shortened", witnessed=taken.size)
