"""What became of a file, row by row, with reasons and without a single value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lifecycle.intake.outcomes import OUTCOME_OF_ROW_REASON, FileOutcome, RowOutcome, RowReason

RowEntry = tuple[int, int, str | None]
"""(sheet, row, reason or None)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file's way through the import: references, counts and reasons."""

    ref: str
    sha256: str
    outcome: str
    reason: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    rows: Sequence[RowEntry] = field(default=(), repr=False)
    state: str = "done"
    """`done`, `waiting` (a person must import the workbook), or the state in the records."""
    verified: bool = False
    """Whether every case of its import was read back from the case system."""
    earlier: bool = False
    """Whether an earlier run came to this, and not the one that reports it."""

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows for each reason."""
        return dict(Counter(reason for _, _, reason in self.rows if reason is not None))

    @property
    def unsettled_rows(self) -> list[tuple[int, int, str, str]]:
        """The rows that a person may have to mend: (sheet, row, outcome, reason)."""
        return [
            (sheet, row, OUTCOME_OF_ROW_REASON[RowReason(reason)].value, reason)
            for sheet, row, reason in self.rows
            if reason is not None
            and OUTCOME_OF_ROW_REASON[RowReason(reason)] is not RowOutcome.IGNORED
        ]

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to do something: export again, or mend rows at the source."""
        taken = self.outcome in (FileOutcome.IMPORTED, FileOutcome.DUPLICATE_FILE)
        return not taken or bool(self.counts.get("quarantined"))

    def as_json(self, *, name: str) -> dict[str, object]:
        """The form of `gallra import --report`: `name` is what the operator called the file,
        a sheet is its position (its name may be personal), a row the number seen in Excel."""
        return {
            "file": name,
            "ref": self.ref,
            "sha256": self.sha256,
            "outcome": self.outcome,
            "reason": self.reason,
            "earlier": self.earlier,
            "counts": self.counts,
            "rows": [row_as_json(row) for row in self.rows],
        }


def outcome_of(reason: str | None) -> str:
    """The outcome of a row, by its reason."""
    return (OUTCOME_OF_ROW_REASON[RowReason(reason)] if reason else RowOutcome.ACCEPTED).value


def row_as_json(entry: RowEntry) -> dict[str, object]:
    """One row of a report: a place, an outcome and a reason."""
    sheet, row, reason = entry
    return {"sheet": sheet, "row": row, "outcome": outcome_of(reason), "reason": reason}
