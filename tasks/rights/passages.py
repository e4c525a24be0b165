"""Where an extract has text in which others may be named: no machine recognises a name, so a person
reads those passages before anything is handed over (art. 15(4), 20(4))."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from tasks.rights.found import CASE, Told

FREE_TEXT: Final = "free_text"
"""Beside the step: the extract has passages that somebody has to read."""
_WORD: Final = re.compile(r"[^\W\d_]{2}")
_FEWEST: Final = 3
"""Words: from three on a value can say something of somebody else. An address or a grade is less; a
long name is read in vain, which harms nobody."""


class Passages(NamedTuple):
    """How many passages a field has, and nothing of what they say."""

    system: str
    category: str
    field: str
    number: int


def passages(values: Iterable[Told]) -> tuple[Passages, ...]:
    """The passages by system, category and field."""
    counted = Counter(
        (one.system, one.category, one.field)
        for one in values
        if one.category != CASE and _words(one.text) >= _FEWEST
    )
    return tuple(Passages(*key, number) for key, number in sorted(counted.items()))


def _words(text: str) -> int:
    return sum(1 for part in text.split() if _WORD.search(part))
