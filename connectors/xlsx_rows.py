"""The rows of one worksheet while it is still being inflated: known forms at one stroke, unknown
ones cell by cell, and nothing that is not wholly understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from connectors.xlsx_forms import FORMULA, RAW_VALUES, VALUE, RowForm, spelling
from connectors.xlsx_merged import column_number
from connectors.xlsx_strings import (
    UnusualWorkbook,
    decoded,
    is_plain,
    plain_text,
    prefix_of_root,
    text_of_item,
)
from connectors.xlsx_styles import from_serial
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason
from lifecycle.intake.text import Cell

_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_PROLOG: Final = 1 << 20
"""Characters before the first row: views, column widths."""

_ATTRIBUTES = r'((?: [\w:.]++="[^"<&]*+")*+) ?'
_ATTRIBUTE = re.compile(r' ([\w:.]++)="([^"]*+)"')
_ROW = re.compile(rf"<row{_ATTRIBUTES}(?:(/>)|>)\s*+")
_ROW_END = re.compile(r"</row>\s*+")
_CELL = re.compile(rf"<c{_ATTRIBUTES}(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_CONTENT = re.compile(
    rf"({FORMULA})?(?:{VALUE}([^<]*+)</v>|<v ?/>|<is>(.*?)</is>|<is ?/>)?", re.DOTALL
)
_SHEET_DATA = re.compile(r"<(?:[\w.-]++:)?sheetData[\s/>]")
_LONGEST_TAG: Final = 256
"""Characters kept from piece to piece, so that no tag is missed where two of them meet."""
_KINDS: Final = {"s": "shared", "str": "text", "inlineStr": "text", "b": "flag", "e": "nothing"}


def _number(raw: str) -> Cell:
    if raw.isdigit() and len(raw) <= 15:
        return int(raw)
    if not raw:
        return None
    value = _real(raw)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _real(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        raise UnusualWorkbook from None
    if value - value != 0:  # an infinity: 1e999
        raise UnusualWorkbook
    return value


def _flag(raw: str) -> Cell:
    return raw == "1"


def _nothing(_: str) -> Cell:
    return None


@dataclass(slots=True, kw_only=True)
class SheetContext:
    """What a sheet's cells mean: the workbook's strings, date styles and calendar."""

    strings: list[str]
    date_styles: frozenset[int]
    date1904: bool
    area: int
    row_characters: int


class SheetReader:
    """Reads one sheet. Every byte between the first and the last row must match."""

    def __init__(self, context: SheetContext) -> None:
        self._context = context
        self._widest = 1
        self._last = 0
        strings = context.strings

        def shared(raw: str) -> Cell:
            try:
                return strings[int(raw)]
            except IndexError:
                raise UnusualWorkbook from None

        date1904 = context.date1904

        def moment(raw: str) -> Cell:
            return from_serial(_real(raw), date1904=date1904) if raw else None

        self._converts: dict[str, Callable[[str], Cell]] = {
            "shared": shared,
            "date": moment,
            "number": _number,
            "flag": _flag,
            "text": plain_text,
            "nothing": _nothing,
        }
        self._form = RowForm(self._converts)

    def rows(self, read: Callable[[int], bytes]) -> Iterator[tuple[int, list[Cell]]]:
        """(row number, cells from column A) of every row element, empty ones too.

        Raises `UnusualWorkbook` at the first thing that the dialect does not know: all rows
        before it were read right. Raises `FileRefused`: `too_many_cells` when a cell lies
        too far out, `unpacked_too_large` for a giant row, `corrupt`, also for rows that do not
        ascend and for a second table of rows: no other reader may go on after such a row, for
        "after" has no meaning there and people would be passed over.
        """
        pending = ""
        prefix: str | None = None
        pieces = decoded(read)
        for text in pieces:
            pending += text
            if prefix is None:
                start = pending.find("sheetData")
                if start < 0 or ">" not in pending[start:]:
                    if len(pending) > _PROLOG:
                        raise UnusualWorkbook
                    continue
                start = pending.rindex("<", 0, start)
                prefix = prefix_of_root(pending[:start], "worksheet")
                opened = pending[start : pending.index(">", start) + 1]
                if opened == f"<{prefix}sheetData/>":
                    pending = pending[start + len(opened) :]
                    break
                if opened != f"<{prefix}sheetData>":
                    raise UnusualWorkbook
                pending = pending[start + len(opened) :].lstrip()
            if prefix:
                pending = pending.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")
            end = pending.find("</sheetData>")
            if end >= 0:
                yield from self._block(pending[:end])
                pending = pending[end + len("</sheetData>") :]
                break
            cut = pending.rfind("<row ")
            if cut > 0:
                yield from self._block(pending[:cut])
                pending = pending[cut:]
            elif len(pending) > self._context.row_characters:
                raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
        else:
            raise UnusualWorkbook
        for piece in chain([""], pieces):  # to its end, where the checksum is compared
            pending += piece
            if _SHEET_DATA.search(pending):
                raise FileRefused(FileReason.CORRUPT)
            pending = pending[-_LONGEST_TAG:]

    def _block(self, block: str) -> Iterator[tuple[int, list[Cell]]]:
        """The rows of a block of whole row elements."""
        plain = is_plain(block)
        form = self._form
        position, end = 0, len(block)
        area = self._context.area
        while position < end:
            match = form.match(block, position)
            if match is None:
                number, row, position = self._unfamiliar(block, position)
            else:
                position = match.end()
                digits, *values = match.groups()
                number = self._next(digits)
                row = self._familiar(values, plain)
            if number * self._widest > area:
                raise FileRefused(FileReason.TOO_MANY_CELLS)
            yield number, row

    def _next(self, digits: str) -> int:
        """The number of the row that begins; every row has a higher one than all before it."""
        number = int(digits)
        if number <= self._last:
            raise FileRefused(FileReason.CORRUPT)
        if number > _LAST_ROW:
            raise UnusualWorkbook
        self._last = number
        return number

    def _familiar(self, values: list[str | None], plain: bool) -> list[Cell]:
        """The cells of a row of known form; `plain`: no text in it needs resolving."""
        form = self._form
        row: list[Cell]
        if plain and form.aligned is not None:
            row = [*values]
            for column, convert in form.aligned:
                value = values[column]
                if value is not None:
                    row[column] = convert(value)
            return row
        row = [None] * form.width
        for value, (column, convert, is_text) in zip(values, form.groups, strict=True):
            if value is not None:
                row[column] = value if plain and is_text else convert(value)
        return row

    def _unfamiliar(self, block: str, position: int) -> tuple[int, list[Cell], int]:
        """Read a row of unknown form cell by cell, and learn its form."""
        opened = _ROW.match(block, position)
        if opened is None:
            raise UnusualWorkbook
        attributes = dict(_ATTRIBUTE.findall(opened[1]))
        raw_number = attributes.get("r", "")
        if not raw_number.isdigit():
            raise UnusualWorkbook
        number = self._next(raw_number)
        position = opened.end()
        if opened[2]:
            return number, [], position
        row: list[Cell] = []
        while block.startswith("<c", position):
            cell = _CELL.match(block, position)
            if cell is None:
                raise UnusualWorkbook
            position = cell.end()
            column, value = self._cell(raw_number, cell[1], cell[2])
            if not len(row) <= column < _LAST_COLUMN:
                raise UnusualWorkbook
            row += [None] * (column - len(row))
            row.append(value)
        closed = _ROW_END.match(block, position)
        if closed is None:
            raise UnusualWorkbook
        self._widest = max(self._widest, len(row))
        self._form.learn()
        return number, row, closed.end()

    def _cell(self, row: str, raw: str, inner: str | None) -> tuple[int, Cell]:
        """One cell's column and value; its spelling is noted."""
        attributes = dict(_ATTRIBUTE.findall(raw))
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        content = _CONTENT.fullmatch(inner or "")
        if reference is not None and reference[2] != row:
            raise FileRefused(FileReason.CORRUPT)  # a cell of another row than it stands in
        if reference is None or content is None:
            raise UnusualWorkbook
        formula, raw_value, item = content.groups()
        kind = self._kind(attributes.get("t", "n"), attributes.get("s", "0"))
        value: Cell = None
        if item is not None:
            value = text_of_item(item)
        elif raw_value is not None:
            if RAW_VALUES[kind].fullmatch(raw_value) is None:
                raise UnusualWorkbook
            value = self._converts[kind](raw_value)
        letters = reference[1]
        column = column_number(letters)
        lead = f' r="{letters}{row}"'
        if raw.startswith(lead):
            rest = raw[len(lead) :]
            pattern = spelling(rest, kind, inner, formula=formula is not None, item=item)
            if pattern is not None:
                self._form.note(column, letters, pattern, kind)
        return column, value

    def _kind(self, written: str, style: str) -> str:
        if written == "n":
            if not style.isdigit():
                raise UnusualWorkbook
            return "date" if int(style) in self._context.date_styles else "number"
        if written not in _KINDS:
            raise UnusualWorkbook
        return _KINDS[written]
