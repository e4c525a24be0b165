"""A realistic export of Arbetsförmedlingen's, invented from end to end, for trying Gallra out."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal

from console.sample_edges import EdgeRows, with_cells
from console.sample_people import Person, invent_people
from console.sample_rows import HEADER, Cell, Col, Row, first_case, ordinary_rows, range_of
from console.test_numbers import is_coordination_number, is_partly_unknown, official_test_numbers
from lifecycle.intake.outcomes import OUTCOME_OF_ROW_REASON, RowOutcome, RowReason

Expected = Mapping[tuple[int, int], tuple[RowOutcome, RowReason | None]]
"""(sheet, row) as a person counts them in Excel → outcome and reason in a first import; every
row of the export but the header."""

_ROWS_PER_PERSON: Final = 2.1
_CREATED: Final = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

_Judged = tuple[Row, RowOutcome | None, RowReason | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as it is written; a row without an outcome is the header."""

    name: str
    rows: list[_Judged]
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was written, and what a careful reader makes of it."""

    path: Path
    expected: Expected = field(repr=False)


def write_sample(
    path: Path,
    *,
    rows: int,
    seed: int,
    kind: Literal["xlsx", "csv"] = "xlsx",
    edge_cases: bool = True,
    people: Sequence[Person] | None = None,
    encoding: str | None = None,
) -> Sample:
    """Write a sample export with `rows` ordinary rows, the same bytes for the same arguments.

    `edge_cases` adds a special row for every reason of the intake report, title rows, a totals
    row, and (xlsx) an office's own list and a hidden sheet. `people` are used instead of
    invented ones. `encoding` is for csv: cp1252 as the portal writes it, or utf-8 with a byte
    order mark where edge cases need more letters than that.
    """
    rng = random.Random(seed)  # noqa: S311 -- a sample must come out the same every time
    special = [n for i, n in enumerate(official_test_numbers()) if _is_reserved(i, n)]
    crowd = list(people) if people is not None else _crowd(rows, rng)
    edges = _edges(special, rng, seed, kind) if edge_cases else None
    ordinary = list(ordinary_rows(crowd, rows, rng, case=first_case(seed)))
    sheets = [_participants(ordinary, edges)]
    if edge_cases and kind == "xlsx":
        sheets += [_own_list(rng, special, seed), _hidden(crowd, rng)]
    if kind == "xlsx":
        _write_xlsx(path, sheets)
    else:
        _write_csv(path, sheets[0], encoding or ("utf-8-sig" if edge_cases else "cp1252"))
    return Sample(
        path=path,
        expected={
            (number, row): (outcome, reason)
            for number, sheet in enumerate(sheets, start=1)
            for row, (_, outcome, reason) in enumerate(sheet.rows, start=1)
            if outcome is not None
        },
    )


def _is_reserved(position: int, number: str) -> bool:
    """Numbers kept for special rows, so that no ordinary row is about the same person."""
    return position % 20 == 0 or (is_coordination_number(number) and is_partly_unknown(number))


def _crowd(rows: int, rng: random.Random) -> list[Person]:
    """Adults enough to fill `rows` rows; some of them with a samordningsnummer."""
    grown_up = [
        number
        for position, number in enumerate(official_test_numbers())
        if "1957" <= number < "2006" and not _is_reserved(position, number)
    ]
    wanted = min(len(grown_up), max(1, int(rows / _ROWS_PER_PERSON)))
    return list(invent_people(rng.sample(grown_up, wanted), rng))


def _header(*cells: Cell) -> _Judged:
    return [*cells], None, None


def _ignored(reason: RowReason, *cells: Cell) -> _Judged:
    return [*cells], RowOutcome.IGNORED, reason


def _judged(cells: Row, reason: RowReason | None) -> _Judged:
    return cells, OUTCOME_OF_ROW_REASON[reason] if reason else RowOutcome.ACCEPTED, reason


def _edges(numbers: Sequence[str], rng: random.Random, seed: int, kind: str) -> EdgeRows:
    return EdgeRows(numbers, rng, typed=kind == "xlsx", case=first_case(seed))


def _participants(ordinary: Sequence[Row], edges: EdgeRows | None) -> Sheet:
    body = [_judged(row, None) for row in ordinary]
    if edges is None:
        return Sheet("Deltagare", [_header(*HEADER), *body])
    # Special rows lie in one block in the middle: those that depend on one another keep order.
    middle = len(body) // 2
    body[middle:middle] = [_judged(row, reason) for row, reason in edges.rows()]
    head = [
        _ignored(RowReason.TITLE_OR_BLANK, "Mina sidor för fristående aktörer"),
        _ignored(RowReason.TITLE_OR_BLANK, "Deltagare, uttag", None, "2026-11-02"),
        _ignored(RowReason.TITLE_OR_BLANK),
        _header(*HEADER),
    ]
    tail = [_ignored(RowReason.BLANK), _ignored(RowReason.TOTALS, "Totalt", len(body))]
    return Sheet("Deltagare", [*head, *body, *tail])


_OWN_HEADER: Final = (
    ("ÄRENDENUMMER", Col.CASE),
    ("Pers.nr", Col.IDENTITY),
    ("Förnamn", Col.GIVEN),
    ("Efternamn", Col.FAMILY),
    ("Tel.nr", Col.PHONE),
    ("E-post", Col.MAIL),
    ("Postnr", Col.POSTCODE),
    ("Ort", Col.TOWN),
    ("Tjänst", Col.SERVICE),
    ("Beslut fr.o.m.", Col.START),
    ("T.o.m.", Col.END),
)
_OWN_EXTRA: Final = ("Skyddad identitet", "Anteckning", "Hälsa")


def _own_list(rng: random.Random, special: Sequence[str], seed: int) -> Sheet:
    """An office's own sheet: other headings, groups, flags, and columns nobody may keep."""
    numbers = [n for n in special if "1997" <= n < "2000" and not is_coordination_number(n)]
    people = list(invent_people(rng.sample(numbers, 4), rng))
    drawn = [
        with_cells(row, case=200_000_000 + range_of(seed) * 1_000 + position)
        for position, row in enumerate(ordinary_rows(people, 4, rng))
    ]
    flags = (None, "Nej", "Ja", "-")
    body = [
        _judged(
            [*(row[column] for _, column in _OWN_HEADER), flag, "ringer helst på fm", "god"],
            RowReason.PROTECTED_IDENTITY if flag == "Ja" else None,
        )
        for row, flag in zip(drawn, flags, strict=True)
    ]
    header = [*(name for name, _ in _OWN_HEADER), *_OWN_EXTRA]
    return Sheet(
        "Lokal lista",
        [
            _header(*header),
            _ignored(RowReason.GROUP_HEADING, "Grupp Provsjö"),
            *body[:2],
            _ignored(RowReason.BLANK),
            _ignored(RowReason.GROUP_HEADING, "Grupp Diktafors"),
            *body[2:],
        ],
    )


def _hidden(crowd: Sequence[Person], rng: random.Random) -> Sheet:
    rows: list[Row] = [[*HEADER], *ordinary_rows(crowd, 2, rng)]
    judged = [_ignored(RowReason.HIDDEN_SHEET, *row) for row in rows]
    return Sheet("Gammalt", judged, hidden=True)


def _write_xlsx(path: Path, sheets: Sequence[Sheet]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        book.set_properties({"created": _CREATED, "author": "Exempel"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            if sheet.hidden:
                page.hide()
            for number, (cells, _, _) in enumerate(sheet.rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        # Never write(): it would turn `=…` into a formula and addresses to links.
                        if cell:
                            page.write_string(number, column, cell)
                    elif isinstance(cell, date):
                        page.write_datetime(number, column, cell, day)
                    elif cell is not None:
                        page.write_number(number, column, cell)


def _write_csv(path: Path, sheet: Sheet, encoding: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for cells, _, _ in sheet.rows:
        writer.writerow(["" if cell is None else str(cell) for cell in cells])
    path.write_bytes(text.getvalue().encode(encoding))
