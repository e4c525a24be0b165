"""How a case is written in Workbuster's import workbook and found again in its own list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import orjson

from connectors.base import CaseKey, CaseRecord
from connectors.payload import read_payload
from lifecycle.errors import Misconfigured, Refused, Unreachable
from lifecycle.intake.fields import CASE_REFERENCE, EMAIL, NATIONAL_ID, SERVICE, START
from lifecycle.intake.text import clean, fold_header

PROJECT: Final = "project"
_RESIDUE: Final = frozenset({CASE_REFERENCE, SERVICE, PROJECT, START})
"""What anonymisation leaves: these say nothing about whether the person is still there (A-108)."""
_ONLY_DIGITS: Final = frozenset({NATIONAL_ID, "postal_code", "phone"})
_SEARCH_ROWS: Final = 50
_DATE: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[ T][0:.Z]*)?", re.ASCII)


class Listed(NamedTuple):
    """One case as Workbuster's list shows it."""

    key: CaseKey
    seen: bytes | None
    """All that the list shows of it, in one spelling; None: anonymised."""


class WorkbusterColumns:
    """The field mapping of one Workbuster, from the system's binding."""

    def __init__(
        self,
        *,
        workbook: Mapping[str, str],
        list_: Mapping[str, str],
        projects: Mapping[str, str],
    ) -> None:
        """`workbook`, `list_`: header → field, as spelled in the import workbook and in
        Workbuster's own list (compared folded there); `projects`: ours → Workbuster's.

        Raises `Misconfigured` when the list does not tell the case, or nothing of the person.
        """
        self._workbook = dict(workbook)
        self._list = {fold_header(header): field for header, field in list_.items()}
        self._shown = frozenset(self._list.values())
        self._projects = dict(projects)
        for field in (CASE_REFERENCE, SERVICE):
            if field not in self._shown or field not in self._workbook.values():
                raise Misconfigured("workbuster_column_missing", ref=field)
        if not self._shown - _RESIDUE:
            raise Misconfigured("workbuster_list_shows_no_person")
        if len(self._shown) != len(list_):
            raise Misconfigured("workbuster_column_twice")

    @property
    def header(self) -> list[str]:
        """The header row of the import workbook."""
        return list(self._workbook)

    def values(self, record: CaseRecord) -> dict[str, str]:
        """Field → value of everything that is known of a case.

        Raises `Refused("payload_not_canonical")`, and `Refused("field_in_two_categories")`.
        """
        values: dict[str, str] = {START: record.opened}
        number = 0
        seen: set[str] = set()
        for fields in read_payload(record.payload).values():
            number += len(fields)
            seen |= fields.keys()
            values |= fields
        if number != len(seen):
            raise Refused("field_in_two_categories")
        values[CASE_REFERENCE], values[SERVICE] = record.key
        values[PROJECT] = self._projects.get(record.project, record.project)
        return values

    def row(self, values: Mapping[str, str]) -> list[str]:
        """A case's row in the import workbook; what has no column there is not handed over."""
        return [values.get(field, "") for field in self._workbook.values()]

    def expected(self, values: Mapping[str, str]) -> bytes:
        """What the list must show of a case that was handed over, as `Listed.seen`.

        What the import workbook does not carry cannot be asked of the list.
        """
        carried = self._workbook.values()
        return self._in_one_spelling({f: values.get(f, "") for f in carried})

    def read(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[Listed]:
        """The cases of a list; unknown columns and rows without a case number do not count.

        Raises `Unreachable("list_not_recognised")` when no header row has every mapped column,
        `Unreachable("list_header_ambiguous")` when one stands twice, and
        `Unreachable("list_is_our_workbook")` for a copy of the import workbook: where Workbuster's
        list has the same headers, that would prove itself.
        """
        rest = iter(rows)
        position = self._find_header(rest)
        for _, cells in rest:
            values = {
                field: clean(cells[column]) if column < len(cells) else ""
                for field, column in position.items()
            }
            key = CaseKey(values[CASE_REFERENCE], values[SERVICE])
            if key.case_reference:
                gone = not any(values[field] for field in values.keys() - _RESIDUE)
                yield Listed(key, None if gone else self._in_one_spelling(values))

    def _in_one_spelling(self, values: Mapping[str, str]) -> bytes:
        compared = self._shown.intersection(self._workbook.values())
        spelled = {f: _comparable(f, values[f]) for f in compared if values[f]}
        return orjson.dumps(spelled, option=orjson.OPT_SORT_KEYS)

    def _find_header(self, rows: Iterator[tuple[int, list[str]]]) -> dict[str, int]:
        for _ in range(_SEARCH_ROWS):
            _, cells = next(rows, (0, None))
            if cells is None:
                break
            found = [
                (self._list[folded], column)
                for column, cell in enumerate(cells)
                if (folded := fold_header(cell)) in self._list
            ]
            position = dict(found)
            if [clean(cell) for cell in cells if clean(cell)] == self.header:
                raise Unreachable("list_is_our_workbook")
            if self._shown <= position.keys():
                if len(position) != len(found):
                    raise Unreachable("list_header_ambiguous")
                return position
        raise Unreachable("list_not_recognised")


def _comparable(field: str, text: str) -> str:
    """`text` without those differences of spelling that are none: a dash in an identity number,
    a blank in a postal code, the midnight behind a date, the case of a mail address."""
    text = clean(text)
    if field in _ONLY_DIGITS:
        return "".join(char for char in text if char in "0123456789")
    if field.endswith("_date") and (date := _DATE.fullmatch(text)):
        return "-".join(date.groups())
    return text.casefold() if field == EMAIL else text
