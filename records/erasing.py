"""People are erased: holdings, index and keys go, cases lose their person, the hash is listed.

The holding rows, the index and the ledger event go in one transaction that also notes which keys
must be destroyed; the keys follow, and whatever a kill left is finished by `finish_shredding`.
"""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, Engine, select

from lifecycle.errors import NotProven, Refused
from records import bulk
from records.acquaintances import NATIONAL_ID
from records.engines import reading
from records.scope import Scope
from records.tables import NOBODY, holding, placement, shredding
from records.unit_of_work import UnitOfWork
from records.vault import Vault

ERASURE_INDEX: Final = {
    "subject": "the row goes",
    "blind_index": "the rows go",
    "holding": "the rows go, then their keys",
    "engagement": "number, date and project stay, without a person (A-108)",
    "placement": "the rows go, then the keys of the systems' own keys",
    "relation": "the rows go, as who is known through others and as whom others are known through",
    "anchor": "the rows go",
    "due": "the rows go",
    "held": "the rows of released holds go; while a hold stands nobody it keeps is removed (A-73)",
    "letter": "the rows go with the person: the evidence that somebody was told is about them",
    "barred": "the rows go: there is nothing left that could be used",
    "rights_request": "stays, as `plan_item` does: what was asked for, when, and what was answered",
    "rights_step": "stays without what somebody wrote, whose keys go",
    "consent": "the rows go; without the person, with the category that proves them",
    "seen_event": "the rows go",
    "work_order": "the sealed slip says whose papers are to be weeded; its own key goes when the "
    "order is confirmed",
    "disclosure": "stays as the register of who received what (art. 30): it names nobody; what is "
    "sealed in it is the password, which goes when it has arrived, and the channel's own words",
    "concerned": "stays, as `plan_item` does: of what a recipient was told, an opaque reference",
    "incident_entry": "stays: what was done about a breach is documented (art. 33(5)); it is known "
    "by no person, and what somebody wrote is sealed under a key of its own",
    "plan_item": "stays, with an opaque reference of somebody who is gone: nothing leads from it "
    "to a person any more, and it is what the certificate counts",
}
"""Every table that knows a person, and what `remove_subjects` does there. A test holds it against
the tables, so that no new one is forgotten."""

_GOES: Final = (
    ("holding", "subject_id"),
    ("blind_index", "subject_id"),
    ("placement", "subject_id"),
    ("relation", "subject_id"),
    ("relation", "to_id"),
    ("anchor", "subject_id"),
    ("due", "subject_id"),
    ("held", "subject_id"),
    ("barred", "subject_id"),
    ("letter", "subject_id"),
    ("consent", "subject_id"),
    ("seen_event", "subject_id"),
    ("subject", "id"),
)
_TO_SHRED: Final = """INSERT INTO shredding (holding_id) SELECT id FROM {table} WHERE {people}
    ON CONFLICT (holding_id) DO NOTHING"""
_TO_SHRED_WRITTEN: Final = """INSERT INTO shredding (holding_id) SELECT id FROM rights_step
    WHERE sealed IS NOT NULL AND {people} ON CONFLICT (holding_id) DO NOTHING"""


def remove_subjects(
    connection: Connection, numbers: Iterable[int], *, at: str, listed: bool = True
) -> int:
    """Take these people out of the records, any number in one go; returns how many holdings went.

    The keyed digests of their national ids go over to the erasure list (unless not `listed`: of
    people whom nobody erased, but who are gone everywhere), so that neither tomorrow's export nor
    a restored backup brings them back unnoticed; for that nothing has to be opened, and it works
    where the keys are gone already. Cases stay as case number, date and project (A-108), without
    a person. The caller writes the ledger events and afterwards calls `finish_shredding`. Raises
    `Refused("under_hold", people=…)` when a legal hold keeps anything that would go (A-73).
    """
    scope = Scope(connection, sorted(set(numbers)))
    if scope.is_empty:
        return 0
    _require_no_hold(scope)
    gone = scope.execute(_TO_SHRED.format(table="holding", people=scope.only("subject_id")), {})
    scope.execute(_TO_SHRED.format(table="placement", people=scope.only("subject_id")), {})
    if listed:
        scope.execute(
            f"""INSERT INTO erasure_list (digest, erased_at)
                SELECT DISTINCT digest, :at FROM blind_index
                WHERE kind = :kind AND {scope.only("subject_id")}
                ON CONFLICT (digest) DO NOTHING""",
            {"at": at, "kind": NATIONAL_ID},
        )
    scope.execute(_TO_SHRED_WRITTEN.format(people=scope.only("subject_id")), {})
    scope.execute(
        f"UPDATE rights_step SET sealed = NULL WHERE {scope.only('subject_id')}",
        {},
    )
    for table, column in _GOES:
        scope.execute(f"DELETE FROM {table} WHERE {scope.only(column)}", {})
    scope.execute(
        f"""UPDATE engagement SET subject_id = {NOBODY}, service = '#' || CAST(id AS TEXT),
            ends_on = NULL, broke_off_on = NULL
            WHERE {scope.only("subject_id")}""",
        {},
    )
    return gone


def _require_no_hold(scope: Scope) -> None:
    """The last guard, whoever asks: what a legal hold keeps is still there afterwards."""
    ((people,),) = scope.fetch(
        f"""SELECT count(DISTINCT h.subject_id) FROM held h JOIN legal_hold l ON l.id = h.hold_id
            WHERE l.released_at IS NULL AND {scope.only("h.subject_id")} AND (
                h.category = '*'
                OR EXISTS (SELECT 1 FROM holding o
                           WHERE o.subject_id = h.subject_id AND o.category = h.category)
                OR EXISTS (SELECT 1 FROM placement p WHERE p.subject_id = h.subject_id
                           AND {scope.has_word("p.categories", "h.category")}))""",
        {},
    )
    if people:
        raise Refused("under_hold", people=people)


def pending_shredding(engine: Engine) -> list[int]:
    """Holdings and placements whose rows are gone while their keys may still exist."""
    with reading(engine) as connection:
        return list(connection.execute(select(shredding.c.holding_id)).scalars())


def finish_shredding(
    engine: Engine, vault: Vault, work: UnitOfWork, numbers: Sequence[int]
) -> None:
    """Destroy the keys of `numbers`, prove it, and strike them off the list within `work`.

    Raises `NotProven` with `holding_still_there` or `placement_still_there` when a row is still in
    place.
    """
    with reading(engine) as connection:
        for table, code in ((holding, "holding_still_there"), (placement, "placement_still_there")):
            if any(True for _ in bulk.fetch_in(connection, (table.c.id,), table.c.id, numbers)):
                raise NotProven(code)
    vault.shred(list(numbers))
    bulk.delete_in(work.connection, shredding.c.holding_id, numbers)
