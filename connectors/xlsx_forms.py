"""The form of a sheet's rows: learned from the first ones, then matched whole, so that a row of
a known form costs one match and not one per cell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from lifecycle.intake.text import Cell

Convert = Callable[[str], Cell]

FORMULA: Final = r"<f(?: [\w:.]++=\"[^\"<]*+\")*+ ?(?:/>|>[^<]*+</f>)"
VALUE: Final = r"<v(?: xml:space=\"preserve\")?+>"
_SPELLINGS: Final = 6
"""Ways of writing one column's cells that are learned; more are read cell by cell."""
_LESSONS: Final = 48
"""How often the pattern is made anew before rows of new forms are simply read cell by cell."""
_WIDEST: Final = 400
RAW_VALUES: Final = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "number": r"([-+0-9.eE]*+)",
        "date": r"([-+0-9.eE]*+)",
        "shared": r"([0-9]{1,9}+)",
        "flag": r"([01])",
        "text": r"([^<]*+)",
        "nothing": r"([^<]*+)",
    }.items()
}
"""What may stand in `<v>`, per kind of cell."""


def spelling(
    attributes: str, kind: str, inner: str | None, *, formula: bool, item: str | None
) -> str | None:
    """The pattern of a cell after its reference, with at most one group, its raw value; None
    where it is not worth learning. `attributes` follow the reference; `inner` is the whole
    content, of which `item` is a rich or inline text.
    """
    lead = re.escape(attributes)
    if inner is None:
        return f"{lead}/>"
    if item is not None:
        if not item.startswith("<t") or item.count("<") != 2:
            return None
        return rf'{lead}><is><t(?: xml:space="preserve")?+>([^<]*+)</t></is></c>'
    if "</v>" not in inner:
        return None
    return f"{lead}>{FORMULA if formula else ''}{VALUE}{RAW_VALUES[kind].pattern}</v></c>"


class RowForm:
    """Everything that the rows of one sheet have been seen to look like."""

    def __init__(self, converts: dict[str, Convert]) -> None:
        """`converts`: what makes a cell of a raw value, per kind."""
        self._by_kind = converts
        self._columns: dict[int, tuple[str, dict[str, str]]] = {}
        self._lessons = 0
        self._news = False
        self.match: Callable[[str, int], re.Match[str] | None] = re.compile(r"(?!)").match
        """Matches one whole row at a position: first the row number, then raw values."""
        self.groups: list[tuple[int, Convert, bool]] = []
        """Per raw value: its column, its conversion, and whether that only resolves escapes."""
        self.width = 0
        self.aligned: list[tuple[int, Convert]] | None = None
        """Where each column has exactly one group: the columns that are not text."""

    def note(self, column: int, letters: str, pattern: str, kind: str) -> None:
        """A cell of `column` was written like `pattern`."""
        _, known = self._columns.setdefault(column, (letters, {}))
        if pattern not in known and len(known) < _SPELLINGS:
            known[pattern] = kind
            self._news = True

    def learn(self) -> None:
        """Make one pattern of all that was noted; every cell is optional."""
        if not self._news or self._lessons >= _LESSONS or max(self._columns) >= _WIDEST:
            return
        self._news = False
        self._lessons += 1
        self.groups = []
        self.width = max(self._columns) + 1
        aligned = True
        parts = ['<row r="([1-9][0-9]{0,6})"[^<>]*>']
        for column in range(self.width):
            letters, known = self._columns.get(column, ("", {}))
            before = len(self.groups)
            for pattern, kind in known.items():
                if not pattern.endswith("/>"):
                    self.groups.append((column, self._by_kind[kind], kind == "text"))
            if known:
                # The reference must name the row's own number, which is group 1.
                parts.append(rf'(?:<c r="{letters}\1"(?:{"|".join(known)}))?')
            if len(self.groups) == before:
                # An empty group keeps groups and columns in step.
                parts.append("()")
                self.groups.append((column, self._by_kind["text"], True))
            aligned = aligned and len(self.groups) == column + 1
        self.match = re.compile("".join([*parts, r"</row>\s*+"])).match
        self.aligned = (
            [(column, convert) for column, convert, text in self.groups if not text]
            if aligned
            else None
        )
