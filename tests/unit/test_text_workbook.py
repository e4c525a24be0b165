"""Text is kept as text: no spreadsheet takes a cell for a formula, a number, a date or a link."""

from __future__ import annotations

import unicodedata
import zipfile
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from connectors.text_workbook import check_writable, write_workbook
from connectors.workbook import read_table
from lifecycle.errors import Misconfigured, Refused

TRICKY = [
    "=1+1",
    "=HYPERLINK(\"http://example.se\",\"x\")",
    "+46 70 000 00 00",
    "-",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "00123",
    "189001019802",
    "1E5",
    "2026-01-02",
    "TRUE",
    "http://example.se",
    "mailto:a@example.se",
    "<b>&amp;\"'",
    " mellan ",
    "två\nrader",
    "_x0041_",
    "åäö ÅÄÖ ٣ 👩🏽",
    "'",
]  # fmt: skip


def test_tricky_text_comes_back_unchanged_and_as_text() -> None:
    data = write_workbook(["Rubrik"], [[text] for text in TRICKY], sheet="Deltagare & co")
    sheet = openpyxl.load_workbook(BytesIO(data))["Deltagare & co"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert all(cell.hyperlink is None for cell in cells)
    # openpyxl shows the escape that Excel resolves.
    assert [str(cell.value).replace("_x005F_", "_") for cell in cells] == TRICKY


def test_other_readers_see_text_too() -> None:
    plain = [text for text in TRICKY if "_x" not in text]
    data = write_workbook(["Rubrik"], [[text] for text in plain])
    rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows == [["Rubrik"], *([text] for text in plain)]


def test_our_own_reader_sees_the_same() -> None:
    data = write_workbook(["A", "B", "C"], [["=1+1", "", "+46"], ["00123", "x", ""]])
    table = [cells for _, cells in read_table(data, name="import.xlsx")]
    assert [[*cells, ""][:3] for cells in table] == [
        ["A", "B", "C"],
        ["=1+1", "", "+46"],
        ["00123", "x", ""],
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text(max_size=20), min_size=3, max_size=3), max_size=5))
def test_any_text_survives_or_is_refused(rows: list[list[str]]) -> None:
    try:
        data = write_workbook(["a", "b", "c"], rows)
    except Refused as refused:
        assert refused.code == "text_not_writable"
        return
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    written = [
        [sheet.cell(row, column).value or "" for column in (1, 2, 3)]
        for row in range(2, len(rows) + 2)
    ]
    assert [[cell.replace("_x000D_", "\r") for cell in row] for row in written] == rows


def test_equal_rows_give_equal_bytes() -> None:
    assert write_workbook(["a"], [["1"]]) == write_workbook(["a"], [["1"]])


def test_there_is_no_formula_anywhere_in_the_file() -> None:
    data = write_workbook(["a"], [[text] for text in TRICKY])
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist())


def test_columns_beyond_z_are_named_right() -> None:
    width = 703
    data = write_workbook([f"h{n}" for n in range(width)], [[str(n) for n in range(width)]])
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    assert sheet["AA2"].value == "26"
    assert sheet["ZZ2"].value == "701"
    assert sheet["AAA2"].value == "702"


def test_what_shows_itself_in_another_order_than_it_has_is_refused_and_no_letter_is() -> None:
    marks = "\u061c\u200e\u200f"
    explicit = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    for char in map(chr, range(0x10000)):
        if char in marks or unicodedata.bidirectional(char) in explicit:
            with pytest.raises(Refused, match="text_not_writable"):
                check_writable(f"Anna{char}")
        elif unicodedata.category(char)[0] in "LMNPSZ":
            check_writable(f"Anna{char}")


@pytest.mark.parametrize("text", ["\x00", "a\x07", "\ud800", "\uffff"])
def test_what_no_workbook_can_hold_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(Refused) as refused:
        write_workbook(["a"], [[f"Anna {text}"]])
    assert str(refused.value) == "text_not_writable"


def test_a_text_longer_than_a_cell_is_refused_not_cut() -> None:
    write_workbook(["a"], [["x" * 32_767]])
    with pytest.raises(Refused) as refused:
        write_workbook(["a"], [["x" * 32_768]])
    assert refused.value.code == "text_too_long"


@pytest.mark.parametrize("sheet", ["", "a/b", "a" * 32, "[x]", "'x"])
def test_a_sheet_name_that_excel_refuses_is_refused(sheet: str) -> None:
    with pytest.raises(Misconfigured):
        write_workbook(["a"], [], sheet=sheet)
