"""What became of a file, row by row, with reasons and without a single value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lifecycle.intake.outcomes import OUTCOME_OF_ROW_REASON, RowOutcome, RowReason

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
    """`done`, `waiting` (a person must import the workbook) or `kept`."""

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

    def as_json(self, *, name: str) -> dict[str, object]:
        """The form of `gallra import --report`: `name` is what the operator called the file,
        a sheet is its position (its name may be personal), a row the number seen in Excel."""
        return {
            "file": name,
            "sha256": self.sha256,
            "outcome": self.outcome,
            "reason": self.reason,
            "counts": self.counts,
            "rows": [
                {
                    "sheet": sheet,
                    "row": row,
                    "outcome": (
                        OUTCOME_OF_ROW_REASON[RowReason(reason)] if reason else RowOutcome.ACCEPTED
                    ).value,
                    "reason": reason,
                }
                for sheet, row, reason in self.rows
            ],
        }
