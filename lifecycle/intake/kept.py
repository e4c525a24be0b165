"""Only what the purpose really needs is kept (A-03), one canonical object per category."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from operator import itemgetter
from typing import Final

import orjson

from lifecycle.errors import Misconfigured
from lifecycle.intake.header import Header
from lifecycle.intake.rules import IntakeRules

Pick = Callable[[Sequence[str]], Sequence[str]]
_EMPTY: Final = "{}"


class KeptColumns:
    """Writes the kept fields of a row, in the policy's order of categories and columns."""

    __slots__ = ("_plan",)

    def __init__(self, rules: IntakeRules, header: Header) -> None:
        """Raises `Misconfigured` when a column names a category that is not sealed."""
        for column in rules.columns:
            if column.category is not None and column.category not in rules.categories:
                raise Misconfigured("intake_category_unknown", ref=column.field)
        self._plan: list[tuple[tuple[str, ...], Pick]] = []
        for category in rules.categories:
            fields = [
                column.field
                for column in rules.columns
                if column.category == category and column.field in header.position
            ]
            # A field may be listed twice with different aliases; it is one field all the same.
            names = tuple(dict.fromkeys(fields))
            self._plan.append((names, _pick([header.position[name] for name in names])))

    def sealed(self, texts: Sequence[str]) -> tuple[str, ...]:
        """One JSON object per category; an empty value is left out."""
        objects = []
        for names, pick in self._plan:
            values = pick(texts)
            kept = dict(compress(zip(names, values, strict=True), values))
            objects.append(orjson.dumps(kept).decode() if kept else _EMPTY)
        return tuple(objects)


def _pick(columns: list[int]) -> Pick:
    if len(columns) >= 2:
        return itemgetter(*columns)
    return lambda texts: [texts[column] for column in columns]
