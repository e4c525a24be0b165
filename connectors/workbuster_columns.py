"""How a case is written in Workbuster's import workbook and found again in its own export."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from connectors.base import CaseKey, CaseRecord
from connectors.payload import canonical_payload, read_payload
from lifecycle.errors import Misconfigured, Refused, Unreachable
from lifecycle.intake.text import clean, fold_header

CASE_REFERENCE: Final = "case_reference"
SERVICE: Final = "service"
PROJECT: Final = "project"
OPENED: Final = "opened"
_CLEAR: Final = (CASE_REFERENCE, SERVICE, PROJECT, OPENED)
_SEARCH_ROWS: Final = 50
_ISO_DATE: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[ T][0:.Z]*)?", re.ASCII)


class Form(StrEnum):
    """Which differences of spelling in an export are none."""

    TEXT = "text"
    DATE = "date"
    """A time of midnight and missing dashes do not count."""
    DIGITS = "digits"
    """Only the digits count: 19850709-9805 is 198507099805."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbusterColumn:
    """One column of the field mapping, from the system's binding."""

    field: str
    """`case_reference`, `service`, `project`, `opened`, or `category.field` of the payload."""
    header: str
    """How the import workbook spells it."""
    aliases: tuple[str, ...] = ()
    """How the export may spell it, compared folded; `header` always counts."""
    form: Form = Form.TEXT


@dataclass(frozen=True, slots=True)
class Row:
    """One case as a workbook shows it."""

    key: CaseKey
    payload: bytes | None
    """Canonical; None when all of it is empty: anonymised."""


class WorkbusterColumns:
    """The field mapping of one Workbuster."""

    def __init__(self, columns: Sequence[WorkbusterColumn]) -> None:
        """Raises `Misconfigured` when a clear column is missing, a field or a header stands
        twice, or a payload field is not spelled `category.field`."""
        self._columns = tuple(columns)
        fields = [column.field for column in columns]
        for clear in _CLEAR:
            if clear not in fields:
                raise Misconfigured("workbuster_column_missing", ref=clear)
        self._fields: dict[str, str] = {}
        for column in columns:
            if column.field not in _CLEAR and len(column.field.split(".")) != 2:
                raise Misconfigured("workbuster_field_malformed", ref=column.field)
            for spelling in (column.header, *column.aliases):
                known = self._fields.setdefault(fold_header(spelling), column.field)
                if known != column.field or fields.count(column.field) > 1:
                    raise Misconfigured("workbuster_column_twice", ref=column.field)
        self._payload = [
            (column.field, *column.field.split("."))
            for column in columns
            if column.field not in _CLEAR
        ]
        self._needed = {CASE_REFERENCE, SERVICE} | {field for field, _, _ in self._payload}
        self._form = {column.field: column.form for column in columns}

    @property
    def header(self) -> list[str]:
        """The header row of the import workbook."""
        return [column.header for column in self._columns]

    def write(self, record: CaseRecord) -> list[str]:
        """The record's row in the import workbook.

        Raises `Refused("field_not_mapped")` rather than leave out a part of a case,
        `Refused("payload_not_canonical")`.
        """
        values = {
            f"{category}.{name}": value
            for category, fields in read_payload(record.payload).items()
            for name, value in fields.items()
        }
        if unmapped := values.keys() - self._form.keys():
            raise Refused("field_not_mapped", fields=len(unmapped))
        values |= dict(zip(_CLEAR, (*record.key, record.project, record.opened), strict=True))
        return [values.get(column.field, "") for column in self._columns]

    def read(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
        """The cases of a workbook; unknown columns and rows without a case number do not count.

        Raises `Unreachable("export_not_recognised")` when no header row has every mapped column,
        `Unreachable("export_header_ambiguous")` when one stands twice.
        """
        rest = iter(rows)
        position = self._find_header(rest)
        for _, cells in rest:
            values = {
                field: _in_form(self._form[field], cells[column]) if column < len(cells) else ""
                for field, column in position.items()
            }
            if values[CASE_REFERENCE]:
                yield Row(CaseKey(values[CASE_REFERENCE], values[SERVICE]), self._whole(values))

    def _whole(self, values: dict[str, str]) -> bytes | None:
        categories: dict[str, dict[str, str]] = defaultdict(dict)
        for field, category, name in self._payload:
            if values[field]:
                categories[category][name] = values[field]
        return canonical_payload(categories) if categories else None

    def _find_header(self, rows: Iterator[tuple[int, list[str]]]) -> dict[str, int]:
        for (_, cells), _ in zip(rows, range(_SEARCH_ROWS), strict=False):
            found = [
                (field, column)
                for column, cell in enumerate(cells)
                if (field := self._fields.get(fold_header(cell))) in self._needed and field
            ]
            position = dict(found)
            if self._needed <= position.keys():
                if len(position) != len(found):
                    raise Unreachable("export_header_ambiguous")
                return position
        raise Unreachable("export_not_recognised")


def _in_form(form: Form, cell: str) -> str:
    text = clean(cell)
    if form is Form.DATE and (date := _ISO_DATE.fullmatch(text)):
        return "-".join(date.groups())
    if form is Form.DIGITS:
        return "".join(char for char in text if char in "0123456789")
    return text
