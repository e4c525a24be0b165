"""The streaming reader gives what the dense one gives, and steps aside where it is not sure."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from connectors.calamine_rows import dense_rows, open_dense
from connectors.file_kind import FileKind
from connectors.reading_limits import ReadingLimits
from connectors.sheet_source import open_book
from connectors.xlsx_merged import merged_ranges
from connectors.xlsx_rows import SheetContext, SheetReader
from connectors.xlsx_stream import open_package
from connectors.xlsx_strings import UnusualWorkbook, plain_text, shared_strings
from connectors.xlsx_styles import from_serial, shows_date
from lifecycle.errors import FileRefused
from lifecycle.intake.merged import MergedRange
from lifecycle.intake.outcomes import FileReason
from tests.factories import workbooks
from tests.factories.workbooks import MAIN, raw_parts, raw_xlsx, zipped

LIMITS = ReadingLimits.for_size(1 << 20)
Rows = dict[int, list[Any]]


def tidy(rows: Any) -> Rows:
    """Row number → cells without trailing blanks; rows without a value left out."""
    result = {}
    for number, cells in rows:
        kept = [None if cell == "" else cell for cell in cells]
        while kept and kept[-1] is None:
            kept.pop()
        if kept:
            result[number] = kept
    return result


def streamed(data: bytes, sheet: int = 0) -> Rows:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = open_package(archive, LIMITS)
        return tidy(package.rows(package.sheets[sheet]))


def dense(data: bytes, sheet: int = 0) -> Rows:
    return tidy(dense_rows(open_dense(data), sheet, LIMITS))


def same(data: bytes, sheet: int = 0) -> Rows:
    rows = streamed(data, sheet)
    assert rows == dense(data, sheet)
    return rows


NOON = datetime(2026, 1, 2, 12)  # noqa: DTZ001 -- a cell has no zone
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 6)),
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.datetimes(NOON.replace(year=1901), NOON.replace(year=2100)).map(
        lambda d: d.replace(microsecond=0)
    ),
    st.text(
        st.characters(
            codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="￾￿"
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["&lt;", "_x0041_", " a ", "<b>", "a\nb", "=1+1", "å&ä", "x_", "]]>", "'"]),
)
GRIDS = st.lists(st.lists(VALUES, max_size=6), max_size=12)


def by_xlsxwriter(rows: list[list[Any]], *, constant_memory: bool) -> bytes:
    stream = io.BytesIO()
    options = {"constant_memory": constant_memory, "in_memory": True}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                match value:
                    case None:
                        pass
                    case bool():
                        sheet.write_boolean(row, column, value)
                    case datetime():
                        sheet.write_datetime(row, column, value, moment)
                    case date():
                        sheet.write_datetime(row, column, value, day)
                    case str():
                        sheet.write_string(row, column, value)
                    case _:
                        sheet.write_number(row, column, value)
    return stream.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=GRIDS, constant_memory=st.booleans())
def test_both_readers_agree_on_what_xlsxwriter_writes(
    rows: list[list[Any]], constant_memory: bool
) -> None:
    same(by_xlsxwriter(rows, constant_memory=constant_memory))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=GRIDS)
def test_both_readers_agree_on_what_openpyxl_writes(rows: list[list[Any]]) -> None:
    same(workbooks.xlsx_by_openpyxl(rows))


def test_rows_of_many_forms_are_each_read_whole() -> None:
    rows = [
        [n, None if n % 3 else "x", n % 5 == 0, None if n % 7 else date(2026, 1, 1 + n % 28), "z"][
            : 1 + n % 5
        ]
        for n in range(1, 800)
    ]
    for constant_memory in (False, True):
        found = same(by_xlsxwriter(rows, constant_memory=constant_memory))
        assert len(found) == 799
        assert found[20] == [20, None, True, None, "z"][: 1 + 20 % 5]


def test_a_workbook_of_every_cell_type() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B3"] = CellRichText("a", TextBlock(InlineFont(b=True), "b"), " c")
    sheet["C3"] = "=1+1"
    sheet["D3"] = "#N/A"
    sheet["D3"].data_type = "e"
    sheet["E3"] = time(1, 2, 3)
    sheet["F3"] = True
    sheet["G3"] = "a_x000D_b"
    sheet["A9"] = 1e20
    stream = io.BytesIO()
    book.save(stream)
    rows = same(stream.getvalue())
    assert rows[3] == [None, "ab c", None, None, time(1, 2, 3), True, "a\rb"]
    assert rows[9] == [1e20]


CELL_CASES: dict[str, tuple[str, list[Any]]] = {
    "rich shared": ('<c r="A1" t="s"><v>0</v></c>', ["ab"]),
    "spaced shared": ('<c r="A1" t="s"><v>1</v></c>', [" c "]),
    "empty shared": ('<c r="A1" t="s"><v>2</v></c><c r="B1"><v>1</v></c>', [None, 1]),
    "phonetic": ('<c r="A1" t="s"><v>3</v></c>', ["東京"]),
    "formula text": ('<c r="A1" t="str"><f>B1&amp;""</f><v>x&amp;y</v></c>', ["x&y"]),
    "formula number": ('<c r="A1"><f>1+1</f><v>2</v></c>', [2]),
    "shared formula": ('<c r="A1"><f t="shared" ref="A1:A2" si="0">1</f><v>3</v></c>', [3]),
    "error": ('<c r="A1" t="e"><v>#REF!</v></c><c r="B1"><v>1</v></c>', [None, 1]),
    "flag": ('<c r="A1" t="b"><v>0</v></c>', [False]),
    "date": ('<c r="A1" s="1"><v>46024</v></c>', [date(2026, 1, 2)]),
    "own format": ('<c r="A1" s="2"><v>46024.5</v></c>', [NOON]),
    "elapsed": ('<c r="A1" s="3"><v>1.25</v></c>', [1.25]),
    "exponent": ('<c r="A1"><v>1.9900102E+11</v></c>', [199001020000]),
    "gap": ('<c r="AB1"><v>7</v></c>', [None] * 27 + [7]),
    "attributes": ('<c r="A1" s="0" cm="1" t="n"><v>7</v></c>', [7]),
    "other order": ('<c t="n" r="A1"><v>7</v></c>', [7]),
    "nothing": ('<c r="A1" s="1"/><c r="B1" t="s"></c><c r="C1"><v>1</v></c>', [None, None, 1]),
}
STRINGS = (
    "<si><r><t>a</t></r><r><rPr><b/></rPr><t>b</t></r></si>"
    '<si><t xml:space="preserve"> c </t></si><si/>'
    '<si><t>東京</t><rPh sb="0" eb="2"><t>とうきょう</t></rPh><phoneticPr fontId="1"/></si>'
)
STYLES = (
    '<numFmts count="2"><numFmt numFmtId="170" formatCode="d/m/yyyy h:mm"/>'
    '<numFmt numFmtId="171" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/>'
    '</cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/>'
    '<xf numFmtId="171"/></cellXfs>'
)


@pytest.mark.parametrize("case", CELL_CASES)
def test_every_spelling_of_a_cell_is_understood(case: str) -> None:
    cell, expected = CELL_CASES[case]
    data = raw_xlsx(f'<row r="1">{cell}</row>', strings=STRINGS, styles=STYLES)
    assert streamed(data) == {1: expected}
    # The second row meets the form that the first one taught.
    twice = (
        f'<row r="1">{cell}</row><row r="2">{cell.replace("1" + chr(34), "2" + chr(34), 1)}</row>'
    )
    if ' r="AB1"' not in cell and cell.count(' r="') == 1:
        assert streamed(raw_xlsx(twice, strings=STRINGS, styles=STYLES)) == {
            1: expected,
            2: expected,
        }
    if case != "elapsed":
        assert dense(data) == {1: expected}


def test_a_prefixed_dialect_is_read_alike() -> None:
    parts = raw_parts(
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>5</v></c></row>',
        strings="<si><t>x:y</t></si>",
    )
    for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        xml = str(parts[name]).replace("</", "</x:").replace("<", "<x:")
        xml = xml.replace("<x:/x:", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
        parts[name] = xml
    data = zipped(parts)
    assert same(data) == {1: ["x:y", 5]}


def test_the_1904_calendar_is_followed() -> None:
    data = raw_xlsx(
        '<row r="1"><c r="A1" s="1"><v>44562</v></c></row>',
        styles=STYLES,
        workbook_properties='date1904="1"',
    )
    assert same(data) == {1: [date(2026, 1, 2)]}
    assert open_book(data, FileKind.XLSX, LIMITS).date1904


UNUSUAL: dict[str, str] = {
    "no reference": "<row r='1'><c><v>1</v></c></row>",
    "reference left out": '<row r="1"><c><v>1</v></c></row>',
    "row number left out": '<row><c r="A1"><v>1</v></c></row>',
    "comment": '<row r="1"><!-- --><c r="A1"><v>1</v></c></row>',
    "cdata": '<row r="1"><c r="A1" t="str"><v><![CDATA[1]]></v></c></row>',
    "cells out of order": '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "unknown type": '<row r="1"><c r="A1" t="d"><v>2026-01-02</v></c></row>',
    "unknown element": '<row r="1"><c r="A1"><v>1</v><extLst/></c></row>',
    "not a number": '<row r="1"><c r="A1"><v>1,5</v></c></row>',
    "underscored": '<row r="1"><c r="A1"><v>1_0</v></c></row>',
    "foreign digits": '<row r="1"><c r="A1"><v>１２</v></c></row>',
    "infinite": '<row r="1"><c r="A1"><v>1e999</v></c></row>',
    "unknown entity": '<row r="1"><c r="A1" t="str"><v>&nbsp;</v></c></row>',
    "string out of range": '<row r="1"><c r="A1" t="s"><v>9</v></c></row>',
    "negative string": '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
    "text between": '<row r="1">x<c r="A1"><v>1</v></c></row>',
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_what_is_not_wholly_understood_is_left_to_the_other_reader(case: str) -> None:
    with pytest.raises(UnusualWorkbook):
        streamed(raw_xlsx(UNUSUAL[case], strings="<si><t>a</t></si>"))


def test_the_other_reader_goes_on_after_the_last_row_that_was_read_right() -> None:
    good = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 50))
    odd = '<row r="50"><!-- --><c r="A50"><v>50</v></c></row>'
    more = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(51, 60))
    book = open_book(raw_xlsx(good + odd + more), FileKind.XLSX, LIMITS)
    assert tidy(book.sheets[0].rows()) == {n: [n] for n in range(1, 60)}


def numbered(*numbers: int, odd: int | None = None) -> str:
    return "".join(
        f'<row r="{n}">{"<!-- -->" if n == odd else ""}<c r="A{n}"><v>{n}</v></c></row>'
        for n in numbers
    )


SECOND_TABLE = f"{numbered(1, 2)}</sheetData><sheetData>{numbered(3)}"
NOT_ASCENDING = {
    "a row twice": numbered(1, 2, 2, 3),
    "a far row first": numbered(1, 77, 3, 4, 5),
    "one row back": numbered(1, 2, 4, 3, 5),
    "a second table": SECOND_TABLE,
    "an empty table first": f"</sheetData><sheetData>{numbered(1)}",
    "a row of another number": '<row r="1"><c r="A1"/></row><row r="9"><c r="A2"/></row>',
    "a row twice, in the other reader": numbered(1, 2, 3, 4, 4, 5, odd=2),
    "a far row first, in the other reader": numbered(1, 77, 3, 4, odd=1),
    "cells of another row, in the other reader": (
        numbered(1, 2, 3, odd=2) + '<row r="4"><c r="A2"><v>4</v></c></row>'
    ),
    "a cell of another row, in the other reader": (
        numbered(1, 2, 3, odd=2) + '<row r="4"><c r="A4"><v>4</v></c><c r="B3"><v>4</v></c></row>'
    ),
    "cells twice in rows without number": (
        '<row><c r="A1"><v>1</v></c></row><row><c r="A1"><v>2</v></c></row>'
    ),
    "a second table, in the other reader": f"<!-- -->{SECOND_TABLE}",
}


@pytest.mark.parametrize("case", NOT_ASCENDING)
def test_rows_that_do_not_ascend_are_refused_and_none_is_passed_over(case: str) -> None:
    book = open_book(raw_xlsx(NOT_ASCENDING[case]), FileKind.XLSX, LIMITS)
    with pytest.raises(FileRefused) as refused:
        list(book.sheets[0].rows())
    assert refused.value.code == FileReason.CORRUPT


def test_rows_without_a_number_follow_each_other() -> None:
    rows = "".join(f"<row><c><v>{n}</v></c></row>" for n in range(1, 20_000))
    book = open_book(raw_xlsx(rows), FileKind.XLSX, ReadingLimits.for_size(1 << 20))
    assert tidy(book.sheets[0].rows()) == {n: [n] for n in range(1, 20_000)}


@pytest.mark.parametrize("first", ["", "<!-- -->"])
def test_cells_merged_over_rows_are_known_before_the_rows(first: str) -> None:
    merges = '<mergeCells><mergeCell ref="C3:D5"/><mergeCell ref="A1:B1"/></mergeCells>'
    parts = raw_parts(first + numbered(1, 2, 3))
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", f"</sheetData>{merges}")
    (found,) = open_book(zipped(parts), FileKind.XLSX, LIMITS).sheets
    assert found.name == "Export"
    assert found.merged() == [MergedRange(3, 5, 2, 3)]


def test_merged_cells_of_an_old_workbook_are_known_too() -> None:
    book = xlwt.Workbook()
    book.add_sheet("Skyddade").write_merge(2, 4, 2, 3, "x")
    stream = io.BytesIO()
    book.save(stream)
    (found,) = open_book(stream.getvalue(), FileKind.XLS, LIMITS).sheets
    assert found.name == "Skyddade"
    assert found.merged() == [MergedRange(3, 5, 2, 3)]


@pytest.mark.parametrize("size", [1, 7, 50, 10_000])
def test_a_merged_cell_is_found_wherever_the_pieces_meet(size: int) -> None:
    xml = f"<x:worksheet>{'<row/>' * 100}<x:mergeCell ref='A1:AA2' />{'<a/>' * 100}"
    assert merged_ranges(pieces(xml.encode(), size)) == [MergedRange(1, 2, 0, 26)]


def test_sheets_come_in_the_order_of_the_tabs_with_what_is_hidden() -> None:
    data = raw_xlsx("", sheets=[("a", "hidden"), ("b", "visible"), ("c", "veryHidden")])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = open_package(archive, LIMITS).sheets
    assert [(sheet.part, sheet.hidden) for sheet in sheets] == [
        ("xl/worksheets/sheet1.xml", True),
        ("xl/worksheets/sheet2.xml", False),
        ("xl/worksheets/sheet3.xml", True),
    ]


def pieces(data: bytes, size: int) -> Callable[[int], bytes]:
    stream = io.BytesIO(data)
    return lambda _: stream.read(size)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_the_pieces_in_which_a_part_is_inflated_do_not_matter(size: int) -> None:
    root = f'<?xml version="1.0"?><sst xmlns="{MAIN}">'
    strings = shared_strings(pieces(f"{root}{STRINGS}</sst>".encode(), size), longest=10**6)
    assert strings == ["ab", " c ", "", "東京"]
    sheet = (
        f'<worksheet xmlns="{MAIN}"><cols><col min="1"/></cols><sheetData>'
        '<row r="1"><c r="A1" t="s"><v>3</v></c></row><row r="2"/><row r="3">'
        '<c r="A3" t="s"><v>0</v></c></row></sheetData><pageMargins/></worksheet>'
    )
    context = SheetContext(
        strings=strings, date_styles=frozenset(), date1904=False, area=100, row_characters=1000
    )
    rows = SheetReader(context).rows(pieces(sheet.encode(), size))
    assert list(rows) == [(1, ["東京"]), (2, []), (3, ["ab"])]


@pytest.mark.parametrize("tail", ["", "<si>", "<si><t>x</t>", "<c/></sst>", "&</sst>"])
def test_a_string_table_that_breaks_off_is_not_taken_for_whole(tail: str) -> None:
    xml = f'<sst xmlns="{MAIN}"><si><t>a</t></si>{tail}'
    with pytest.raises(UnusualWorkbook):
        shared_strings(pieces(xml.encode(), 1000), longest=10**6)


@pytest.mark.parametrize("tail", ["", '<row r="2">', "</sheetDat"])
def test_a_sheet_that_breaks_off_is_not_taken_for_whole(tail: str) -> None:
    parts = raw_parts("")
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>{tail}'
    )
    with pytest.raises((UnusualWorkbook, FileRefused)):
        streamed(zipped(parts))


@pytest.mark.parametrize("cell", ['<c r="XFD1048576"/>', '<c r="XFD1048576"><v>1</v></c>'])
def test_a_cell_far_out_is_too_many_cells(cell: str) -> None:
    with pytest.raises(FileRefused) as refused:
        streamed(raw_xlsx(f'<row r="1048576">{cell}</row>'))
    assert refused.value.code == FileReason.TOO_MANY_CELLS


def test_excels_escapes_and_xml_entities_become_characters() -> None:
    assert plain_text("&#229;&#xE5;&amp;lt;_x0041__x005F_x0042_") == "åå&lt;A_x0042_"
    assert plain_text("_xD800_ a\r\nb\rc") == "_xD800_ a\nb\nc"


@pytest.mark.parametrize(
    ("number", "code", "expected"),
    [
        (0, None, False),
        (14, None, True),
        (22, None, True),
        (46, None, False),
        (47, None, True),
        (49, None, False),
        (164, "yyyy-mm-dd", True),
        (164, "[$-41D]d mmmm yyyy;@", True),
        (164, "[Red]0.00", False),
        (164, '0.0 "days"', False),
        (164, "0\\d", False),
        (164, "General", False),
        (164, "[h]:mm:ss", False),
        (164, "#,##0_h", False),
        (164, "hh:mm", True),
        (14, "0", False),
    ],
)
def test_number_formats_that_show_a_date(number: int, code: str | None, expected: bool) -> None:
    assert shows_date(number, code) is expected


@pytest.mark.parametrize(
    ("serial", "date1904", "expected"),
    [
        (1, False, date(1900, 1, 1)),
        (59, False, date(1900, 2, 28)),
        (61, False, date(1900, 3, 1)),
        (46024, False, date(2026, 1, 2)),
        (46024.999999999, False, date(2026, 1, 3)),
        (0.5, False, time(12)),
        (2958465, False, date(9999, 12, 31)),
        (2958466, False, 2958466),
        (-1, False, -1),
        (44562, True, date(2026, 1, 2)),
    ],
)
def test_day_numbers_become_the_day_that_excel_shows(
    serial: float, date1904: bool, expected: object
) -> None:
    assert from_serial(serial, date1904=date1904) == expected
