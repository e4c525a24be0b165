"""Every row of an export is judged by itself: acceptable, or one reason why it is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from lifecycle.errors import FileRefused
from lifecycle.intake.fields import FIELDS
from lifecycle.intake.header import SEARCH_ROWS, Header, HeaderAliases
from lifecycle.intake.merged import MergedCells, MergedRange
from lifecycle.intake.names import names_of_identity
from lifecycle.intake.outcomes import FileReason, JudgedRow, RowReason
from lifecycle.intake.protected import ProtectedWords
from lifecycle.intake.row import RowJudge
from lifecycle.intake.rules import IntakeRules
from lifecycle.intake.text import Cell

__all__ = ["FIELDS", "Cell", "SheetJudge", "judge_sheet", "names_of_identity"]

NumberedRow = tuple[int, Sequence[Cell]]


class SheetJudge:
    """Judges one sheet and tells afterwards where its header was and what was left out."""

    def __init__(
        self,
        rules: IntakeRules,
        *,
        sheet: int,
        today: date,
        date1904: bool = False,
        name: str = "",
        merged: Sequence[MergedRange] = (),
    ) -> None:
        """`sheet` counts from 1; `today` is the local day; `name` is on the sheet's tab;
        `merged` are its merged cells. Raises `Misconfigured`."""
        self._words = ProtectedWords(rules.protected_words)
        self._protected_sheet = self._words.inside_cells([name])
        self._merged = merged
        self._rules = rules
        self._aliases = HeaderAliases(rules)
        self._sheet = sheet
        self._today = today
        self._date1904 = date1904
        self.header_row: int | None = None
        """The header's row number as a person sees it; None until it is found."""
        self.dropped_columns = 0
        """Named columns that the policy does not list (A-03)."""

    def rows(self, rows: Iterable[NumberedRow]) -> Iterator[JudgedRow]:
        """Every row but the header, each with its reason or its candidate, in order.

        Raises `FileRefused` before the first row: `no_rows` for a sheet with nothing in it,
        `header_not_recognised`, `header_ambiguous`.
        """
        iterator = iter(rows)
        header, titles = self._find_header(iterator)
        judge = RowJudge(
            self._rules,
            header,
            sheet=self._sheet,
            today=self._today,
            date1904=self._date1904,
            protected_sheet=self._protected_sheet,
            merged=self._merged_below(header),
        ).judge
        for number in titles:
            yield JudgedRow(self._sheet, number, RowReason.TITLE_OR_BLANK, None)
        for number, cells in iterator:
            yield judge(number, cells)

    def _merged_below(self, header: Header) -> MergedCells | None:
        if not self._merged:
            return None
        return MergedCells(self._merged, header_row=self.header_row or 0, width=header.width)

    def _find_header(self, rows: Iterator[NumberedRow]) -> tuple[Header, list[int]]:
        titles: list[int] = []
        anything = False
        for number, cells in rows:
            header = self._aliases.read(cells)
            if header is not None:
                self.header_row = number
                self.dropped_columns = header.dropped
                return header, titles
            titles.append(number)
            # "Deltagare med skyddade personuppgifter" as a title speaks of the whole sheet.
            self._protected_sheet = self._protected_sheet or self._words.inside_cells(cells)
            anything = anything or any(cell not in (None, "") for cell in cells)
            if len(titles) >= SEARCH_ROWS:
                break
        reason = FileReason.HEADER_NOT_RECOGNISED if anything else FileReason.NO_ROWS
        raise FileRefused(reason.value)


def judge_sheet(
    rows: Iterable[NumberedRow],
    rules: IntakeRules,
    *,
    sheet: int,
    today: date,
    date1904: bool = False,
) -> Iterator[JudgedRow]:
    """`SheetJudge.rows` for callers that need no counts."""
    return SheetJudge(rules, sheet=sheet, today=today, date1904=date1904).rows(rows)
