"""The tables a disclosure carries: what somebody once typed into a field stays text, and no
spreadsheet executes it.

The workbook is exact (`connectors/text_workbook.py`: typed text, never a temporary file). A CSV has
no types: there an apostrophe stands before whatever a spreadsheet would take for a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from connectors.text_workbook import check_writable, write_workbook
from lifecycle.errors import Refused

_ROWS_AT_A_TIME: Final = 1000
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for the machine's old code page."""
_SIGNS: Final = (
    "=+@-"
    "\uff1d\uff0b\uff20\uff0d"  # full-width
    "\ufe66\ufe62\ufe6b\ufe63"  # small
    "\u207c\u207a\u207b\u208c\u208a\u208b"  # raised and lowered
    "\u2212\u2010\u2011"  # minus, hyphens
    "\u2795\u2796"  # heavy
)
_UNSEEN: Final = (
    r"\s\"'`\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff9-\ufffb"
)
"""Spaces, quotes, and what takes no room: some program skips each of them."""
_BREAKS: Final = ",;|\t\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_STARTS_A_FORMULA: Final = re.compile(rf"[{_UNSEEN}]*[{re.escape(_SIGNS)}]|[\t\r\n]")
_SIGN: Final = re.compile(f"[{re.escape(_SIGNS)}]")
_BREAK: Final = re.compile(f"[{_BREAKS}]")
# Takes each run whole, whether a sign follows or not: linear also in a long row of line ends.
_RUN: Final = re.compile(rf"([{_BREAKS}{_UNSEEN}]++)([{re.escape(_SIGNS)}])?")


def workbook(header: Sequence[str], rows: Iterable[Sequence[str]], *, sheet: str) -> bytes:
    """An .xlsx with one sheet in which every cell is text; exact.

    Raises as `connectors.text_workbook.write_workbook`.
    """
    return write_workbook(header, rows, sheet=sheet)


def csv_chunks(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, separator: str = ";"
) -> Iterator[bytes]:
    """A CSV in pieces: UTF-8 with byte order mark, every field in quotes, `;` between them as
    Swedish and Danish Excel expects it, each field guarded.

    Raises `Refused("text_not_writable")`, `Refused("row_of_another_width")`.
    """
    waiting = [_BYTE_ORDER_MARK, _line(header, len(header), separator)]
    for row in rows:
        waiting.append(_line(row, len(header), separator))
        if len(waiting) >= _ROWS_AT_A_TIME:
            yield b"".join(waiting)
            waiting.clear()
    yield b"".join(waiting)


def guarded(field: str) -> str:
    """The field as a CSV may carry it: text for every spreadsheet.

    Also inside: a program that expects another separator than was written begins a cell there.
    """
    starts = _STARTS_A_FORMULA.match(field)
    if _SIGN.search(field) and _BREAK.search(field):
        field = _RUN.sub(_marked, field)
    return f"'{field}" if starts else field


def _marked(run: re.Match[str]) -> str:
    between, sign = run.groups()
    if sign is None or not _BREAK.search(between):
        return run[0]
    return f"{between}'{sign}"


def _line(row: Sequence[str], width: int, separator: str) -> bytes:
    if len(row) != width:
        raise Refused("row_of_another_width")
    fields = []
    for field in row:
        check_writable(field)
        fields.append('"' + guarded(field).replace('"', '""') + '"')
    return (separator.join(fields) + "\r\n").encode()
