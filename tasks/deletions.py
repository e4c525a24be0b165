"""A file is deleted permanently when the case system shows its cases; the ledger says so (A-98).

The order is fixed: checkpoint to the witness, intent, deletion of exactly the version that was
read, a new listing, then the entry that it is done. A stop anywhere is finished by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.base import StagedItem
from lifecycle.errors import Busy, Changed, NotProven
from lifecycle.intake.outcomes import FileOutcome
from lifecycle.ledger import EventKind
from lifecycle.references import STAGED_FILE, to_reference
from records import leases, staged_files
from records.file_imports import VERIFIED
from records.staged_files import Known
from tasks.house import House
from tasks.proof import witness
from tasks.stock import match, open_files

_DELETABLE = (FileOutcome.IMPORTED, FileOutcome.DUPLICATE_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """What a deletion run did: expected, proven gone, left behind."""

    expected: int
    gone: int
    left: tuple[str, ...] = ()
    """References of files that still lie there: changed meanwhile, or held by another worker."""


def delete_imported(house: House) -> Deleted:
    """Delete the files whose import is verified, and prove that they are gone.

    Safe to repeat. Raises `LedgerFailure` before anything is deleted when the ledger or every
    witness refuses; `NotProven("file_still_there")` when a deletion had no effect.
    """
    recover(house)
    ripe = [
        pair
        for pair in match(house)
        if pair[0].state == staged_files.JUDGED
        and pair[0].outcome in _DELETABLE
        and pair[0].import_state == VERIFIED
    ]
    if not ripe:
        return Deleted(expected=0, gone=0)
    witness(house)
    done = delete_files(house, ripe, rule="A-98", patience=0.0)
    witness(house)
    return done


def recover(house: House) -> None:
    """Finish what a stopped run intended: the file is gone, or is deleted now."""
    # By version alone: a stopped deletion may have left the file under a private name.
    listed = {item.version: item for item in house.staging.list_items()}
    intended = [k for k in open_files(house) if k.state == staged_files.DELETING]
    if not intended:
        return
    pairs = [(k, listed.get(k.version)) for k in intended]
    for known, item in pairs:
        if item is not None:
            try:
                with leases.hold(house.engine, to_reference(STAGED_FILE, known.id), now=house.now):
                    house.staging.delete_permanently(item)
            except (Busy, Changed):
                continue
    _prove_gone(house, intended, rule="A-101")


def delete_files(
    house: House, pairs: Sequence[tuple[Known, StagedItem]], *, rule: str, patience: float
) -> Deleted:
    """Delete these versions: intent, deletion, proof. The caller has witnessed a checkpoint.

    `patience`: seconds to wait for a worker that holds a file.
    """
    held: list[tuple[Known, StagedItem]] = []
    left: list[str] = []
    for known, item in pairs:
        ref = to_reference(STAGED_FILE, known.id)
        try:
            with leases.hold(house.engine, ref, now=house.now, patience=patience) as lease:
                if _intend(house, lease, known, rule=rule):
                    house.staging.delete_permanently(item)
                    held.append((known, item))
        except (Busy, Changed):
            # Another worker has it, or it is no longer the version that was decided on: it
            # stays, and the next run decides anew about what lies there then.
            left.append(ref)
    _prove_gone(house, [known for known, _ in held], rule=rule)
    return Deleted(expected=len(pairs), gone=len(held), left=tuple(left))


def _intend(house: House, lease: leases.Lease, known: Known, *, rule: str) -> bool:
    """Write the intent down; False when another run has dealt with the file already."""
    with house.work() as work:
        lease.confirm(work.connection)
        now = staged_files.one_file(work.connection, known.id)
        if now.state not in staged_files.OPEN:
            return False
        staged_files.move(work.connection, [known.id], staged_files.DELETING, at=house.at())
        work.record(
            EventKind.DELETION_INTENDED,
            ref=to_reference(STAGED_FILE, known.id),
            rule=rule,
            expected=1,
        )
        work.commit()
    return True


def _prove_gone(house: House, files: Iterable[Known], *, rule: str) -> None:
    """List the folder again, to its end, and write down which files are gone."""
    files = list(files)
    if not files:
        return
    there = {item.version for item in house.staging.list_items()}
    gone = [k for k in files if k.version not in there]
    with house.work() as work:
        for known in gone:
            staged_files.move(work.connection, [known.id], staged_files.DELETED, at=house.at())
            work.record(
                EventKind.DELETION_DONE,
                ref=to_reference(STAGED_FILE, known.id),
                rule=rule,
                expected=1,
                found=1,
                acted=1,
                verified=1,
            )
        if len(gone) < len(files):
            work.record(
                EventKind.DELETION_FAILED,
                rule=rule,
                expected=len(files),
                verified=len(gone),
            )
        work.commit()
    if len(gone) < len(files):
        raise NotProven("file_still_there", left=len(files) - len(gone))
