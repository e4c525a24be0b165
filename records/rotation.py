"""Within thirty days of an erasure the epoch is rotated: old copies of erased keys open nothing.

New epoch → wrap every surviving key anew → prove that each opens → destroy the old KEK → scrub
the key database → note it. Killed anywhere, the next call goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from sqlalchemy import Column, Connection, Table, select

from lifecycle.errors import NotProven
from records import epochs
from records.bulk import upsert_rows
from records.engines import quiet_errors, reading
from records.scrub import scrub
from records.tables import data_key, named_key

if TYPE_CHECKING:
    from records.keyring import Keyring, KeyStatus

_BATCH: Final = 20_000
"""Keys in one transaction: others wait for so long at most (about 0.2 s)."""

STEPS: Final = ("begun", "wrapped", "proven", "destroyed", "scrubbed", "closed")
"""What `on_step` is told, in this order; `wrapped` once for every batch."""


def rotate(keyring: Keyring, *, on_step: Callable[[str], None]) -> KeyStatus:
    """Rotate the KEK, or finish the rotation that is under way.

    Others may seal, open and shred meanwhile. Raises
    `Misconfigured("kek_must_be_supplied")` and `NotProven("kek_must_be_withdrawn")` where an
    administrator keeps the KEKs and must act before the same call can go on,
    `NotProven("keys_not_wrapped_anew")` when survivors would be lost, and
    `NotProven("database_in_use")` when the key database could not be scrubbed.
    """
    keyring.current()
    engine = keyring.engine
    with quiet_errors(), engine.begin() as connection:
        current, retiring = epochs.switch(connection, keyring.keks, keyring.instant())
    on_step("begun")
    for table in (named_key, data_key):
        _wrap_anew(keyring, table, current, on_step)
    _prove(keyring, current)
    on_step("proven")
    for number in retiring:
        keyring.keks.destroy(number)
    keyring.follow(current)
    on_step("destroyed")
    scrub(engine)
    on_step("scrubbed")
    with quiet_errors(), engine.begin() as connection:
        epochs.close(connection, retiring, keyring.instant())
    on_step("closed")
    return keyring.status()


def _wrap_anew(
    keyring: Keyring, table: Table, current: int, on_step: Callable[[str], None]
) -> None:
    """Batches in order of the key, each a transaction that no deletion can slip into."""
    [key] = table.primary_key.columns
    last: Any = None
    while True:
        with quiet_errors(), keyring.engine.begin() as connection:
            rows = _next_batch(connection, table, key, last, current)
            if not rows:
                return
            plain = keyring.unwrap([(number, wrapped) for _, number, wrapped in rows])
            kek = keyring.kek(current)
            upsert_rows(
                connection,
                table,
                (key.name, "epoch", "wrapped"),
                [
                    (row[0], current, aes_key_wrap(kek, one))
                    for row, one in zip(rows, plain, strict=True)
                ],
            )
        last = rows[-1][0]
        on_step("wrapped")


def _next_batch(
    connection: Connection, table: Table, key: Column[Any], last: Any, current: int
) -> list[Any]:
    query = select(key, table.c.epoch, table.c.wrapped).where(table.c.epoch != current)
    if last is not None:
        query = query.where(key > last)
    return list(connection.execute(query.order_by(key).limit(_BATCH).with_for_update()).all())


def _prove(keyring: Keyring, current: int) -> None:
    """Every key there is opens with the new KEK alone: the old one may go."""
    kek = {current: keyring.kek(current)}
    for table in (named_key, data_key):
        query = select(table.c.epoch, table.c.wrapped)
        with quiet_errors(), reading(keyring.engine) as connection:
            found = connection.execution_options(yield_per=_BATCH).execute(query)
            for rows in found.partitions():
                left = sum(number not in kek for number, _ in rows)
                if left:
                    raise NotProven("keys_not_wrapped_anew", left=left)
                keyring.unwrap([(number, wrapped) for number, wrapped in rows])
