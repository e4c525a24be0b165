"""What leaves is a table in a container that asks for its password (A-69 c): zip, workbook or
page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from lifecycle.opening import Language
from tasks.house.doors import Cell, Cover, Sealer

HEADERS: Final[Mapping[Language, Mapping[str, str]]] = {
    "sv": {"person": "person", "category": "uppgifter", "field": "uppgift", "value": "innehåll",
           "case": "ärende", "source": "ur"},
    "da": {"person": "person", "category": "oplysninger", "field": "oplysning", "value": "indhold",
           "case": "sag", "source": "fra"},
    "en": {"person": "person", "category": "category", "field": "field", "value": "value",
           "case": "case", "source": "source"},
}  # fmt: skip
"""Persons are numbered within the disclosure: who they are stands in the categories themselves.
`case` is there where something lies case by case, as a person may have several, and `source` where
something comes from other systems, as two may say two things."""
_ALWAYS: Final = ("person", "category", "field", "value")
_SHEET: Final = "content"


def seal_as_zip(cells: Sequence[Cell], target: Path, password: str, cover: Cover) -> None:
    """An AES-256 zip with one CSV. Raises as `connectors.containers.aes_zip.seal_zip`."""
    from connectors.containers.aes_zip import Member, seal_zip
    from connectors.containers.sheets import csv_chunks

    header, rows = _table(cells, cover)
    seal_zip([Member("csv", csv_chunks(header, rows))], target, password)


def seal_as_workbook(cells: Sequence[Cell], target: Path, password: str, cover: Cover) -> None:
    """An encrypted .xlsx. Raises as `connectors.containers.locked_workbook.seal_workbook`."""
    from connectors.containers.locked_workbook import seal_workbook
    from connectors.containers.sheets import workbook

    header, rows = _table(cells, cover)
    seal_workbook([workbook(header, rows, sheet=_SHEET)], target, password)


def seal_as_page(cells: Sequence[Cell], target: Path, password: str, cover: Cover) -> None:
    """An AES-256 PDF to read and print. Raises as `connectors.containers.locked_pdf.seal_pdf` and
    `connectors.containers.page.page`."""
    from connectors.containers.locked_pdf import seal_pdf
    from connectors.containers.page import Section, page

    sections = [
        Section(
            " · ".join(filter(None, (str(person), _called(category, cover), case, source))),
            [(_called(cell.field, cover), cell.value) for cell in group],
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


def _table(cells: Sequence[Cell], cover: Cover) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    more = [name for name in ("case", "source") if any(getattr(cell, name) for cell in cells)]
    words = HEADERS[cover.language]
    return [words[name] for name in (*_ALWAYS, *more)], _rows(cells, cover, more)


def _rows(cells: Sequence[Cell], cover: Cover, more: Sequence[str]) -> Iterator[Sequence[str]]:
    for cell in cells:
        what = (_called(cell.category, cover), _called(cell.field, cover))
        yield (str(cell.person), *what, cell.value, *(getattr(cell, name) for name in more))


def _called(name: str, cover: Cover) -> str:
    return cover.words.get(name, name)
