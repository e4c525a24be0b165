"""A cell that is merged over several rows speaks of all of them; files store it in the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lifecycle.intake.text import Cell


class MergedRange(NamedTuple):
    """Rows count from 1 as a person sees them, columns from 0; the last ones belong to it."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class MergedCells:
    """What a person sees in the rows of one sheet, asked for in ascending order.

    Only for the judgement of protected identity: a name or a number that is merged is not
    repeated, for nobody has written it in the other rows (they are quarantined).
    """

    def __init__(self, ranges: Iterable[MergedRange], *, header_row: int, width: int) -> None:
        """Ranges within one row and those that begin in the header or above say nothing here."""
        self._waiting = sorted(
            (one for one in ranges if one.last_row > one.first_row > header_row), reverse=True
        )
        self._width = width
        self._open: list[tuple[MergedRange, Cell]] = []

    def shown(self, number: int, cells: Sequence[Cell]) -> list[Cell] | None:
        """The row with what merged cells show in it; None when none covers it."""
        while self._waiting and self._waiting[-1].first_row <= number:
            one = self._waiting.pop()
            if one.first_row == number and one.first_column < len(cells):
                value = cells[one.first_column]
                if value is not None and value != "":
                    self._open.append((one, value))
        self._open = [(one, value) for one, value in self._open if one.last_row >= number]
        if not self._open:
            return None
        row = list(cells)
        row += [None] * (self._width - len(row))
        for one, value in self._open:
            for column in range(one.first_column, min(one.last_column + 1, self._width)):
                row[column] = value
            row.append(value)  # words count in every column
        return row
