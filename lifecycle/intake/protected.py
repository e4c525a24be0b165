"""A protected identity is announced by a word, and people part words as their columns are wide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from lifecycle.errors import Misconfigured
from lifecycle.intake.text import Cell, fold_row, text_of

_PARTING: Final = b" -\t\r\n"
"""Blanks (folded: no-break ones too), hyphens and line breaks: "Förmedlings- uppdrag"."""


class ProtectedWords:
    """The policy's word stems that mean protected identity."""

    __slots__ = ("_begins", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        """Raises `Misconfigured("intake_protected_word")` for a word that never could be found."""
        self._words = tuple(_closed_up(fold_row(word)[0]) for word in words)
        if not all(self._words):
            raise Misconfigured("intake_protected_word")
        stems = "|".join(re.escape(word.decode("latin-1")) for word in self._words) or "(?!)"
        self._begins = re.compile(rf"(?<![^\W\d_])(?:{stems})")

    def inside(self, folded: str) -> bool:
        """Whether any stem stands anywhere in a text that `fold_row` has folded."""
        text = _closed_up(folded)
        for word in self._words:  # noqa: SIM110 -- a generator costs more than the search
            if word in text:
                return True
        return False

    def inside_cells(self, cells: Sequence[Cell]) -> bool:
        """`inside` for cells as they are read."""
        return self.inside(fold_row("|".join(map(text_of, cells)))[0])

    def name(self, header: Cell) -> bool:
        """Whether a header names a flag column: one of its words begins with a stem.

        Begins, for "Dataskydd" is about something else.
        """
        folded = fold_row(text_of(header))[0]
        return (
            self._begins.search(folded) is not None
            or self._begins.match(_closed_up(folded).decode("latin-1")) is not None
        )


def _closed_up(folded: str) -> bytes:
    return folded.encode("latin-1").translate(None, _PARTING)
