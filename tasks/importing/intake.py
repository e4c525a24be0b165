"""Arbetsförmedlingen's export is taken into the records, once for certain bytes (A-97)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from connectors.base import StagedItem
from connectors.workbook import SheetEnd, read_export
from lifecycle.errors import Changed, FileRefused
from lifecycle.intake.names import names_of_identity
from lifecycle.intake.outcomes import OUTCOME_OF_REASON, FileOutcome, FileReason, JudgedRow
from lifecycle.ledger import EventKind
from lifecycle.references import IMPORT, new_id, to_reference
from records import anchors, came_back, file_imports, leases, staged_files, to_dos
from records.engines import reading
from records.file_imports import Import
from records.importing import Importing
from records.staged_files import Known
from tasks.house.parts import House
from tasks.house.reports import FileReport
from tasks.house.today import local_today
from tasks.importing.stock import find_item
from tasks.importing.transfers import settle_import
from tasks.processors.gate import require_may_run
from tasks.telling.recipients import open_rectified

Progress = Callable[[int, int | None], None]
"""Called with (rows or cases done, total if known)."""

_REFUSED_KIND = {
    FileOutcome.RETRY_LATER: EventKind.IMPORT_POSTPONED,
    FileOutcome.IGNORED: EventKind.IMPORT_IGNORED,
    FileOutcome.REJECTED: EventKind.IMPORT_REFUSED,
}
STORING_PATIENCE = 1800.0
"""Seconds to wait for another import of the same controller to finish storing."""


def import_file(house: House, ref: str, *, progress: Progress | None = None) -> FileReport:
    """Take one staged file into the records and into the case system, and verify it there.

    Safe to repeat at any point: bytes that were stored are never stored again, only what is
    missing is done. The file itself is left for `delete_imported`. Raises `Busy` while another
    worker holds the file, `Changed` when it is being written to, `NotProven` when the case
    system does not show what it was given, `LedgerFailure`, `Unreachable`,
    `Refused("processor_not_valid")`.
    """
    with leases.hold(house.engine, ref, now=house.now):
        known, item = find_item(house, ref)
        if item is None:
            raise Changed("file_no_longer_there", ref=ref)
        require_may_run(house, house.staging.place)
        try:
            data = house.staging.read(item)
        except FileRefused as refusal:
            reason = FileReason(refusal.code)
            return _refuse(house, ref, known, "", reason)
        sha256 = hashlib.sha256(data).hexdigest()
        taken = _import_of(house, sha256) or _take_in(house, known, item, data, sha256, progress)
        del data  # neither the file nor what was judged of it is needed for the hand-over
        if isinstance(taken, FileReason):
            return _refuse(house, ref, known, sha256, taken)
        if isinstance(taken, Import):
            return _meet_again(house, ref, known, sha256, taken, progress)
        return _settled(house, known.id, taken, sha256, progress, FileOutcome.IMPORTED)


def _take_in(
    house: House,
    known: Known,
    item: StagedItem,
    data: bytes,
    sha256: str,
    progress: Progress | None,
) -> int | Import | FileReason:
    """Store the file: the new import's id, or the import that was faster, or why it is refused."""
    # Two imports of one controller never judge the same people at the same time.
    storing = f"storing/{house.controller}"
    with leases.hold(house.engine, storing, now=house.now, patience=STORING_PATIENCE):
        faster = _import_of(house, sha256)
        if faster is not None:
            return faster
        try:
            return _store(house, known, item, data, sha256, progress)
        except FileRefused as refusal:
            return FileReason(refusal.code)


def _import_of(house: House, sha256: str) -> Import | None:
    with reading(house.engine) as connection:
        return file_imports.by_bytes(connection, controller=house.controller, sha256=sha256)


def _store(
    house: House,
    known: Known,
    item: StagedItem,
    data: bytes,
    sha256: str,
    progress: Progress | None,
) -> int:
    """Read, judge, seal and store in one transaction; the import's id. Raises `FileRefused`."""
    subject_kind = house.policy.intake_from().subject
    intake = house.policy.intake_rules()
    import_id = new_id()
    with house.work() as work:
        importing = Importing(
            work.connection,
            house.vault,
            controller=house.controller,
            categories=intake.categories,
            per_case=_per_case(house),
            subject_kind=subject_kind,
            refuse_returning=house.policy.returning_after_erasure == "refuse",
            names_of=names_of_identity,
            at=house.at(),
        )
        for part in read_export(data, name=item.name, rules=intake, today=local_today(house)):
            if isinstance(part, list):
                _add(importing, part, progress)
            elif isinstance(part, SheetEnd):
                importing.counts["dropped_columns"] += part.dropped_columns
        if not importing.has_participants:
            raise FileRefused(FileReason.NO_ROWS)
        importing.write()
        anchors.refresh(
            work.connection,
            house.policy,
            controller=house.controller,
            subjects=importing.touched_people,
        )
        came_back.into_cases(work.connection, house.controller, importing.touched_people)
        counts = importing.counts
        file_imports.create(
            work.connection,
            number=import_id,
            controller=house.controller,
            sha256=sha256,
            at=house.at(),
            counts=counts,
            rows=list(importing.rows),
        )
        cases = importing.finish(import_id)
        staged_files.judge(
            work.connection,
            known.id,
            outcome=FileOutcome.IMPORTED,
            reason=None,
            sha256=sha256,
            import_id=import_id,
        )
        if counts["quarantined"]:
            to_dos.open_to_do(
                work.connection,
                controller=house.controller,
                kind="quarantined_rows",
                ref=to_reference(IMPORT, import_id),
                number=counts["quarantined"],
                at=house.at(),
            )
        work.record(
            EventKind.IMPORT_STORED,
            ref=to_reference(IMPORT, import_id),
            rule="A-97",
            expected=counts["rows"],
            found=counts["rows"],
            acted=counts["accepted"],
            facts={"sha256": sha256},
            cases=cases,
            **counts,
        )
        open_rectified(house, work, import_id, importing.rectified())
        work.commit()
    return import_id


def _per_case(house: House) -> frozenset[str]:
    """The categories that are kept once for each case."""
    categories = house.policy.categories
    return frozenset(name for name, category in categories.items() if category.per == "case")


def _add(importing: Importing, rows: Sequence[JudgedRow], progress: Progress | None) -> None:
    importing.add(rows)
    if progress is not None:
        progress(importing.counts["rows"], None)


def _settled(
    house: House,
    file_id: int,
    import_id: int,
    sha256: str,
    progress: Progress | None,
    outcome: FileOutcome,
) -> FileReport:
    """Hand over and verify what is stored, and report."""
    state = settle_import(house, import_id, progress=progress)
    with reading(house.engine) as connection:
        done = file_imports.by_id(connection, import_id)
        rows = file_imports.row_outcomes(connection, import_id)
        verified = file_imports.cases_of(connection, import_id) - file_imports.open_cases(
            connection, import_id
        )
    return FileReport(
        ref=to_reference("F", file_id),
        sha256=sha256,
        outcome=outcome.value,
        reason=FileReason.SAME_BYTES.value if outcome is FileOutcome.DUPLICATE_FILE else None,
        counts=done.counts | {"verified_cases": verified},
        rows=rows if outcome is FileOutcome.IMPORTED else [],
        state="done" if state == file_imports.VERIFIED else "waiting",
        verified=state == file_imports.VERIFIED,
    )


def _meet_again(
    house: House,
    ref: str,
    known: Known,
    sha256: str,
    before: Import,
    progress: Progress | None,
) -> FileReport:
    """These bytes were stored before: by this very file before a stop, or by another."""
    if known.import_id == before.id and known.outcome == FileOutcome.IMPORTED:
        return _settled(house, known.id, before.id, sha256, progress, FileOutcome.IMPORTED)
    if known.outcome != FileOutcome.DUPLICATE_FILE:
        with house.work() as work:
            staged_files.judge(
                work.connection,
                known.id,
                outcome=FileOutcome.DUPLICATE_FILE,
                reason=FileReason.SAME_BYTES,
                sha256=sha256,
                import_id=before.id,
            )
            work.record(EventKind.IMPORT_DUPLICATE, ref=ref, facts={"sha256": sha256})
            work.commit()
    report = _settled(house, known.id, before.id, sha256, progress, FileOutcome.DUPLICATE_FILE)
    # Its rows are counted where they were imported.
    report.counts.update(dict.fromkeys(report.counts, 0))
    return report


def _refuse(house: House, ref: str, known: Known, sha256: str, reason: FileReason) -> FileReport:
    """Nothing was stored; the file stays for the daily purge, and the reason is written down."""
    outcome = OUTCOME_OF_REASON[reason]
    if (known.outcome, known.reason, known.sha256) != (outcome, reason, sha256):
        with house.work() as work:
            staged_files.judge(
                work.connection, known.id, outcome=outcome, reason=reason, sha256=sha256
            )
            work.record(
                _REFUSED_KIND[outcome],
                ref=ref,
                expected=1,
                acted=0,
                facts={"reason": reason.value},
            )
            work.commit()
    return FileReport(ref=ref, sha256=sha256, outcome=outcome.value, reason=reason.value)
