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

_MOST_TEMPLATES: Final = 1_000


class KeptColumns:
    """Writes the kept fields of a row: categories in the policy's order, fields by name, so that
    equal content has equal bytes however the policy or the export orders its columns."""

    __slots__ = ("_categories", "_pick", "_templates")

    def __init__(self, rules: IntakeRules, header: Header) -> None:
        """Raises `Misconfigured` when a column names a category that is not sealed."""
        for column in rules.columns:
            if column.category is not None and column.category not in rules.categories:
                raise Misconfigured("intake_category_unknown", ref=column.field)
        # A field may be listed twice with different aliases; it is one field all the same.
        self._categories = [
            sorted(
                {
                    column.field
                    for column in rules.columns
                    if column.category == category and column.field in header.position
                }
            )
            for category in rules.categories
        ]
        self._pick = _pick([header.position[name] for names in self._categories for name in names])
        self._templates: dict[tuple[bool, ...], str] = {}

    def sealed(self, texts: Sequence[str], *, plain: bool) -> tuple[str, ...]:
        """One JSON object per category; an empty value is left out.

        `plain`: no text holds a quotation mark, a backslash or a control character, so that JSON
        writes every text as it is. Then a form filled in gives the same in half the time.
        """
        values = self._pick(texts)
        if not plain:
            return self._objects(values)
        filled = tuple(map(bool, values))
        template = self._templates.get(filled)
        if template is None:
            template = self._template(filled)
            if len(self._templates) < _MOST_TEMPLATES:
                self._templates[filled] = template
        return tuple((template % tuple(compress(values, filled))).split("\n"))

    def _objects(self, values: Sequence[str]) -> tuple[str, ...]:
        objects = []
        rest = iter(values)
        for names in self._categories:
            kept = {name: value for name in names if (value := next(rest))}
            objects.append(orjson.dumps(kept).decode())
        return tuple(objects)

    def _template(self, filled: tuple[bool, ...]) -> str:
        return "\n".join(self._objects(["%s" if is_filled else "" for is_filled in filled]))


def _pick(columns: list[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    if len(columns) >= 2:
        return itemgetter(*columns)
    return lambda texts: [texts[column] for column in columns]
