"""An export as text: whatever encoding and separator a portal or an office has chosen."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason
from lifecycle.intake.text import Cell

_SEPARATORS: Final = ";\t,|"
_SAMPLE_LINES: Final = 40
_LONGEST_FIELD: Final = 1 << 17
_MOST_FIELDS: Final = 16_384
_SEPARATOR_LINE = re.compile(r'"?sep=([;\t,|])"?[\r\n]*', re.IGNORECASE)


def text_rows(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """(line on which the record begins, its fields as text).

    Raises `FileRefused("corrupt")`: NUL, bytes of no known encoding, a quotation mark that
    is never closed (it would swallow the rows after it), a field beyond 131,072 characters.
    """
    text = _decode(data)
    del data
    if "\0" in text:
        raise FileRefused(FileReason.CORRUPT)
    lines = io.StringIO(text, newline="")
    skipped = 0
    separator = None
    announced = _SEPARATOR_LINE.fullmatch(text[: text.find("\n") + 1][:16] or text[:16])
    if announced:
        separator = announced[1]
        lines.readline()
        skipped = 1
    separator = separator or _separator(text)
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = skipped + 1
    try:
        for fields in reader:
            if len(fields) > _MOST_FIELDS:
                raise FileRefused(FileReason.TOO_MANY_CELLS)
            row: list[Cell] = list(fields)
            yield line, row
            line = skipped + reader.line_num + 1
    except csv.Error:
        raise FileRefused(FileReason.CORRUPT) from None


def _decode(data: bytes) -> str:
    """The text, by its byte order mark, else as UTF-16, UTF-8 or Windows-1252."""
    try:
        if data.startswith(codecs.BOM_UTF8):
            return data.decode("utf-8-sig")
        if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            return data.decode("utf-32")
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):
            sample = data[first:2048:2]
            if len(data) % 2 == 0 and sample.count(0) > len(sample) * 0.7:
                return data.decode(encoding)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("cp1252")
    except UnicodeDecodeError:
        raise FileRefused(FileReason.CORRUPT) from None


def _separator(text: str) -> str:
    """The character that splits the first lines into the most, and the same number of, fields;
    a semicolon or a tab before a comma, which also stands in numbers and addresses."""
    sample = [line for line, _ in zip(io.StringIO(text[: 1 << 18]), range(_SAMPLE_LINES), strict=False)]
    best, best_score = ";", 0.0
    for separator in _SEPARATORS:
        counts: dict[int, int] = {}
        for line in sample:
            bare = re.sub(r'"[^"]*"', "", line)
            count = bare.count(separator)
            if count:
                counts[count] = counts.get(count, 0) + 1
        score = max((fields * lines for fields, lines in counts.items()), default=0)
        if score > best_score * (1.5 if best_score else 1):
            best, best_score = separator, score
    return best
