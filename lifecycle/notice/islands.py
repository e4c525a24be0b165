"""What reads from left to right in a text that reads from right to left: numbers, Latin names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_LATIN: Final = re.compile(
    r"[A-Za-z\u00c0-\u024f0-9](?:[A-Za-z\u00c0-\u024f0-9 .@:/+&'-]*[A-Za-z\u00c0-\u024f0-9])?"
)
"""From its first letter or figure to its last: a full stop after it is the sentence's own."""


def split(text: str) -> Iterator[tuple[str, bool]]:
    """`text` in pieces, and of each whether it is such an island. Together they are `text`."""
    end = 0
    for found in _LATIN.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    if end < len(text):
        yield text[end:], False
