"""What must hold before a reader that lays out whole sheets may see a zipped workbook."""

from __future__ import annotations

import re
import zipfile
import zlib
from itertools import groupby
from operator import itemgetter
from typing import Final

from connectors.reading_limits import ReadingLimits
from connectors.xlsx_stream import MARKUP, refuse_declarations
from connectors.xlsx_strings import CHUNK
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason

_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_LONGEST_REFERENCE: Final = 24

_ROW_TAG = re.compile(
    rb"""(<(?:[\w.-]+:)?row(?:\s[^<>]*?)??(?:\sr=["']([0-9]{1,9})["'][^<>]*>|/?>))"""
    rb"""(?:\s*<(?:[\w.-]+:)?c\s(?:[^<>]*?\s)??r=["'][A-Z]{1,3}([0-9]{1,7})["'])?"""
)
_SHEET_DATA = re.compile(rb"<(?:[\w.-]+:)?sheetData[\s/>]")
_LONGEST_TAG: Final = 256
"""Bytes kept from chunk to chunk, so that no tag is missed where two of them meet."""


def verify_for_dense_reader(archive: zipfile.ZipFile, limits: ReadingLimits) -> None:
    """What must hold before a reader that lays out whole sheets may see an archive.

    Inflates every part once, compares sizes and checksums, and looks for cells that lie
    so far out that laying out the sheet would take all memory (tafia/calamine #693), and for
    rows that do not ascend, which it would lay on top of each other.
    Raises `FileRefused`: `corrupt`, `too_many_cells`, `unpacked_too_large`.
    """
    refuse_declarations(archive)
    left = limits.unpacked_bytes
    try:
        for entry in archive.infolist():
            rows = columns = 1
            tail = b""
            order = _RowOrder()
            markup = entry.filename.lower().endswith(MARKUP)
            with archive.open(entry) as part:
                while chunk := part.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
                    text = tail + chunk
                    if markup and (b"<!DOCTYPE" in text or b"<!ENTITY" in text):
                        raise FileRefused(FileReason.CORRUPT)
                    if "worksheets/" in entry.filename:
                        if markup:
                            order.look(text, len(tail))
                        found = _REFERENCE.findall(text, max(0, len(tail) - _LONGEST_REFERENCE))
                        if markup:
                            order.compare(found)
                        for letters, number in set(found):
                            rows = max(rows, int(number))
                            columns = max(columns, _column(letters))
                        if rows * columns > limits.area:
                            raise FileRefused(FileReason.TOO_MANY_CELLS)
                    tail = text[-_LONGEST_TAG:]
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise FileRefused(FileReason.CORRUPT) from None


class _RowOrder:
    """Whether a sheet has one table of rows, and in it every row once, in ascending order."""

    def __init__(self) -> None:
        self._last = 0
        self._last_cell = 0
        self._tables = 0

    def look(self, text: bytes, known: int) -> None:
        """The first `known` bytes were seen before. Raises `FileRefused("corrupt")`."""
        self._tables += sum(match.end() > known for match in _SHEET_DATA.finditer(text))
        if self._tables > 1:
            raise FileRefused(FileReason.CORRUPT)
        for match in _ROW_TAG.finditer(text):
            if match.end(1) > known:
                _, written, of_cell = match.groups()
                number = self._last + 1 if written is None else int(written)
                if number <= self._last or int(of_cell or number) != number:
                    raise FileRefused(FileReason.CORRUPT)
                self._last = number

    def compare(self, references: list[tuple[bytes, bytes]]) -> None:
        """Cells name the row in which they stand. Raises `FileRefused("corrupt")`."""
        for written, _ in groupby(map(itemgetter(1), references)):
            number = int(written)
            if number < self._last_cell:
                raise FileRefused(FileReason.CORRUPT)
            self._last_cell = number


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
