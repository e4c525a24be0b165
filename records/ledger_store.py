"""The ledger only grows: each event is chained to the last one under the lock of the head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, select, text, update

from lifecycle.checkpoint import Checkpoint, public_key_of, sign
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import Chain, LedgerEvent, new_origin
from records.bulk import insert_rows
from records.engines import quiet_errors
from records.tables import ledger_event, ledger_head

_PAGE: Final = 10_000
"""Events fetched at a time; bounds the memory that reading a long ledger needs."""


class Head(NamedTuple):
    """Where the ledger ends."""

    origin: str
    """The installation's ledger; random, set once."""
    size: int
    link: bytes


class Entry(NamedTuple):
    """One stored event as it lies there; `LedgerEvent.from_body` opens it."""

    position: int
    """From 1, without a gap."""
    body: bytes
    link: bytes


class LedgerStore:
    """Appends to the ledger, reads it, and signs how long it is.

    `ledger_key` keys the chain (32 bytes), `signing_key` is the raw Ed25519 key of checkpoints.
    Raises `LedgerFailure` or `KeyFailure` when one of them is not a key.
    """

    def __init__(self, ledger_key: bytes, signing_key: bytes) -> None:
        self._chain = Chain(ledger_key)
        self._signing_key = signing_key
        self.public_key: Final = public_key_of(signing_key)

    def __repr__(self) -> str:
        return "LedgerStore()"

    def initialise(self, connection: Connection) -> bool:
        """Begin this installation's ledger; False when it had begun already.

        Call it in a unit of work that records `ledger.begun`. Raises
        `LedgerFailure("head_missing")` when there are events without a head: such a ledger was
        tampered with and must not be begun anew.
        """
        with quiet_errors():
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE ledger_head IN EXCLUSIVE MODE"))
            if connection.scalar(select(func.count()).select_from(ledger_head)):
                return False
            if connection.scalar(select(ledger_event.c.position).limit(1)) is not None:
                raise LedgerFailure("head_missing")
            origin = new_origin()
            connection.execute(
                insert(ledger_head).values(origin=origin, size=0, link=self._chain.first(origin))
            )
        return True

    def append(self, connection: Connection, events: Iterable[LedgerEvent]) -> Head:
        """Chain `events` to the ledger within the connection's transaction; the new head.

        Holds the head's lock until the transaction ends, so two writers never fork the chain.
        Raises `LedgerFailure` with `head_missing`, `head_not_single`, `head_disagrees` (the head
        does not fit the last event) or `head_moved`.
        """
        head = read_head(connection, lock=True)
        self._require_fitting_tail(connection, head)
        entries: list[tuple[int, bytes, bytes]] = []
        position, link = head.size, head.link
        for event in events:
            position += 1
            body = event.to_body()
            link = self._chain.next(link, body)
            entries.append((position, body, link))
        insert_rows(connection, ledger_event, ("position", "body", "link"), entries)
        with quiet_errors():
            moved = connection.execute(
                update(ledger_head)
                .where(ledger_head.c.origin == head.origin, ledger_head.c.size == head.size)
                .values(size=position, link=link)
            )
        if moved.rowcount != 1:
            raise LedgerFailure("head_moved")
        return Head(head.origin, position, link)

    def head(self, connection: Connection) -> Head:
        """Where the ledger ends. Raises `LedgerFailure` when there is not exactly one head."""
        return read_head(connection)

    def checkpoint(self, connection: Connection, now: datetime) -> Checkpoint:
        """A signed checkpoint of the ledger as `connection` sees it; nothing is stored."""
        head = read_head(connection)
        return sign(
            origin=head.origin,
            size=head.size,
            link=head.link,
            now=now,
            signing_key=self._signing_key,
        )

    def read(
        self, connection: Connection, *, first: int = 1, last: int | None = None
    ) -> Iterator[Entry]:
        """The entries at positions `first` to `last` (both included), a page at a time."""
        position = ledger_event.c.position
        upper = () if last is None else (position <= last,)
        for page in pages(connection, position >= first, *upper):
            yield from map(Entry._make, page)

    def _require_fitting_tail(self, connection: Connection, head: Head) -> None:
        """What is appended must not lend its good name to a tail that was cut or changed."""
        if head.size == 0:
            last: bytes | None = self._chain.first(head.origin)
        else:
            with quiet_errors():
                last = connection.scalar(
                    select(ledger_event.c.link).where(ledger_event.c.position == head.size)
                )
        if last != head.link:
            raise LedgerFailure("head_disagrees", position=head.size)


def read_head(connection: Connection, *, lock: bool = False) -> Head:
    """The one head; with `lock` no other transaction can append until this one ends."""
    chosen = select(ledger_head.c.origin, ledger_head.c.size, ledger_head.c.link)
    with quiet_errors():
        # SQLite has no FOR UPDATE: there BEGIN IMMEDIATE holds the lock already.
        rows = connection.execute(chosen.with_for_update() if lock else chosen).all()
    if not rows:
        raise LedgerFailure("head_missing")
    if len(rows) > 1:
        raise LedgerFailure("head_not_single", heads=len(rows))
    return Head(*rows[0])


def pages(
    connection: Connection, *conditions: ColumnElement[bool]
) -> Iterator[Sequence[tuple[int, bytes, bytes]]]:
    """The entries (position, body, link) that meet `conditions`, in order, in pages: never all
    in memory, and all of one state where the connection's transaction sees only one.

    Taken from the driver's own cursor: wrapping each row costs as much as computing its link.
    """
    position = ledger_event.c.position
    chosen = select(position, ledger_event.c.body, ledger_event.c.link).where(*conditions)
    chosen = chosen.order_by(position).limit(_PAGE)
    following = chosen
    while True:
        with quiet_errors(), closing(connection.execute(following)) as result:
            cursor = result.cursor
            page = [] if cursor is None else list(cursor.fetchall())
        if page:
            yield page
        if len(page) < _PAGE:
            return
        following = chosen.where(position > page[-1][0])
