"""What leaves is a table in a container that asks for its password (A-69 c): zip, workbook or
page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from tasks.doors import Cell, Cover, Sealer

HEADER: Final = ("person", "category", "field", "value")
"""Persons are numbered within the disclosure: who they are stands in the categories themselves."""
CASE: Final = "case"
"""One column more where something lies case by case: a person may have several."""
SOURCE: Final = "source"
"""One column more where something comes from other systems: two may say two things."""
_SHEET: Final = "content"


def seal_as_zip(cells: Sequence[Cell], target: Path, password: str, _: Cover) -> None:
    """An AES-256 zip with one CSV. Raises as `connectors.containers.aes_zip.seal_zip`."""
    from connectors.containers.aes_zip import Member, seal_zip
    from connectors.containers.sheets import csv_chunks

    header, rows = _table(cells)
    seal_zip([Member("csv", csv_chunks(header, rows))], target, password)


def seal_as_workbook(cells: Sequence[Cell], target: Path, password: str, _: Cover) -> None:
    """An encrypted .xlsx. Raises as `connectors.containers.locked_workbook.seal_workbook`."""
    from connectors.containers.locked_workbook import seal_workbook
    from connectors.containers.sheets import workbook

    header, rows = _table(cells)
    seal_workbook([workbook(header, rows, sheet=_SHEET)], target, password)


def seal_as_page(cells: Sequence[Cell], target: Path, password: str, cover: Cover) -> None:
    """An AES-256 PDF to read and print. Raises as `connectors.containers.locked_pdf.seal_pdf` and
    `connectors.containers.page.page`."""
    from connectors.containers.locked_pdf import seal_pdf
    from connectors.containers.page import Section, page

    sections = [
        Section(
            " · ".join(filter(None, (str(person), category, case, source))),
            [(cell.field, cell.value) for cell in group],
        )
        for (person, category, case, source), group in groupby(cells, key=_section)
    ]
    ref = target.stem
    plain = page(sections, title=ref, ref=ref, language=cover.language, printed_on=cover.on)
    seal_pdf([plain], target, password)


SEALERS: Final[Mapping[str, Sealer]] = {
    "zip": seal_as_zip,
    "xlsx": seal_as_workbook,
    "pdf": seal_as_page,
}
"""By a container's ending; one line each."""


def _section(cell: Cell) -> tuple[int, str, str, str]:
    return cell.person, cell.category, cell.case, cell.source


def _table(cells: Sequence[Cell]) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    more = [name for name in (CASE, SOURCE) if any(getattr(cell, name) for cell in cells)]
    return (*HEADER, *more), _rows(cells, more)


def _rows(cells: Sequence[Cell], more: Sequence[str]) -> Iterator[Sequence[str]]:
    for cell in cells:
        told = (str(cell.person), cell.category, cell.field, cell.value)
        yield (*told, *(getattr(cell, name) for name in more))
