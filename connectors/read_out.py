"""What a system holds in a field becomes the text that its recipient reads: all of it, in words
that are the same on every reading (A-68)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from connectors.mapped import is_empty
from connectors.system import Asked, ReadOut, Shown, Value
from lifecycle.errors import Refused

_DEEPEST: Final = 16
"""Lists and objects in one another; deeper is no record of a person."""
_BLANKS: Final = re.compile(r"\s+")


def standing(
    asked: Asked, identifiers: Mapping[str, str], *, rows: int, protected: bool
) -> Shown | None:
    """Why a record is not read out; None: it is. `rows`: how many the key fits."""
    if rows == 0:
        return Shown.MISSING
    if rows > 1:
        return Shown.UNCLEAR
    whose = asked.whose(identifiers)
    if whose is False:
        return Shown.ANOTHERS
    if whose is None:
        return Shown.UNCLEAR
    return Shown.PROTECTED if protected else None


def read_out(asked: Asked, content: Mapping[str, Mapping[str, object]], *, system: str) -> ReadOut:
    """A record with what it holds in the categories asked for.

    `content`: category → field → value as the system gives it. Raises
    `Refused("value_not_text")`.
    """
    values = [
        Value(category, name, text)
        for category in sorted(set(asked.categories))
        for field, value in content.get(category, {}).items()
        for name, text in _told(field, value, system=system)
    ]
    return ReadOut(key=asked.key, shown=Shown.TAKEN, values=tuple(values))


def is_protected(value: object, negatives: Iterable[str | int | bool]) -> bool:
    """Whether a marker says that somebody's identity is protected: whatever is neither empty nor
    known to mean no does, so that a word that nobody has thought of discloses nothing."""
    no = {"0", "false", *(str(one).strip().casefold() for one in negatives)}
    return not is_empty(value) and str(value).strip().casefold() not in no


def _told(name: str, value: object, *, system: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    if is_empty(value):
        return
    if depth > _DEEPEST:
        raise Refused("value_not_text", ref=system)
    if isinstance(value, Mapping):
        for inner, of in sorted(value.items(), key=lambda item: str(item[0])):
            # A name that the system made up is no line break in somebody's table.
            part = _BLANKS.sub(" ", str(inner)).strip()
            yield from _told(f"{name} {part}", of, system=system, depth=depth + 1)
    elif isinstance(value, list | tuple):
        for number, of in enumerate(value, start=1):
            yield from _told(f"{name} {number}", of, system=system, depth=depth + 1)
    else:
        yield name, _text(value, system=system)


def _text(value: Any, *, system: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, int | float | Decimal | UUID):
        return str(value)
    # A picture or a recording: hexadecimal digits of it would tell its recipient nothing.
    raise Refused("value_not_text", ref=system)
