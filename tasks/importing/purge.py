"""The folder is emptied every day and the files are deleted permanently (A-101)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from lifecycle.errors import Misconfigured, NotProven
from lifecycle.ledger import EventKind
from tasks.house.parts import House
from tasks.importing.deletions import delete_files, recover
from tasks.importing.stock import match
from tasks.proving.exchange import clear_exchange
from tasks.proving.proof import witness

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
    withdrawn: int = 0
    """Import workbooks and old lists taken out of the case system's exchange folder."""


def purge(house: House) -> PurgeReport:
    """Empty the staging folder permanently and prove it empty by an own listing; then take the
    import workbooks out of the case system's exchange folder.

    Safe to repeat. A file that something keeps lets no other wait. Raises `NotProven` if files
    remain: `deletion_refused`, `file_still_there`, `folder_not_empty`; `LedgerFailure` before
    anything is deleted when the ledger or every witness refuses, `Unreachable`,
    `Misconfigured("no_staging")` where there is no such folder. Trouble with one of the two folders
    does not keep the other from being emptied.
    """
    staging = house.policy.staging
    if staging is None:
        raise Misconfigured("no_staging", ref=house.controller)
    try:
        report = _empty_staging(house)
    finally:
        # A list that a person brought may not have been compared yet: it goes when it would grow
        # too old before the next purge.
        spare = staging.longest.exact - staging.longest_wait
        withdrawn = clear_exchange(house, lists_before=house.now() - spare)
    return replace(report, withdrawn=withdrawn)


def _empty_staging(house: House) -> PurgeReport:
    kept: str | None = None
    with suppress(NotProven):  # what is kept shows in the listing, after everything else
        recover(house)
    witness(house)
    found = deleted = 0
    never: list[str] = []
    for _ in range(ATTEMPTS):
        stock = match(house)
        if not stock:
            break
        found += len(stock)
        done = delete_files(house, stock, rule=_RULE, patience=_PATIENCE)
        deleted += done.gone
        never += done.never_imported
        if done.kept is not None:
            kept = done.kept
            break
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
        raise NotProven(kept) if kept else NotProven("folder_not_empty", left=left)
    return PurgeReport(found=found, deleted=deleted, never_imported=tuple(never))
