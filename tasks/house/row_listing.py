"""Which rows were not simply accepted, and why: told at any time, without a single value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lifecycle.references import IMPORT, STAGED_FILE, from_reference, to_reference
from records import file_imports, staged_files
from records.engines import reading
from tasks.house.parts import House
from tasks.house.reports import RowEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class RowListing:
    """The rows of one import, by the reference of a file or of the import itself."""

    ref: str
    import_ref: str | None
    """None: the file never reached the records; `reason` says why."""
    outcome: str | None
    reason: str | None
    counts: dict[str, int] = field(default_factory=dict)
    rows: Sequence[RowEntry] = field(default=(), repr=False)


def rows_of(house: House, ref: str) -> RowListing | None:
    """The rows behind `F-…` or `I-…`; None when nothing has that reference.

    Of a duplicate file they are the rows of the import that it repeats. Raises
    `Refused("reference_malformed")`.
    """
    ref = ref.strip().upper()
    outcome = reason = None
    with reading(house.engine) as connection:
        if ref.startswith(f"{STAGED_FILE}-"):
            known = staged_files.find_file(connection, from_reference(STAGED_FILE, ref))
            if known is None:
                return None
            outcome, reason, number = known.outcome, known.reason, known.import_id
            if number is None:
                return RowListing(ref=ref, import_ref=None, outcome=outcome, reason=reason)
        else:
            number = from_reference(IMPORT, ref)
        found = file_imports.find_import(connection, controller=house.controller, number=number)
        if found is None:
            return None
        return RowListing(
            ref=ref,
            import_ref=to_reference(IMPORT, number),
            outcome=outcome,
            reason=reason,
            counts=found.counts,
            rows=file_imports.row_outcomes(connection, number),
        )
