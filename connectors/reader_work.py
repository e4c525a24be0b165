"""What the reader's child does: open an export, judge or copy its rows, send them in batches."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain
from typing import Any, Final

import orjson

from connectors.file_kind import FileKind
from connectors.reading_limits import ReadingLimits
from connectors.sheet_source import Book, Rows, Sheet, open_book
from lifecycle.errors import FileRefused
from lifecycle.intake.judge import SheetJudge
from lifecycle.intake.outcomes import (
    OUTCOME_OF_ROW_REASON,
    FileReason,
    JudgedRow,
    RowOutcome,
    RowReason,
)
from lifecycle.intake.rules import IntakeRules
from lifecycle.intake.text import Cell, text_of

Send = Callable[[bytes], None]
_BATCH: Final = 1000
_TABLE_FRAME: Final = 1 << 20
_IDENTITY = re.compile(
    r"(?:19|20)?(\d\d(?:0\d|1[0-2])(?:0[1-9]|[12]\d|3[01]|[67]\d|8\d|9[01]))[-+–]?(\d{4})"
)


def work(request: bytes, data: bytes, send: Send) -> None:
    """Serve one request of `connectors.workbook` or `connectors.document_text`.

    Raises `FileRefused`, `Misconfigured`.
    """
    wish: dict[str, Any] = orjson.loads(request)
    limits = ReadingLimits(**wish["limits"])
    if wish["mode"] == "document":
        from connectors import document_work  # what it needs would slow every export down

        document_work.work(data, limits, send)
        return
    book = open_book(data, FileKind(wish["kind"]), limits)
    if wish["mode"] == "table":
        _copy(book, limits, send)
    else:
        rules = IntakeRules.from_json(wish["rules"])
        _Judging(rules, date.fromisoformat(wish["today"]), book.date1904, send).book(book)


def _copy(book: Book, limits: ReadingLimits, send: Send) -> None:
    """The first visible sheet as text."""
    sheet = next((sheet for sheet in book.sheets if not sheet.hidden), None)
    if sheet is None:
        raise FileRefused(FileReason.NO_ROWS)
    batch: list[tuple[int, list[str]]] = []
    size = cells = 0
    for number, row in filter(_is_used, sheet.rows()):
        texts = [text_of(cell) for cell in row]
        batch.append((number, texts))
        size += sum(map(len, texts)) + 8 * len(texts)
        cells += len(texts)
        if cells > limits.area:
            raise FileRefused(FileReason.TOO_MANY_CELLS)
        if size > _TABLE_FRAME or len(batch) >= _BATCH:
            send(orjson.dumps({"table": batch}))
            batch, size = [], 0
    if not cells:
        raise FileRefused(FileReason.NO_ROWS)
    send(orjson.dumps({"table": batch}))


class _Judging:
    """Judges the sheets of one book in order."""

    def __init__(self, rules: IntakeRules, today: date, date1904: bool, send: Send) -> None:
        self._rules = rules
        self._today = today
        self._date1904 = date1904
        self._send = send

    def book(self, book: Book) -> None:
        """All sheets. A sheet without a header is passed over, row by row, when another sheet
        has one and when no cell of it looks like an identity number: a cover sheet is no
        reason to refuse people's data, a list with a misspelt header is no cover sheet.

        Raises `FileRefused`: `header_not_recognised`, `header_ambiguous`, `no_rows`, and what
        reading raises.
        """
        recognised = used = judged = 0
        for position, sheet in enumerate(book.sheets, start=1):
            self._say({"sheet": [position, sheet.hidden]})
            judge = SheetJudge(
                self._rules,
                sheet=position,
                today=self._today,
                date1904=self._date1904,
                name=sheet.name,
                merged=() if sheet.hidden else sheet.merged(),
            )
            if sheet.hidden:
                rows, _ = self._pass_over(sheet, position, RowReason.HIDDEN_SHEET)
            else:
                source = sheet.rows_and_blanks()
                leading = _until_used(source)
                rows = 0
                if leading:
                    used += 1
                    rows, real = self._judge(judge, chain(leading, source), sheet, position)
                    recognised += judge.header_row is not None
                    judged += real
            self._say({"end": [position, judge.header_row, judge.dropped_columns, rows]})
        if used and not recognised:
            raise FileRefused(FileReason.HEADER_NOT_RECOGNISED)
        if not judged:
            raise FileRefused(FileReason.NO_ROWS)

    def _judge(
        self, judge: SheetJudge, source: Rows, sheet: Sheet, position: int
    ) -> tuple[int, int]:
        """(rows, rows that are not merely ignored) of a visible sheet."""
        try:
            return self._batches(judge.rows(source))
        except FileRefused as error:
            if judge.header_row is not None or error.code != FileReason.HEADER_NOT_RECOGNISED:
                raise
        return self._pass_over(sheet, position, RowReason.TITLE_OR_BLANK)

    def _pass_over(self, sheet: Sheet, position: int, reason: RowReason) -> tuple[int, int]:
        """Report every used row of a sheet that is not imported.

        Raises `FileRefused("header_not_recognised")` for a visible sheet with an identity.
        """

        def rows() -> Iterable[JudgedRow]:
            for number, cells in filter(_is_used, sheet.rows()):
                if not sheet.hidden and any(map(_is_identity, cells)):
                    raise FileRefused(FileReason.HEADER_NOT_RECOGNISED)
                yield JudgedRow(position, number, reason, None)

        return self._batches(rows())

    def _batches(self, rows: Iterable[JudgedRow]) -> tuple[int, int]:
        batch: list[tuple[object, ...]] = []
        count = real = 0
        for sheet, number, reason, candidate in rows:
            if candidate is not None:
                batch.append((sheet, number, None, tuple(candidate)))
                real += 1
            else:
                batch.append((sheet, number, reason, None))
                real += (
                    reason is not None and OUTCOME_OF_ROW_REASON[reason] is not RowOutcome.IGNORED
                )
            count += 1
            if len(batch) >= _BATCH:
                self._say({"rows": batch})
                batch = []
        if batch:
            self._say({"rows": batch})
        return count, real

    def _say(self, frame: dict[str, object]) -> None:
        self._send(orjson.dumps(frame))


def _is_used(row: tuple[int, list[Cell]]) -> bool:
    return bool(row[1])


def _until_used(rows: Rows) -> list[tuple[int, list[Cell]]]:
    """The rows up to the first used one, of the blank ones the last few; empty if there is none."""
    leading: deque[tuple[int, list[Cell]]] = deque(maxlen=10)
    for row in rows:
        leading.append(row)
        if row[1]:
            return list(leading)
    return []


def _is_identity(cell: Cell) -> bool:
    """Whether a cell looks like a personnummer, check digit included."""
    found = _IDENTITY.fullmatch(text_of(cell).strip())
    if found is None:
        return False
    total = 0
    for place, digit in enumerate(found[1] + found[2]):
        double = int(digit) * (2 - place % 2)
        total += double - 9 if double > 9 else double
    return total % 10 == 0
