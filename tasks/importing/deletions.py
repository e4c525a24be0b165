"""A file is deleted permanently when the case system shows its cases; the ledger says so (A-98).

The order is fixed: checkpoint to the witness, intent, deletion of exactly the version that was
read, a new listing, then the entry that it is done. A stop anywhere is finished by the next run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from connectors.base import StagedItem
from connectors.file_kind import refuse_by_name
from lifecycle.errors import Busy, Changed, FileRefused, NotProven
from lifecycle.intake.outcomes import FileOutcome
from lifecycle.ledger import EventKind
from lifecycle.references import STAGED_FILE, to_reference
from records import leases, staged_files, to_dos
from records.file_imports import VERIFIED
from records.staged_files import Known
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.importing.stock import match, open_files
from tasks.proving.proof import witness
from tasks.watching.daily import note_too_old

_DELETABLE = (FileOutcome.IMPORTED, FileOutcome.DUPLICATE_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """What a deletion run did: expected, proven gone, left behind."""

    expected: int
    gone: int
    left: tuple[str, ...] = ()
    """References of files that still lie there: changed meanwhile, or held by another worker."""
    never_imported: tuple[str, ...] = ()
    """References of files that went without ever having reached the records."""
    kept: str | None = None
    """The reason code for which a file was not deleted or is not proven gone, and not in `gone`."""


def delete_imported(house: House) -> Deleted:
    """Delete the files whose import is verified, and prove that they are gone.

    Safe to repeat. A file that something keeps lets no other wait. Raises `LedgerFailure` before
    anything is deleted when the ledger or every witness refuses; `NotProven`, after everything
    else, with how many are `gone`: `deletion_refused`, or `file_still_there` when a deletion had no
    effect.
    """
    kept: str | None = None
    try:
        recover(house)
    except NotProven as refused:
        kept = refused.code
    ripe = [
        pair
        for pair in match(house)
        if pair[0].state == staged_files.JUDGED
        and pair[0].outcome in _DELETABLE
        and pair[0].import_state == VERIFIED
    ]
    ripe = [pair for pair in ripe if _has_the_bytes(house, *pair)]
    done = Deleted(expected=0, gone=0)
    if ripe:
        witness(house)
        done = delete_files(house, ripe, rule="A-98", patience=0.0)
        witness(house)
    if code := done.kept or kept:
        raise NotProven(code, ref=house.staging.place, gone=done.gone)
    return done


def _has_the_bytes(house: House, known: Known, item: StagedItem) -> bool:
    """Whether the file still is, byte for byte, what was imported.

    A file can be overwritten in place with its old size and time. Then its row is closed, so that
    the next run sees a new file, and nothing is deleted.
    """
    try:
        same = hashlib.sha256(house.staging.read(item)).hexdigest() == known.sha256
    except Changed:
        return False  # the next look sees another version
    except FileRefused:
        return False  # being written right now
    if not same:
        with house.work() as work:
            numbers = [known.id]
            staged_files.close_gone(work.connection, numbers, staged_files.REPLACED, at=house.at())
            work.record(EventKind.STAGING_CHANGED, ref=to_reference(STAGED_FILE, known.id))
            work.commit()
    return same


def recover(house: House) -> None:
    """Finish what a stopped run intended: the file is gone, or is deleted now.

    Raises `NotProven` as `delete_imported`, when all the others were dealt with.
    """
    leases.forget_dead(house.engine)
    # By version alone: a stopped deletion may have left the file under a private name.
    listed = {item.version: item for item in house.staging.list_items()}
    intended = [k for k in open_files(house) if k.state == staged_files.DELETING]
    ours = []
    kept: str | None = None
    for known in intended:
        item = listed.get(known.version)
        # Also for a file that is gone: whoever deletes it right now writes that down.
        with (
            suppress(Busy, Changed),
            leases.hold(house.engine, to_reference(STAGED_FILE, known.id), now=house.now),
        ):
            if item is not None and (refused := _refused(house, item)):
                kept = refused
            else:
                ours.append(known)
    if intended:
        # Or it was stopped after the file and before the subfolders that it had emptied.
        for item in listed.values():
            if item.empty_folder:
                with suppress(Changed):
                    kept = _refused(house, item) or kept
    _prove_gone(house, ours, rule="A-101")
    if kept is not None:
        raise NotProven(kept, ref=house.staging.place)


def _refused(house: House, item: StagedItem) -> str | None:
    """Delete it; the reason code for which it is kept, where it is. Raises `Changed`,
    `Unreachable`."""
    try:
        house.staging.delete_permanently(item)
    except NotProven as refused:
        return refused.code
    return None


def delete_files(
    house: House, pairs: Sequence[tuple[Known, StagedItem]], *, rule: str, patience: float
) -> Deleted:
    """Delete these versions: intent, deletion, proof. The caller has witnessed a checkpoint, and
    raises what `kept` says: a file that something keeps lets no other wait.

    `patience`: seconds to wait for a worker that holds a file.
    """
    note_too_old(house, [known for known, _ in pairs])
    held: list[tuple[Known, StagedItem]] = []
    left: list[str] = []
    never: list[str] = []
    kept: str | None = None
    stay = 0
    for known, item in pairs:
        ref = to_reference(STAGED_FILE, known.id)
        try:
            with leases.hold(house.engine, ref, now=house.now, patience=patience) as lease:
                if fresh := _intend(house, lease, known, item, rule=rule):
                    if _never_imported(fresh, item) and not _holds_no_export(item):
                        never.append(ref)
                    if refused := _refused(house, item):
                        # Whatever the folder shows of it now, nobody calls it gone.
                        kept, stay = refused, stay + 1
                    else:
                        held.append((known, item))
        except (Busy, Changed):
            # Another worker has it, or it is no longer the version that was decided on: it
            # stays, and the next run decides anew about what lies there then.
            left.append(ref)
    still = 0
    try:
        _prove_gone(house, [known for known, _ in held], rule=rule, stay=stay)
    except NotProven as there:
        still, kept = there.counts["left"], kept or there.code
    return Deleted(
        expected=len(pairs),
        gone=len(held) - still,
        left=tuple(left),
        never_imported=tuple(never),
        kept=kept,
    )


def _intend(
    house: House, lease: leases.Lease, known: Known, item: StagedItem, *, rule: str
) -> Known | None:
    """Write the intent down; what is known of the file, or None when it is dealt with already.

    Of a file that never reached the records the same transaction says so: told once, and of
    what is true under the lease.
    """
    ref = to_reference(STAGED_FILE, known.id)
    with house.work() as work:
        lease.confirm(work.connection)
        begun = staged_files.begin_deleting(work.connection, known.id)
        now = staged_files.one_file(work.connection, known.id)
        if not begun:
            # A stopped run's intent still stands; another row was closed meanwhile.
            return now if now.state == staged_files.DELETING else None
        if _never_imported(now, item):
            _tell_never_imported(house, work, now, item, rule=rule)
        work.record(EventKind.DELETION_INTENDED, ref=ref, rule=rule, expected=1)
        work.commit()
    return now


def _never_imported(known: Known, item: StagedItem) -> bool:
    return known.import_id is None and not item.empty_folder


def _holds_no_export(item: StagedItem) -> bool:
    """Whether its name says that a program left it: nobody can export a lock file again."""
    try:
        refuse_by_name(item.key)
    except FileRefused:
        return True
    return False


def _tell_never_imported(
    house: House, work: UnitOfWork, known: Known, item: StagedItem, *, rule: str
) -> None:
    """A ledger event, and a to-do for whoever must export it again, before it goes."""
    ref = to_reference(STAGED_FILE, known.id)
    if not _holds_no_export(item):
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
        rule=rule,
        expected=1,
        acted=0,
        facts={"outcome": known.outcome or "unread", "reason": known.reason or "none"},
    )


def _prove_gone(house: House, files: Iterable[Known], *, rule: str, stay: int = 0) -> None:
    """List the folder again, to its end, and write down which files are gone.

    A file whose end another run wrote down meanwhile is left alone: it is deleted only once.
    `stay`: how many others something keeps. Raises `NotProven("file_still_there")` with how many
    of `files` are `left`.
    """
    files = list(files)
    if not files and not stay:
        return
    there = {item.version for item in house.staging.list_items()}
    gone = [k for k in files if k.version not in there]
    written = 0
    with house.work() as work:
        for known in gone:
            if not staged_files.close_deleted(work.connection, known.id, at=house.at()):
                continue
            written += 1
            work.record(
                EventKind.DELETION_DONE,
                ref=to_reference(STAGED_FILE, known.id),
                rule=rule,
                expected=1,
                found=1,
                acted=1,
                verified=1,
            )
        short = len(gone) < len(files) + stay
        if short:
            work.record(
                EventKind.DELETION_FAILED,
                rule=rule,
                expected=len(files) + stay,
                verified=len(gone),
            )
        if written or short:
            work.commit()
    if len(gone) < len(files):
        raise NotProven("file_still_there", left=len(files) - len(gone))
