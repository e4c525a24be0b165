"""Which cells of a worksheet are merged over several rows, found before its rows are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from connectors.xlsx_strings import decoded
from lifecycle.intake.merged import MergedRange

_NAME: Final = "mergeCell"
_LONGEST_TAG: Final = 256
"""Characters kept from piece to piece, so that no tag is missed where two of them meet."""
_RANGE = re.compile(
    r"""<(?:[\w.-]++:)?mergeCell\s[^<>]*?\bref\s*=\s*["']"""
    r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})[\"']"
)


def merged_ranges(read: Callable[[int], bytes]) -> list[MergedRange]:
    """The ranges of more than one row. Raises `UnusualWorkbook` for an unknown encoding."""
    found: set[MergedRange] = set()
    tail = ""
    for piece in decoded(read):
        text = tail + piece
        if _NAME in text:
            for left, top, right, bottom in _RANGE.findall(text):
                if top != bottom:
                    found.add(
                        MergedRange(
                            int(top), int(bottom), column_number(left), column_number(right)
                        )
                    )
        tail = text[-_LONGEST_TAG:]
    return sorted(found)


def column_number(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
