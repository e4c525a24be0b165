"""The sheets of an export and their rows, numbered as a person sees them, whatever the file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from connectors.calamine_rows import dense_merged, dense_rows, open_dense, visibility
from connectors.csv_rows import text_rows
from connectors.file_kind import FileKind
from connectors.reading_limits import ReadingLimits
from connectors.xlsx_stream import SheetPart, XlsxPackage, open_package
from connectors.xlsx_strings import UnusualWorkbook
from connectors.xlsx_verify import verify_for_dense_reader
from lifecycle.errors import FileRefused
from lifecycle.intake.merged import MergedRange
from lifecycle.intake.outcomes import FileReason
from lifecycle.intake.text import Cell

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

Rows = Iterator[tuple[int, list[Cell]]]
Merged = Callable[[], list[MergedRange]]
_MANIFEST: Final = "META-INF/manifest.xml"
_SECRET: Final = b":encryption-data"
"""ODF 1.2 part 3, 4.4: stands in the manifest entry of each encrypted part."""
_LONGEST_GAP: Final = 1000
"""Blank rows in succession that are still handed out one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet. The callables start anew with every call."""

    hidden: bool
    rows: Callable[[], Rows]
    """The rows that hold any value; of a text also the blank ones, as `[]`."""
    name: str = ""
    """What the tab says; a text has none."""
    merged: Merged = list
    """The merged cells, to be asked for before the rows are read."""
    blank_lines: bool = False
    """A text: a record may fill several lines, so a missing number is no blank row."""

    def rows_and_blanks(self) -> Rows:
        """The rows and, as `[]`, the blank ones before them, so that a report can name them.
        What a gap has beyond a thousand blank rows is not counted out."""
        return self.rows() if self.blank_lines else _with_blank_rows(self.rows())


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """An opened export."""

    sheets: list[Sheet]
    date1904: bool
    """Day numbers without a date format count from 1904."""


def open_book(data: bytes, kind: FileKind, limits: ReadingLimits) -> Book:
    """Open an export of a kind that `kind_of` has found. Raises `FileRefused`."""
    if kind is FileKind.TEXT:
        return Book(
            sheets=[
                Sheet(hidden=False, rows=lambda: _few_blanks(text_rows(data)), blank_lines=True)
            ],
            date1904=False,
        )
    dense = _Dense(data, kind, limits)
    if kind is not FileKind.XLSX:
        return dense.book()
    package = None
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        package = open_package(archive, limits)
    except zipfile.BadZipFile:
        raise FileRefused(FileReason.CORRUPT) from None
    except UnusualWorkbook:
        return dense.book()
    sheets = [
        _streamed(package, part, position, dense) for position, part in enumerate(package.sheets)
    ]
    return Book(sheets=sheets, date1904=package.date1904)


def _with_blank_rows(rows: Rows) -> Rows:
    expected = 1
    for number, cells in rows:
        for blank in range(max(expected, number - _LONGEST_GAP), number):
            yield blank, []
        yield number, cells
        expected = number + 1


def _few_blanks(rows: Rows) -> Rows:
    gap = 0
    for number, cells in rows:
        gap = 0 if any(cells) else gap + 1
        if not gap:
            yield number, cells
        elif gap <= _LONGEST_GAP:
            yield number, []


class _Dense:
    """The whole-file reader, started only when it is needed."""

    def __init__(self, data: bytes, kind: FileKind, limits: ReadingLimits) -> None:
        self._data = data
        self._kind = kind
        self._limits = limits
        self._workbook: CalamineWorkbook | None = None

    def workbook(self) -> CalamineWorkbook:
        if self._workbook is None:
            if self._kind is not FileKind.XLS:
                self._verify()
            self._workbook = open_dense(self._data)
        return self._workbook

    def _verify(self) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
                verify_for_dense_reader(archive, self._limits)
                if self._kind is FileKind.ODS and _SECRET in archive.read(_MANIFEST):
                    raise FileRefused(FileReason.PASSWORD_PROTECTED)
        except (zipfile.BadZipFile, KeyError):
            raise FileRefused(FileReason.CORRUPT) from None

    def rows(self, position: int) -> Rows:
        try:
            yield from _used(dense_rows(self.workbook(), position, self._limits))
        except MemoryError:
            raise FileRefused(FileReason.TOO_MANY_CELLS) from None

    def book(self) -> Book:
        shown = visibility(self.workbook())
        if not shown:
            raise FileRefused(FileReason.CORRUPT)  # a workbook without sheets does not exist
        return Book(
            sheets=[
                Sheet(
                    hidden=hidden,
                    name=name,
                    rows=partial(self.rows, position),
                    merged=partial(self.merged, position),
                )
                if rows
                else Sheet(hidden=hidden, name=name, rows=_no_rows)
                for position, (rows, hidden, name) in enumerate(shown)
            ],
            date1904=False,
        )

    def merged(self, position: int) -> list[MergedRange]:
        return dense_merged(self.workbook(), position)


def _no_rows() -> Rows:
    return iter(())


def _streamed(package: XlsxPackage, part: SheetPart, position: int, dense: _Dense) -> Sheet:
    """A sheet that is read as a stream; where the stream meets what it does not know, the
    whole-file reader goes on after the last row that was read right."""

    def rows() -> Rows:
        last = 0
        try:
            for number, cells in _used(package.rows(part)):
                last = number
                yield number, cells
        except UnusualWorkbook:
            for number, cells in dense.rows(position):
                if number > last:
                    yield number, cells

    def merged() -> list[MergedRange]:
        try:
            return package.merged(part)
        except UnusualWorkbook:
            return dense.merged(position)

    return Sheet(hidden=part.hidden, name=part.name, rows=rows, merged=merged)


def _used(rows: Rows) -> Rows:
    """Only the rows that hold any value."""
    for number, cells in rows:
        for cell in cells:
            if cell is not None and cell != "":
                yield number, cells
                break
