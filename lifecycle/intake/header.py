"""The header row is found below title rows and matched folded against the policy's aliases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lifecycle.errors import FileRefused, Misconfigured
from lifecycle.intake.fields import FIELDS
from lifecycle.intake.outcomes import FileReason
from lifecycle.intake.protected import ProtectedWords
from lifecycle.intake.rules import IntakeRules
from lifecycle.intake.text import Cell, fold_header, text_of

SEARCH_ROWS: Final = 50
"""How far down a header row is looked for, in rows as the reader delivers them."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where a sheet has the policy's columns; positions count from 0."""

    position: dict[str, int]
    """Canonical field name → column."""
    flags: tuple[int, ...]
    """Columns in which any unknown value means protected identity."""
    dropped: int
    """How many named columns the policy does not list."""
    width: int
    """Columns up to the last one that is used."""
    spelling: dict[int, str]
    """Column → its folded header, to know the header row again when it is repeated."""


class HeaderAliases:
    """The policy's header spellings, folded once for all sheets."""

    def __init__(self, rules: IntakeRules) -> None:
        """Raises `Misconfigured` for an unknown field name or an alias of two fields."""
        self._required = frozenset(rules.required)
        self._flags = frozenset(map(fold_header, rules.protected_flags))
        self._words = ProtectedWords(rules.protected_words)
        self._fields: dict[str, str] = {}
        for column in rules.columns:
            if column.field not in FIELDS:
                raise Misconfigured("intake_field_unknown", ref=column.field)
            for alias in column.aliases:
                other = self._fields.setdefault(fold_header(alias), column.field)
                if other != column.field:
                    raise Misconfigured("intake_alias_of_two_fields", ref=column.field)
        if not self._required <= set(self._fields.values()):
            raise Misconfigured("intake_required_field_without_column")

    def read(self, cells: Sequence[Cell]) -> Header | None:
        """The header if `cells` is a header row, else None.

        Raises `FileRefused(header_ambiguous)` when two columns bear the same field.
        """
        folded = [fold_header(text_of(cell)) for cell in cells]
        columns = [
            (column, self._fields[text])
            for column, text in enumerate(folded)
            if text in self._fields
        ]
        position = {field: column for column, field in columns}
        if not columns or not position.keys() >= self._required:
            return None
        if len(position) < len(columns):
            raise FileRefused(FileReason.HEADER_AMBIGUOUS.value)
        flags = tuple(
            column
            for column, text in enumerate(folded)
            if text in self._flags or (text not in self._fields and self._words.name(cells[column]))
        )
        used = {*position.values(), *flags}
        return Header(
            position=position,
            flags=flags,
            dropped=sum(1 for column, text in enumerate(folded) if text and column not in used),
            width=max(used) + 1,
            spelling={column: folded[column] for column in used},
        )
