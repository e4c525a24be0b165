"""Exports as bytes in every kind of file that offices hand in, and pieces to build odd ones of."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
import xlsxwriter
import xlwt
from odf import opendocument, table
from odf.text import P

from tests.factories.intake import HEADER, export_row

Rows = Sequence[Sequence[Any]]
Builder = Callable[[Rows], bytes]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def sample_rows(count: int = 3) -> list[list[Any]]:
    """A header and `count` acceptable rows of one person's cases."""
    return [HEADER, *(export_row(Genomförandereferens=str(100000001 + n)) for n in range(count))]


def xlsx(rows: Rows, *, constant_memory: bool = False, hidden: Mapping[str, Rows] = {}) -> bytes:
    """As xlsxwriter does it: shared strings, or inline ones with `constant_memory`."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(
        stream, {"constant_memory": constant_memory, "strings_to_formulas": False}
    ) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, content in {"Export": rows, **hidden}.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for row, cells in enumerate(content):
                for column, value in enumerate(cells):
                    if isinstance(value, date):
                        sheet.write_datetime(row, column, value, dates)
                    elif value is not None:
                        sheet.write(row, column, value)
    return stream.getvalue()


def xlsx_by_openpyxl(rows: Rows) -> bytes:
    """As openpyxl does it."""
    book = openpyxl.Workbook()
    for row, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells, start=1):
            if value is not None:
                cell = book.active.cell(row=row, column=column, value=value)
                if isinstance(value, str):
                    cell.data_type = "s"  # a text that begins with = is no formula
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(rows: Rows) -> bytes:
    """BIFF8 in a compound file."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Export")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                sheet.write(row, column, value, style)
            elif value is not None:
                sheet.write(row, column, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def ods(rows: Rows) -> bytes:
    """OpenDocument; numbers and dates typed."""
    document = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Export")
    for cells in rows:
        line = table.TableRow()
        for value in cells:
            if value is None or value == "":
                line.addElement(table.TableCell())
            elif isinstance(value, date):
                line.addElement(table.TableCell(valuetype="date", datevalue=value.isoformat()))
            elif isinstance(value, int | float):
                line.addElement(table.TableCell(valuetype="float", value=value))
            else:
                cell = table.TableCell(valuetype="string")
                cell.addElement(P(text=str(value)))
                line.addElement(cell)
        sheet.addElement(line)
    document.spreadsheet.addElement(sheet)
    stream = io.BytesIO()
    document.write(stream)
    return stream.getvalue()


def text(rows: Rows, *, separator: str = ";", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """A delimited text; `end` separates records, the last one has it too."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator=end)
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)


def xlsb(rows: Rows) -> bytes:
    """BIFF12 by hand ([MS-XLSB] 2.1.4): the few records that a sheet of texts and numbers needs."""

    def record(kind: int, body: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
        size, length = b"", len(body)
        while length > 127:
            size += bytes([length & 127 | 128])
            length >>= 7
        return head + size + bytes([length]) + body

    def wide(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    extent = struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, 40)
    sheet = record(129) + record(148, extent) + record(145)
    for row, cells in enumerate(rows):
        sheet += record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for column, value in enumerate(cells):
            place = struct.pack("<II", column, 0)
            if isinstance(value, int | float):
                sheet += record(5, place + struct.pack("<d", value))
            elif value is not None:
                sheet += record(6, place + wide(str(value)))
    sheet += record(146) + record(130)
    book = record(131) + record(143)
    book += record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Export"))
    book += record(144) + record(132)
    types = (
        f'{_XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="bin" '
        'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )
    return zipped(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": relationships(("officeDocument", "xl/workbook.bin")),
            "xl/_rels/workbook.bin.rels": relationships(("worksheet", "worksheets/sheet1.bin")),
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def relationships(*targets: tuple[str, str]) -> str:
    """A `.rels` part with rId1, rId2, …"""
    entries = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONSHIPS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_XML}<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def zipped(parts: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> bytes:
    """A deflated archive."""
    stream = io.BytesIO()
    pairs = parts.items() if isinstance(parts, Mapping) else parts
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return stream.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """An archive's parts, to be changed and zipped again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def raw_parts(
    sheet_data: str,
    *,
    strings: str | None = None,
    styles: str | None = None,
    prolog: str = _XML,
    workbook_properties: str = "",
    sheets: Sequence[tuple[str, str]] = (("Export", "visible"),),
) -> dict[str, str | bytes]:
    """The parts of an .xlsx whose sheets all hold `<sheetData>{sheet_data}</sheetData>`."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, (name, state) in enumerate(sheets, start=1)
    )
    targets = [("worksheet", f"worksheets/sheet{n + 1}.xml") for n in range(len(sheets))]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'{_XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}">'
            f"<workbookPr {workbook_properties}/><sheets>{listed}</sheets></workbook>"
        ),
    }
    if strings is not None:
        targets.append(("sharedStrings", "sharedStrings.xml"))
        parts["xl/sharedStrings.xml"] = f'{_XML}<sst xmlns="{MAIN}">{strings}</sst>'
    if styles is not None:
        targets.append(("styles", "styles.xml"))
        parts["xl/styles.xml"] = f'{_XML}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    parts["xl/_rels/workbook.xml.rels"] = relationships(*targets)
    for n in range(len(sheets)):
        parts[f"xl/worksheets/sheet{n + 1}.xml"] = (
            f'{prolog}<worksheet xmlns="{MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>'
        )
    return parts


def raw_xlsx(sheet_data: str, **options: Any) -> bytes:
    """`raw_parts`, zipped."""
    return zipped(raw_parts(sheet_data, **options))


def column_name(number: int) -> str:
    """A for 0, AA for 26."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def sheet_data(rows: Rows) -> str:
    """Rows of texts and numbers as `<row>` elements with inline strings."""
    lines = []
    for row, cells in enumerate(rows, start=1):
        line = "".join(
            f'<c r="{column_name(n)}{row}"><v>{value}</v></c>'
            if isinstance(value, int)
            else f'<c r="{column_name(n)}{row}" t="inlineStr"><is><t>{value}</t></is></c>'
            for n, value in enumerate(cells)
            if value not in (None, "")
        )
        lines.append(f'<row r="{row}">{line}</row>')
    return "".join(lines)
