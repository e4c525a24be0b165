"""Text is kept as text: a workbook in which no spreadsheet takes a cell for a formula, a number,
a date or a link.

Every cell is an inline string in a column formatted as text (ECMA-376 part 1, 18.3.1.53), so that
even editing a cell does not turn `=…`, `+46 …`, `-` or `@…` into a formula. Written as a stream:
100,000 rows take a few megabytes of memory and never touch the disk. Equal rows give equal bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from lifecycle.errors import Misconfigured, Refused

MOST_ROWS: Final = 1_048_575
"""Rows below the header that a sheet can have."""
LONGEST: Final = 32_767
"""UTF-16 units that a cell can have."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_SPECIAL: Final = re.compile("[&<>\r]|_x[0-9A-Fa-f]{4}_")
_LOOKS_ESCAPED: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_REORDER: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Unicode's `Bidi_Control`: what is read is not what was written."""
_NOT_WRITABLE: Final = re.compile(f"[{_NOT_IN_XML}{_REORDER}]")
_SHEET_NAME: Final = re.compile(r"[^\[\]:*?/\\'\x00-\x1f][^\[\]:*?/\\\x00-\x1f]{0,30}")
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name={sheet} sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    # Number format 49 is "@": text. Format 1 of the cells uses it, and so does every column.
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" '
    'quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>",
}


def write_workbook(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, sheet: str = "Import"
) -> bytes:
    """An xlsx file with one sheet: `header`, then `rows`, every cell as text.

    Raises as `check_writable`, `Refused("text_too_long")`, `Refused("too_many_rows")`, and
    `Misconfigured("sheet_name_not_allowed")`.
    """
    if not _SHEET_NAME.fullmatch(sheet):
        raise Misconfigured("sheet_name_not_allowed")
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(_entry(name), _XML + text.replace("{sheet}", quoteattr(sheet)))
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as file:
            letters = [_column(number) for number in range(len(header))]
            file.write(_sheet_start(len(header)).encode())
            file.write(_row(1, letters, header))
            number = 1
            for number, row in enumerate(rows, start=2):
                file.write(_row(number, letters, row))
            if number > MOST_ROWS + 1:
                raise Refused("too_many_rows")
            file.write(b"</sheetData></worksheet>")
    return target.getvalue()


def check_writable(text: str) -> None:
    """Raises `Refused("text_not_writable")` for characters that no table can hold, and for those
    by which a text shows itself in another order than it has."""
    if _NOT_WRITABLE.search(text):
        raise Refused("text_not_writable")


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet_start(width: int) -> str:
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><cols>'
        f'<col min="1" max="{width}" width="18" style="1" customWidth="1"/></cols><sheetData>'
    )


def _column(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    while number >= 0:
        number, rest = divmod(number, 26)
        letters = chr(ord("A") + rest) + letters
        number -= 1
    return letters


def _row(number: int, letters: Sequence[str], cells: Sequence[str]) -> bytes:
    joined = "\n".join(cells)
    check_writable(joined)
    if len(joined) * 2 > LONGEST and any(len(c.encode("utf-16-le")) > LONGEST * 2 for c in cells):
        raise Refused("text_too_long")
    if _SPECIAL.search(joined):
        cells = [_escaped(cell) for cell in cells]
    inner = "".join(
        f'<c r="{letter}{number}" s="1" t="inlineStr">'
        f'<is><t xml:space="preserve">{cell}</t></is></c>'
        for letter, cell in zip(letters, cells, strict=True)
        if cell
    )
    return f'<row r="{number}">{inner}</row>'.encode()


def _escaped(cell: str) -> str:
    # Spreadsheets read `_x000D_` as a carriage return: text that only looks so is marked.
    return escape(_LOOKS_ESCAPED.sub("_x005F_", cell)).replace("\r", "_x000D_")
