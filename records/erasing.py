"""A person is erased: holdings, index and keys go, cases lose their person, the hash is listed.

The holding rows, the index and the ledger event go in one transaction that also notes which keys
must be destroyed; the keys follow, and whatever a kill left is finished by `finish_shredding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Engine, delete, select

from lifecycle.errors import NotProven
from records import bulk
from records.acquaintances import NATIONAL_ID
from records.engines import reading
from records.tables import (
    NOBODY,
    blind_index,
    engagement,
    erasure_list,
    holding,
    shredding,
    subject,
)
from records.unit_of_work import UnitOfWork
from records.vault import Vault

ERASURE_INDEX: Final = {
    "subject": "the row goes",
    "blind_index": "the rows go",
    "holding": "the rows go, then their keys",
    "engagement": "number, service, date and project stay, without a person (A-108)",
}
"""Every table that knows a person, and what `remove_subject` does there. A test holds it against
the tables, so that no new one is forgotten."""


def remove_subject(connection: Connection, number: int, *, at: str) -> int:
    """Take one person out of the records; returns how many holdings went.

    The keyed digest of the national id goes over to the erasure list, so that neither tomorrow's
    export nor a restored backup brings the person back unnoticed; for that nothing has to be
    opened, and it works where the keys are gone already. The person's cases stay as case number,
    date and project (A-108), without a person. The caller writes the ledger event and afterwards
    calls `finish_shredding`.
    """
    holdings = list(
        connection.execute(select(holding.c.id).where(holding.c.subject_id == number)).scalars()
    )
    listed = (
        connection.execute(
            select(blind_index.c.digest).where(
                blind_index.c.subject_id == number, blind_index.c.kind == NATIONAL_ID
            )
        )
        .scalars()
        .all()
    )
    bulk.upsert_rows(connection, shredding, ("holding_id",), [(h,) for h in holdings], update=())
    connection.execute(delete(holding).where(holding.c.subject_id == number))
    connection.execute(delete(blind_index).where(blind_index.c.subject_id == number))
    connection.execute(
        engagement.update()
        .where(engagement.c.subject_id == number)
        .values(subject_id=NOBODY, ends_on=None, broke_off_on=None)
    )
    connection.execute(delete(subject).where(subject.c.id == number))
    bulk.upsert_rows(
        connection,
        erasure_list,
        ("digest", "erased_at"),
        [(bytes(d), at) for d in listed],
        update=(),
    )
    return len(holdings)


def pending_shredding(engine: Engine) -> list[int]:
    """Holdings whose rows are gone while their keys may still exist."""
    with reading(engine) as connection:
        return list(connection.execute(select(shredding.c.holding_id)).scalars())


def finish_shredding(
    engine: Engine, vault: Vault, work: UnitOfWork, numbers: Sequence[int]
) -> None:
    """Destroy the keys of `numbers`, prove it, and strike them off the list within `work`.

    Raises `NotProven("holding_still_there")` when a holding row is still in place.
    """
    with reading(engine) as connection:
        if any(True for _ in bulk.fetch_in(connection, (holding.c.id,), holding.c.id, numbers)):
            raise NotProven("holding_still_there")
    vault.shred(list(numbers))
    bulk.delete_in(work.connection, shredding.c.holding_id, numbers)
