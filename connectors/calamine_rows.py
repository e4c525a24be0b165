"""The older and rarer kinds of workbook (.xls, .xlsb, .ods) and every .xlsx that is written in
an unusual way: read whole by calamine, inside the reader's child only."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.reading_limits import ReadingLimits
from lifecycle.errors import FileRefused
from lifecycle.intake.merged import MergedRange
from lifecycle.intake.outcomes import FileReason
from lifecycle.intake.text import Cell

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook


def open_dense(data: bytes) -> CalamineWorkbook:
    """Open a workbook. Raises `FileRefused`: `password_protected`, `corrupt`."""
    # Loaded here: an ordinary export never needs it.
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        raise FileRefused(FileReason.PASSWORD_PROTECTED) from None
    except (CalamineError, OSError):
        raise FileRefused(FileReason.CORRUPT) from None


def visibility(workbook: CalamineWorkbook) -> list[tuple[bool, bool, str]]:
    """(is a worksheet, is hidden, name) of each sheet in order."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        (
            sheet.typ == SheetTypeEnum.WorkSheet,
            sheet.visible != SheetVisibleEnum.Visible,
            sheet.name,
        )
        for sheet in workbook.sheets_metadata
    ]


def dense_merged(workbook: CalamineWorkbook, position: int) -> list[MergedRange]:
    """The merged cells of a sheet; calamine knows them in .xlsx and .xls only.

    Raises `FileRefused("corrupt")`.
    """
    from python_calamine import CalamineError

    try:
        ranges = workbook.get_sheet_by_index(position).merged_cell_ranges or []
    except (CalamineError, OSError):
        raise FileRefused(FileReason.CORRUPT) from None
    return [
        MergedRange(top + 1, bottom + 1, left, right) for (top, left), (bottom, right) in ranges
    ]


def dense_rows(
    workbook: CalamineWorkbook, position: int, limits: ReadingLimits
) -> Iterator[tuple[int, list[Cell]]]:
    """(row number, cells from column A) of sheet `position` (0-based).

    Raises `FileRefused`: `too_many_cells`, `corrupt`.
    """
    from python_calamine import CalamineError

    try:
        sheet = workbook.get_sheet_by_index(position)
    except (CalamineError, OSError):
        raise FileRefused(FileReason.CORRUPT) from None
    if sheet.start is None:
        return
    if sheet.total_height * sheet.total_width > limits.area:
        raise FileRefused(FileReason.TOO_MANY_CELLS)
    left = sheet.start[1]
    # calamine counts from the first row of the sheet, but from the first used column.
    for number, values in enumerate(sheet.iter_rows(), start=1):
        row: list[Cell] = [None] * left
        for value in values:
            if isinstance(value, timedelta):
                row.append(value / timedelta(days=1))  # elapsed time, as Excel stores it
            elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
                row.append(int(value))
            else:
                row.append(value)
        yield number, row
