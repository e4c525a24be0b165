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
_PIECE: Final = 1 << 18
_MOST_FIELDS: Final = 16_384
_SEPARATOR_LINE = re.compile(r'"?sep=([;\t,|])"?(?:\r?\n|\r|$)', re.IGNORECASE)


def text_rows(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """(line on which the record begins, its fields as text).

    Raises `FileRefused("corrupt")`: NUL, bytes of no known encoding, a quotation mark that
    is never closed (it would swallow the rows after it), a field beyond 131,072 characters.
    Raises `FileRefused("truncated")` after the last record when that has neither a line end
    nor as many fields as the header: the file is still being written, or was torn.
    """
    encoding, sample, ended = _encoding(data)
    lines = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    skipped = 0
    announced = _SEPARATOR_LINE.match(sample)
    if announced:
        lines.readline()
        skipped = 1
    separator = announced[1] if announced else _separator(sample)
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = skipped + 1
    widths = [0]
    fields: list[str] = []
    try:
        for fields in reader:
            if len(fields) > widths[-1]:
                if len(fields) > _MOST_FIELDS:
                    raise FileRefused(FileReason.TOO_MANY_CELLS)
                widths.append(len(fields))
            row: list[Cell] = list(fields)
            yield line, row
            line = skipped + reader.line_num + 1
    except csv.Error:
        raise FileRefused(FileReason.CORRUPT) from None
    if not ended and any(map(str.strip, fields)) and len(fields) < _width_of_header(widths):
        raise FileRefused(FileReason.TRUNCATED)


def _width_of_header(widths: list[int]) -> int:
    """Of the records that were each wider than all before them (`widths`), the first that is no
    title: one more than half as wide as the widest. A stray separator further down widens a
    record and does not count."""
    return next(width for width in widths if width * 2 > widths[-1])


def _encoding(data: bytes) -> tuple[str, str, bool]:
    """The encoding, by its byte order mark, else UTF-16, UTF-8 or Windows-1252, with the
    beginning of the text and whether it ends with a line end; the whole of it has been tried."""
    if data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        candidates = ["utf-32"]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif len(data) % 2 == 0 and _mostly_nothing(data[1:2048:2]):
        candidates = ["utf-16-le"]
    elif len(data) % 2 == 0 and _mostly_nothing(data[0:2048:2]):
        candidates = ["utf-16-be"]
    else:
        candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        sound = _beginning_if_sound(data, encoding)
        if sound is not None:
            return encoding, *sound
    raise FileRefused(FileReason.CORRUPT)


def _mostly_nothing(sample: bytes) -> bool:
    return sample.count(0) > len(sample) * 0.7


def _beginning_if_sound(data: bytes, encoding: str) -> tuple[str, bool] | None:
    """The first piece of the text, and whether it ends with a line end; None if `data` is not
    in this encoding at some place."""
    decoder = codecs.getincrementaldecoder(encoding)()
    beginning = end = ""
    try:
        for start in range(0, len(data), _PIECE):
            piece = decoder.decode(data[start : start + _PIECE], start + _PIECE >= len(data))
            if "\0" in piece:
                raise FileRefused(FileReason.CORRUPT)
            beginning = beginning or piece
            end = piece or end
    except UnicodeDecodeError:
        return None
    return beginning, end.endswith(("\n", "\r"))


def _separator(text: str) -> str:
    """The character that splits the first lines into the most, and the same number of, fields;
    a semicolon or a tab before a comma, which also stands in numbers and addresses."""
    sample = text.splitlines()[:_SAMPLE_LINES]
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
