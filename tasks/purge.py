"""The folder is emptied every day and the files are deleted permanently (A-101)."""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle.errors import NotProven
from lifecycle.ledger import EventKind
from lifecycle.references import STAGED_FILE, to_reference
from records import staged_files, to_dos
from records.staged_files import Known
from tasks.deletions import delete_files, recover
from tasks.house import House
from tasks.proof import witness
from tasks.stock import match

_RULE = "A-101"
_PATIENCE = 900.0
"""Seconds that the purge waits for an import that holds a file."""
ATTEMPTS = 3
"""Listings until the folder must be empty: files may arrive while it is being emptied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeReport:
    """What the purge found and did. `never_imported` are references of to-dos "export again"."""

    found: int
    deleted: int
    never_imported: tuple[str, ...]


def purge(house: House) -> PurgeReport:
    """Empty the staging folder permanently and prove it empty by an own listing.

    Safe to repeat. Raises `NotProven("folder_not_empty")` if files remain, `LedgerFailure`
    before anything is deleted when the ledger or every witness refuses, `Unreachable`.
    """
    recover(house)
    witness(house)
    found = deleted = 0
    never: list[str] = []
    for _ in range(ATTEMPTS):
        stock = match(house)
        if not stock:
            break
        found += len(stock)
        never += _note_never_imported(house, [known for known, _ in stock])
        deleted += delete_files(house, stock, rule=_RULE, patience=_PATIENCE).gone
    left = sum(1 for _ in house.staging.list_items())
    with house.work() as work:
        work.record(
            EventKind.PURGE_NOT_EMPTY if left else EventKind.PURGE_PROVEN_EMPTY,
            rule=_RULE,
            expected=found,
            found=found,
            acted=deleted,
            verified=deleted,
            left=left,
            never_imported=len(never),
        )
        work.commit()
    witness(house)
    if left:
        raise NotProven("folder_not_empty", left=left)
    return PurgeReport(found=found, deleted=deleted, never_imported=tuple(never))


def _note_never_imported(house: House, files: list[Known]) -> list[str]:
    """For each file that never reached the records: a to-do and a ledger event, before it goes."""
    lost = [k for k in files if k.import_id is None and k.state != staged_files.DELETING]
    if not lost:
        return []
    refs = [to_reference(STAGED_FILE, known.id) for known in lost]
    with house.work() as work:
        for known, ref in zip(lost, refs, strict=True):
            to_dos.open_to_do(
                work.connection,
                controller=house.controller,
                kind="export_again",
                ref=ref,
                number=1,
                at=house.at(),
            )
            work.record(
                EventKind.FILE_NEVER_IMPORTED,
                ref=ref,
                rule=_RULE,
                expected=1,
                acted=0,
                facts={"outcome": known.outcome or "unread", "reason": known.reason or "none"},
            )
        work.commit()
    return refs
