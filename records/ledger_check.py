"""The ledger proves that nobody changed it: every link is computed again, from the first one."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from lifecycle.checkpoint import Checkpoint
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import Chain, is_canonical
from records.ledger_store import Head, pages, read_head
from records.tables import ledger_event


class Verified(NamedTuple):
    """What a verification stands for: so many events, the last with this link."""

    size: int
    link: bytes


def verify(
    connection: Connection,
    ledger_key: bytes,
    *,
    checkpoint: Checkpoint | None = None,
    public_key: bytes | None = None,
) -> Verified:
    """Go through the whole ledger and hold it against a witnessed checkpoint.

    Without a checkpoint this shows what was done by somebody who lacks the host's keys. Who has
    the keys can write the whole ledger anew: only the newest checkpoint that lies with a witness
    shows that. `connection` sees one state of the database throughout (`engines.reading`, or a
    unit of work). Takes about 3 s for a million events.

    Raises `LedgerFailure` with the `position` at which it does not fit:
    `head_missing`, `head_not_single` · `position_missing` (deleted, or cut off in front),
    `position_unexpected` (below 1 or twice) · `event_changed` (edited, inserted, exchanged, or
    another key) · `event_not_canonical` · `head_shorter` (events after the head), `head_longer`
    (events cut off at the end), `head_changed` · `checkpoint_forged`, `checkpoint_other_origin`,
    `rolled_back` (shorter than what the witness saw), `rewritten` (other than it).
    """
    if checkpoint is not None:
        if public_key is None:
            raise LedgerFailure("checkpoint_without_key")
        checkpoint.verify(public_key)
    head = read_head(connection)
    if checkpoint is not None and checkpoint.origin != head.origin:
        raise LedgerFailure("checkpoint_other_origin")
    witnessed_at = checkpoint.size if checkpoint is not None else -1
    verified, witnessed = _walk(connection, Chain(ledger_key), head.origin, witnessed_at)
    _compare_head(head, verified)
    if checkpoint is not None:
        if checkpoint.size > verified.size:
            raise LedgerFailure("rolled_back", position=verified.size, witnessed=checkpoint.size)
        if witnessed != checkpoint.link:
            raise LedgerFailure("rewritten", position=checkpoint.size)
    return verified


def is_another(connection: Connection, checkpoint: Checkpoint) -> bool:
    """Whether the ledger is at least as long as a checkpoint of it and says something else there:
    it went on from an older state, or was written anew. One look, nothing is computed."""
    stored = connection.scalar(
        select(ledger_event.c.link).where(ledger_event.c.position == checkpoint.size)
    )
    return stored is not None and bytes(stored) != checkpoint.link


def _walk(
    connection: Connection, chain: Chain, origin: str, witnessed_at: int
) -> tuple[Verified, bytes | None]:
    """Compute every link; the end, and the link after `witnessed_at` events."""
    link, expected = chain.first(origin), 0
    witnessed = link if witnessed_at == 0 else None
    compute = chain.next
    for page in pages(connection):
        for position, body, stored in page:
            expected += 1
            if position != expected:
                code = "position_missing" if position > expected else "position_unexpected"
                raise LedgerFailure(code, position=expected)
            link = compute(link, body)
            if link != stored:
                raise LedgerFailure("event_changed", position=expected)
            if not is_canonical(body):
                raise LedgerFailure("event_not_canonical", position=expected)
            if position == witnessed_at:
                witnessed = link
    return Verified(expected, link), witnessed


def _compare_head(head: Head, verified: Verified) -> None:
    if head.size < verified.size:
        raise LedgerFailure("head_shorter", position=head.size + 1)
    if head.size > verified.size:
        raise LedgerFailure("head_longer", position=verified.size + 1)
    if head.link != verified.link:
        raise LedgerFailure("head_changed", position=head.size)
