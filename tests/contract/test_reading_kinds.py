"""The same export gives the same rows, whatever kind of file the office hands in."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest

from connectors.workbook import SheetEnd, SheetFound, read_export, read_table
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason, JudgedRow, RowReason
from tests.factories import workbooks
from tests.factories.intake import HEADER, RULES, TODAY, export_row

ROWS = [
    ["Deltagare hos exempelskolan"],
    HEADER,
    export_row(Genomförandereferens="100000001", Förnamn="Zoë & Åke <b>"),
    [],
    export_row(Genomförandereferens="100000002", Telefon="+46 70 174 06 05"),
    export_row(Genomförandereferens="100000003", Mail="=1+1"),
    export_row(Genomförandereferens="100000004", Personnummer=""),
]
KINDS: dict[str, Callable[[Any], bytes]] = {
    "export.xlsx": workbooks.xlsx,
    "inline.xlsx": lambda rows: workbooks.xlsx(rows, constant_memory=True),
    "openpyxl.xlsx": workbooks.xlsx_by_openpyxl,
    "export.XLS": workbooks.xls,
    "export.xlsb": workbooks.xlsb,
    "export.ods": workbooks.ods,
    "export.csv": workbooks.text,
    "bom.csv": lambda rows: workbooks.text(rows, encoding="utf-8-sig"),
    "tab.dsv": lambda rows: workbooks.text(rows, separator="\t", encoding="cp1252"),
    "wide.txt": lambda rows: workbooks.text(rows, separator="\t", encoding="utf-16"),
    "comma.csv": lambda rows: workbooks.text(rows, separator=",", end="\n"),
}


def judged(data: bytes, name: str) -> list[JudgedRow]:
    events = list(read_export(data, name=name, rules=RULES, today=TODAY))
    return [row for event in events if isinstance(event, list) for row in event]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_gives_the_same_judged_rows(name: str) -> None:
    rows = judged(KINDS[name](ROWS), name)
    assert [(row.sheet, row.row, row.reason) for row in rows] == [
        (1, 1, RowReason.TITLE_OR_BLANK),
        (1, 3, None),
        (1, 4, RowReason.BLANK),
        (1, 5, None),
        (1, 6, None),
        (1, 7, RowReason.IDENTITY_MISSING),
    ]
    kept = [row.candidate for row in rows if row.candidate is not None]
    assert [candidate.case_reference for candidate in kept] == [
        "100000001",
        "100000002",
        "100000003",
    ]
    assert '"Zoë & Åke <b>"' in kept[0].sealed[0]
    assert '"+46 70 174 06 05"' in kept[1].sealed[1]
    assert '"=1+1"' in kept[2].sealed[1]


@pytest.mark.parametrize("name", KINDS)
def test_a_table_is_read_as_the_text_that_a_person_sees(name: str) -> None:
    table = list(read_table(KINDS[name](ROWS), name=name))
    assert [number for number, _ in table] == [1, 2, 3, 5, 6, 7]
    assert table[1][1] == HEADER
    assert table[2][1][2] == "Zoë & Åke <b>"
    assert table[4][1][9] == "=1+1"


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.xlsb", "a.ods"])
def test_numbers_and_dates_are_shown_without_what_a_spreadsheet_adds(name: str) -> None:
    values = [198507099805, 12345, 1.5] + ([] if name == "a.xlsb" else [date(2026, 3, 2)])
    maker = {k.rsplit(".", 1)[1].lower(): v for k, v in KINDS.items() if "export" in k}
    table = list(read_table(maker[name[2:]]([["id"], values]), name=name))
    assert table[1][1] == ["198507099805", "12345", "1.5", "2026-03-02"][: len(values)]


def test_hidden_sheets_are_reported_and_not_imported() -> None:
    data = workbooks.xlsx(workbooks.sample_rows(2), hidden={"Gammal": workbooks.sample_rows(3)})
    events = list(read_export(data, name="a.xlsx", rules=RULES, today=TODAY))
    assert [event for event in events if not isinstance(event, list)] == [
        SheetFound(position=1, hidden=False),
        SheetEnd(position=1, header_row=1, dropped_columns=2, rows=2),
        SheetFound(position=2, hidden=True),
        SheetEnd(position=2, header_row=None, dropped_columns=0, rows=4),
    ]
    rows = [row for event in events if isinstance(event, list) for row in event]
    assert [row.reason for row in rows if row.sheet == 2] == [RowReason.HIDDEN_SHEET] * 4
    assert all(row.candidate is None for row in rows if row.sheet == 2)


def test_a_cover_sheet_does_not_keep_people_out() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbooks.xlsx(workbooks.sample_rows(1))))
    cover = book.create_sheet("Info", 0)
    cover.append(["Ring växeln 0701740605 vid frågor"])
    stream = io.BytesIO()
    book.save(stream)
    rows = judged(stream.getvalue(), "a.xlsx")
    assert [(row.sheet, row.row, row.reason) for row in rows] == [
        (1, 1, RowReason.TITLE_OR_BLANK),
        (2, 2, None),
    ]


def test_a_second_list_with_a_misspelt_header_refuses_the_file() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbooks.xlsx(workbooks.sample_rows(1))))
    other = book.create_sheet("Fler")
    other.append(["Ärende", "Personr"])
    other.append(["100000009", "199001022384"])
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(FileRefused) as refused:
        judged(stream.getvalue(), "a.xlsx")
    assert refused.value.code == FileReason.HEADER_NOT_RECOGNISED


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([HEADER], FileReason.NO_ROWS),
        ([], FileReason.NO_ROWS),
        ([["Fakturor"], ["1"]], FileReason.HEADER_NOT_RECOGNISED),
        ([[*HEADER, "Pnr"], [*export_row(), "x"]], FileReason.HEADER_AMBIGUOUS),
    ],
)
def test_a_file_without_people_is_refused_with_the_reason(
    rows: list[list[str]], reason: FileReason
) -> None:
    with pytest.raises(FileRefused) as refused:
        judged(workbooks.xlsx(rows), "a.xlsx")
    assert refused.value.code == reason


def test_batches_hold_at_most_a_thousand_rows_and_keep_their_order() -> None:
    data = workbooks.xlsx(workbooks.sample_rows(2500))
    events = list(read_export(data, name="a.xlsx", rules=RULES, today=TODAY))
    batches = [event for event in events if isinstance(event, list)]
    assert [len(batch) for batch in batches] == [1000, 1000, 500]
    assert [row.row for batch in batches for row in batch] == list(range(2, 2502))


def test_a_text_row_is_numbered_by_the_line_on_which_it_begins() -> None:
    rows = [HEADER, export_row(Utförande_adress="två\nrader"), export_row()]
    data = workbooks.text(rows).rstrip()
    assert [row.row for row in judged(data, "a.csv")] == [2, 4]
