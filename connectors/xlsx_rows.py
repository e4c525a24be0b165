"""The rows of one worksheet while it is still being inflated: a row's form is learned once and
then matched whole, so that no cell is looked at that has nothing new to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

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

Convert = Callable[[str], Cell]

_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_PROLOG: Final = 1 << 20
"""Characters before the first row: views, column widths."""
_VARIANTS: Final = 6
_RELEARN: Final = 48
_WIDEST_FORM: Final = 400

_ATTRIBUTES = r'((?: [\w:.]++="[^"<&]*+")*+) ?'
_ATTRIBUTE = re.compile(r' ([\w:.]++)="([^"]*+)"')
_ROW = re.compile(rf"<row{_ATTRIBUTES}(?:(/>)|>)\s*+")
_ROW_END = re.compile(r"</row>\s*+")
_CELL = re.compile(rf"<c{_ATTRIBUTES}(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_FORMULA = r"<f(?: [\w:.]++=\"[^\"<]*+\")*+ ?(?:/>|>[^<]*+</f>)"
_VALUE = r"<v(?: xml:space=\"preserve\")?+>"
_CONTENT = re.compile(
    rf"({_FORMULA})?(?:{_VALUE}([^<]*+)</v>|<v ?/>|<is>(.*?)</is>|<is ?/>)?", re.DOTALL
)
_PATTERNS: Final = {
    "number": r"([-+0-9.eE]*+)",
    "shared": r"([0-9]++)",
    "flag": r"([01])",
    "text": r"([^<]*+)",
}


def column_number(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


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


@dataclass(slots=True)
class _Form:
    """How the rows of this sheet look: per column the spellings seen so far."""

    spellings: dict[int, dict[str, tuple[str, str]]] = field(default_factory=dict)
    """Column → {pattern after the reference: (letters, kind)}."""
    learned: int = 0


class SheetReader:
    """Reads one sheet. Every byte between the first and the last row must match."""

    def __init__(self, context: SheetContext) -> None:
        self._context = context
        self._form = _Form()
        self._match: Callable[[str, int], re.Match[str] | None] = re.compile(r"(?!)").match
        self._columns: list[int] = []
        self._converts: list[Convert | None] = []
        self._dense: list[tuple[int, Convert]] | None = None
        self._width = 0
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

        self._by_kind: dict[str, Convert] = {
            "shared": shared,
            "date": moment,
            "number": _number,
            "flag": _flag,
            "text": plain_text,
            "nothing": _nothing,
        }

    def rows(self, read: Callable[[int], bytes]) -> Iterator[tuple[int, list[Cell]]]:
        """(row number, cells from column A) of every row element, empty ones too.

        Raises `UnusualWorkbook` at the first thing that the dialect does not know: all rows
        before it were read right. Raises `FileRefused`: `too_many_cells` when a cell lies
        too far out, `unpacked_too_large` for a giant row, `corrupt`.
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
                    break
                if opened != f"<{prefix}sheetData>":
                    raise UnusualWorkbook
                pending = pending[start + len(opened) :].lstrip()
            if prefix:
                pending = pending.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")
            end = pending.find("</sheetData>")
            if end >= 0:
                yield from self._block(pending[:end])
                break
            cut = pending.rfind("<row ")
            if cut > 0:
                yield from self._block(pending[:cut])
                pending = pending[cut:]
            elif len(pending) > self._context.row_characters:
                raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
        else:
            raise UnusualWorkbook
        for _ in pieces:  # to its end, where the checksum is compared
            pass

    def _block(self, block: str) -> Iterator[tuple[int, list[Cell]]]:
        """The rows of a block of whole row elements."""
        plain = is_plain(block)
        position, end = 0, len(block)
        area = self._context.area
        while position < end:
            match = self._match(block, position)
            if match is None:
                number, cells, position = self._unfamiliar(block, position)
                if number * self._widest > area:
                    raise FileRefused(FileReason.TOO_MANY_CELLS)
                yield number, cells
                continue
            position = match.end()
            values = match.groups()
            number = int(values[0])
            if not self._last < number <= _LAST_ROW:
                raise UnusualWorkbook
            if number * self._widest > area:
                raise FileRefused(FileReason.TOO_MANY_CELLS)
            self._last = number
            row: list[Cell]
            if plain and self._dense is not None:
                row = list(values)
                del row[0]
                for column, convert in self._dense:
                    value = values[column + 1]
                    if value is not None:
                        row[column] = convert(value)
            else:
                row = [None] * self._width
                for value, column, general in zip(
                    values[1:], self._columns, self._converts, strict=True
                ):
                    if value is not None:
                        row[column] = (
                            value if plain and general is None else ((general or plain_text)(value))
                        )
            yield number, row

    def _unfamiliar(self, block: str, position: int) -> tuple[int, list[Cell], int]:
        """Read a row of unknown form cell by cell, and learn its form."""
        opened = _ROW.match(block, position)
        if opened is None:
            raise UnusualWorkbook
        attributes = dict(_ATTRIBUTE.findall(opened[1]))
        raw_number = attributes.get("r", "")
        if not raw_number.isdigit() or not self._last < int(raw_number) <= _LAST_ROW:
            raise UnusualWorkbook
        number = self._last = int(raw_number)
        position = opened.end()
        if opened[2]:
            return number, [], position
        row: list[Cell] = []
        news = False
        while block.startswith("<c", position):
            cell = _CELL.match(block, position)
            if cell is None:
                raise UnusualWorkbook
            position = cell.end()
            column, value, new = self._cell(raw_number, cell[1], cell[2])
            if not len(row) <= column < _LAST_COLUMN:
                raise UnusualWorkbook
            row += [None] * (column - len(row))
            row.append(value)
            news = news or new
        closed = _ROW_END.match(block, position)
        if closed is None:
            raise UnusualWorkbook
        self._widest = max(self._widest, len(row))
        if news and self._form.learned < _RELEARN and self._widest <= _WIDEST_FORM:
            self._compile()
        return number, row, closed.end()

    def _cell(self, row: str, raw: str, inner: str | None) -> tuple[int, Cell, bool]:
        """One cell's column and value, and whether its spelling was unknown."""
        attributes = dict(_ATTRIBUTE.findall(raw))
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        if reference is None or reference[2] != row:
            raise UnusualWorkbook
        content = _CONTENT.fullmatch(inner or "")
        if content is None:
            raise UnusualWorkbook
        formula, raw_value, item = content.groups()
        kind = self._kind(attributes.get("t", "n"), attributes.get("s", "0"))
        value: Cell
        if item is not None:
            value = text_of_item(item)
        elif raw_value is None:
            value = None
        elif kind == "shared" and not raw_value.isdigit():
            raise UnusualWorkbook
        else:
            value = self._by_kind[kind](raw_value)
        letters = reference[1]
        column = column_number(letters)
        lead = f' r="{letters}{row}"'
        if not raw.startswith(lead):
            return column, value, False
        tail = self._spelling(raw[len(lead) :], kind, inner, formula, raw_value, item)
        known = self._form.spellings.setdefault(column, {})
        if tail is None or tail in known or len(known) >= _VARIANTS:
            return column, value, False
        known[tail] = (letters, kind)
        return column, value, True

    def _kind(self, written: str, style: str) -> str:
        if written == "n":
            if not style.isdigit():
                raise UnusualWorkbook
            return "date" if int(style) in self._context.date_styles else "number"
        kind = {"s": "shared", "str": "text", "inlineStr": "text", "b": "flag", "e": "nothing"}
        if written not in kind:
            raise UnusualWorkbook
        return kind[written]

    @staticmethod
    def _spelling(
        attributes: str,
        kind: str,
        inner: str | None,
        formula: str | None,
        raw_value: str | None,
        item: str | None,
    ) -> str | None:
        """The pattern of this cell after its reference; None where none is worth learning."""
        lead = re.escape(attributes)
        if inner is None:
            return f"{lead}/>"
        if item is not None:
            if not item.startswith("<t") or item.count("<") != 2:
                return None
            return rf'{lead}><is><t(?: xml:space="preserve")?+>([^<]*+)</t></is></c>'
        if raw_value is None:
            return None
        pattern = _PATTERNS.get({"date": "number", "nothing": "text"}.get(kind, kind))
        return f"{lead}>{_FORMULA if formula else ''}{_VALUE}{pattern}</v></c>"

    def _compile(self) -> None:
        """Make one pattern of all spellings learned so far, every cell optional."""
        form = self._form
        form.learned += 1
        columns: list[int] = []
        converts: list[Convert | None] = []
        parts = ['<row r="([1-9][0-9]{0,6})"[^<>]*>']
        for column in sorted(form.spellings):
            choices = form.spellings[column]
            letters = ""
            for tail, (letters, kind) in choices.items():  # noqa: B007
                if not tail.endswith("/>"):
                    columns.append(column)
                    converts.append(None if kind == "text" else self._by_kind[kind])
            parts.append(rf'(?:<c r="{letters}\1"(?:{"|".join(choices)}))?')
        parts.append(r"</row>\s*+")
        self._match = re.compile("".join(parts)).match
        self._columns, self._converts = columns, converts
        self._width = max(form.spellings, default=-1) + 1
        dense = columns == list(range(self._width))
        self._dense = (
            [(n, convert) for n, convert in enumerate(converts) if convert is not None]
            if dense
            else None
        )
