"""Files that want to cost us memory, time, secrets or trust, built by code."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable

import msoffcrypto
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from lifecycle.intake.outcomes import FileReason as Reason
from tests.factories import workbooks
from tests.factories.workbooks import MAIN, parts_of, raw_parts, raw_xlsx, sheet_data, zipped

_ROWS = workbooks.sample_rows(3)
_GOOD = sheet_data(_ROWS)
_SHEET = "xl/worksheets/sheet1.xml"
_LAUGHTER = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
_LAUGHS = f'<!DOCTYPE x [<!ENTITY a0 "haha">{_LAUGHTER}]>'
_EXTERNAL = '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>'
_PARAMETER = '<!DOCTYPE x SYSTEM "https://example.se/x.dtd">'


def _with_part(name: str, content: str | bytes, sheet: str = _GOOD) -> bytes:
    parts = raw_parts(sheet, strings="<si><t>a</t></si>", styles="<cellXfs><xf/></cellXfs>")
    return zipped({**parts, name: content})


def _worksheet(content: str, prolog: str = "") -> str:
    return f'{prolog}<worksheet xmlns="{MAIN}"><sheetData>{content}</sheetData></worksheet>'


def _declared(prolog: str, name: str) -> bytes:
    """A good workbook, one part of which begins with a document type declaration."""
    parts = raw_parts(
        f'{_GOOD}<row r="9"><c r="A9" t="inlineStr"><is><t>&a9;</t></is></c></row>',
        strings="<si><t>&a9;</t></si>",
        styles="<cellXfs><xf/></cellXfs>",
    )
    xml = str(parts[name])
    body = xml[xml.index("?>") + 2 :] if xml.startswith("<?xml") else xml
    return zipped({**parts, name: f'<?xml version="1.0" encoding="UTF-8"?>{prolog}{body}'})


def _lying_about_size() -> bytes:
    bomb = _worksheet(_GOOD + '<row r="9"/>' * 4_000_000)
    data = bytearray(_with_part(_SHEET, bomb))
    for mark, sizes, names in ((b"PK\x03\x04", 18, 30), (b"PK\x01\x02", 20, 46)):
        position = data.find(mark)
        while position >= 0:
            if data[position + names :].startswith(_SHEET.encode()):
                struct.pack_into("<I", data, position + sizes + 4, 20_000)
            position = data.find(mark, position + 1)
    return bytes(data)


def _overlapping() -> bytes:
    data = bytearray(workbooks.xlsx(_ROWS))
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 1)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def _twice_the_same_name() -> bytes:
    pairs = [*parts_of(workbooks.xlsx(_ROWS)).items()]
    other = next(name for name, _ in pairs if name.endswith("theme1.xml"))
    data = zipped(pairs)
    # Same length, so that only the names change.
    return (
        data.replace(other.encode(), b"xl/WORKSHEETS/x.xml")
        .replace(b"docProps/app.xml", b"xl/workbook.xml" + b" ")
        .replace(b"xl/worksheets/sheet1.xml", b"XL/WORKSHEETS/SHEET1.XML")
        .replace(b"xl/WORKSHEETS/x.xml", b"xl/worksheets/y.xml")
        .replace(b"docProps/core.xml", b"_rels/.rels" + b"\0" * 6)
    )


def _wrong_checksum(name: str) -> bytes:
    data = bytearray(workbooks.xlsx(_ROWS))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        checksum = archive.getinfo(name).CRC
    packed = struct.pack("<I", checksum)
    assert packed in data
    return bytes(data).replace(packed, struct.pack("<I", checksum ^ 1))


def _strict() -> bytes:
    parts = parts_of(workbooks.xlsx(_ROWS))
    return zipped(
        {
            name: content.replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            ).replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
            for name, content in parts.items()
        }
    )


def _encrypted_xlsx() -> bytes:
    stream = io.BytesIO()
    OOXMLFile(io.BytesIO(workbooks.xlsx(_ROWS))).encrypt("lösenord", stream)
    assert msoffcrypto.OfficeFile(io.BytesIO(stream.getvalue())).is_encrypted()
    return stream.getvalue()


class _Encrypted(xlwt.Workbook):  # type: ignore[misc]
    """An .xls that announces encryption (FILEPASS, [MS-XLS] 2.4.117) after its first record."""

    def get_biff_data(self) -> bytes:
        data: bytes = super().get_biff_data()
        begin = 4 + int.from_bytes(data[2:4], "little")
        filepass = struct.pack("<HH", 0x2F, 54) + struct.pack("<HHH", 1, 1, 1) + bytes(48)
        return data[:begin] + filepass + data[begin:]


def _encrypted_xls() -> bytes:
    book = _Encrypted()
    book.add_sheet("Export").write(0, 0, "Personnummer")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _encrypted_ods() -> bytes:
    parts = parts_of(workbooks.ods(_ROWS))
    manifest = parts["META-INF/manifest.xml"].decode()
    begin = manifest.index('manifest:full-path="content.xml"')
    end = manifest.index("/>", begin)
    secret = (
        '><manifest:encryption-data manifest:checksum-type="SHA1/1K" manifest:checksum="x">'
        '<manifest:algorithm manifest:algorithm-name="Blowfish CFB"/></manifest:encryption-data>'
        "</manifest:file-entry>"
    )
    parts["META-INF/manifest.xml"] = (manifest[:end] + secret + manifest[end + 2 :]).encode()
    parts["content.xml"] = bytes(range(256)) * 8
    return _ods(parts)


def _ods(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", parts.pop("mimetype"), zipfile.ZIP_STORED)
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _repeated_ods() -> bytes:
    parts = parts_of(workbooks.ods([["x"]]))
    parts["content.xml"] = (
        parts["content.xml"]
        .replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">')
        .replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="16384" ')
    )
    assert b"16384" in parts["content.xml"]
    return _ods(parts)


def _macros() -> bytes:
    return zipped({**parts_of(workbooks.xlsx(_ROWS)), "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def _nested(depth: int) -> bytes:
    """Archives within archives, the innermost unpacking to ten megabytes."""
    data = zipped({"0.txt": b"0" * 10_000_000})
    for _ in range(depth):
        data = zipped({f"{n}.zip": data for n in range(10)})
    return data


def _far(cell: str) -> bytes:
    return raw_xlsx(f'{_GOOD}<row r="1048576">{cell}</row>')


def _far_and_odd() -> bytes:
    """The same, written so that the streaming reader steps aside first."""
    return raw_xlsx(f'{_GOOD}<!-- --><row r="1048576"><c r="XFD1048576" t="str"><v/></c></row>')


def _far_xlsb() -> bytes:
    data = workbooks.xlsb([["x"]])
    parts = parts_of(data)
    name = "xl/worksheets/sheet1.bin"
    sheet = parts[name]
    row = sheet.index(bytes([0, 17])) + 2
    changed = sheet[:row] + struct.pack("<I", 1_048_575) + sheet[row + 4 :]
    cell = changed.index(bytes([6])) + 2
    cell = changed.index(struct.pack("<II", 0, 0) + struct.pack("<I", 1))
    return zipped({**parts, name: changed[:cell] + struct.pack("<I", 16_383) + changed[cell + 4 :]})


def deep(levels: int) -> str:
    chance = random.Random(1)
    return "".join(f'<a n="{chance.randrange(1 << 30)}">' for _ in range(levels))


def _long_text(length: int) -> bytes:
    long = "x" * length
    return raw_xlsx(f'{_GOOD}<row r="9"><c r="A9" t="inlineStr"><is><t>{long}</t></is></c></row>')


_CORRUPT = {Reason.CORRUPT}
_LARGE = {Reason.UNPACKED_TOO_LARGE}
_FAR = {Reason.TOO_MANY_CELLS}
_LOCKED = {Reason.PASSWORD_PROTECTED}
_DENSE = {Reason.TOO_MANY_CELLS, Reason.READER_CRASHED, Reason.CORRUPT}
"""Where a foreign reader may die of it: its death is as good as a refusal."""

CASES: dict[str, tuple[str, Callable[[], bytes], set[Reason]]] = {
    "zip bomb": (
        "a.xlsx",
        lambda: _with_part(_SHEET, _worksheet(_GOOD + " " * 60_000_000)),
        _LARGE,
    ),
    "bomb in a part nobody reads": (
        "a.xlsx",
        lambda: _with_part("xl/media/a.bin", bytes(90_000_000)),
        _LARGE,
    ),
    "nested archives": ("a.xlsx", lambda: _nested(2), {Reason.NOT_A_WORKBOOK}),
    "false declared size": ("a.xlsx", _lying_about_size, _CORRUPT),
    "overlapping entries": ("a.xlsx", _overlapping, _CORRUPT),
    "one name twice": ("a.xlsx", _twice_the_same_name, _CORRUPT),
    "wrong checksum of a sheet": ("a.xlsx", lambda: _wrong_checksum(_SHEET), _CORRUPT),
    "wrong checksum of the texts": (
        "a.xlsx",
        lambda: _wrong_checksum("xl/sharedStrings.xml"),
        _CORRUPT,
    ),
    "xml bomb in a sheet": ("a.xlsx", lambda: _declared(_LAUGHS, _SHEET), _CORRUPT),
    "xml bomb in the texts": (
        "a.xlsx",
        lambda: _declared(_LAUGHS, "xl/sharedStrings.xml"),
        _CORRUPT,
    ),
    "xml bomb in the workbook": ("a.xlsx", lambda: _declared(_LAUGHS, "xl/workbook.xml"), _CORRUPT),
    "external entity in a sheet": ("a.xlsx", lambda: _declared(_EXTERNAL, _SHEET), _CORRUPT),
    "external entity in the texts": (
        "a.xlsx",
        lambda: _declared(_EXTERNAL, "xl/sharedStrings.xml"),
        _CORRUPT,
    ),
    "external entity in the styles": (
        "a.xlsx",
        lambda: _declared(_EXTERNAL, "xl/styles.xml"),
        _CORRUPT,
    ),
    "external declaration": ("a.xlsx", lambda: _declared(_PARAMETER, "xl/workbook.xml"), _CORRUPT),
    "external entity in utf-16": (
        "a.xlsx",
        lambda: _with_part(_SHEET, _worksheet(_GOOD, _EXTERNAL).encode("utf-16")),
        _CORRUPT,
    ),
    "declaration after much blank": (
        "a.xlsx",
        lambda: _with_part(_SHEET, _worksheet(_GOOD, " " * 9000 + _EXTERNAL)),
        _CORRUPT,
    ),
    "external entity in an ods": (
        "a.ods",
        lambda: _ods(
            {
                **(parts := parts_of(workbooks.ods(_ROWS))),
                "content.xml": _EXTERNAL.encode() + parts["content.xml"],
            }
        ),
        _CORRUPT,
    ),
    "far cell": ("a.xlsx", lambda: _far('<c r="XFD1048576"><v>1</v></c>'), _FAR),
    "far blank": ("a.xlsx", lambda: _far('<c r="XFD1048576" s="0"/>'), _FAR),
    "far blank text": ("a.xlsx", lambda: _far('<c r="XFD1048576" t="str"><v/></c>'), _FAR),
    "far cell for the other reader": ("a.xlsx", _far_and_odd, _FAR),
    "far cell in an xlsb": ("a.xlsb", _far_xlsb, _DENSE),
    "a million repeated rows in an ods": ("a.ods", _repeated_ods, _DENSE),
    "row beyond the last": (
        "a.xlsx",
        lambda: raw_xlsx(f'{_GOOD}<row r="9999999"><c r="A9999999"><v>1</v></c></row>'),
        _DENSE,
    ),
    "strict ooxml": ("a.xlsx", _strict, {Reason.EXTENSION_AND_CONTENT_DIFFER}),
    "xlsx with a password": ("a.xlsx", _encrypted_xlsx, _LOCKED),
    "xls with a password": ("a.xls", _encrypted_xls, _LOCKED),
    "ods with a password": ("a.ods", _encrypted_ods, _LOCKED),
    "macros in an xlsx": ("a.xlsx", _macros, {Reason.NOT_A_WORKBOOK}),
    "macros in an xlsm": ("a.xlsm", _macros, {Reason.NOT_A_WORKBOOK}),
    "renamed pdf": ("a.xlsx", lambda: b"%PDF-1.7\n" + bytes(range(256)), {Reason.NOT_A_WORKBOOK}),
    "renamed html": (
        "a.xls",
        lambda: b"<html><table><tr><td>Personnummer</td></tr></table></html>",
        {Reason.NOT_A_WORKBOOK},
    ),
    "text with nul": (
        "a.csv",
        lambda: workbooks.text(_ROWS).replace(b"Prov", b"Pr\0v"),
        _CORRUPT,
    ),
    "text that is one field": (
        "a.csv",
        lambda: workbooks.text(_ROWS) + b'"' + b"x" * 5_000_000,
        _CORRUPT,
    ),
    "giant cell": ("a.xlsx", lambda: _long_text(20_000_000), _LARGE),
    "giant shared text": (
        "a.xlsx",
        lambda: raw_xlsx(_GOOD, strings=f"<si><t>{'x' * 20_000_000}</t></si>"),
        _LARGE,
    ),
    "deep nesting in the workbook": (
        "a.xlsx",
        lambda: _with_part("xl/workbook.xml", deep(300_000)),
        _CORRUPT,
    ),
    "a million empty rows": (
        "a.xlsx",
        lambda: raw_xlsx("".join(f'<row r="{n}"/>' for n in range(1, 1_000_001))),
        {Reason.NO_ROWS},
    ),
    "a million blank lines": ("a.csv", lambda: b";\n" * 1_000_000, {Reason.NO_ROWS}),
    "two thousand sheets": (
        "a.xlsx",
        lambda: raw_xlsx("", sheets=[(f"s{n}", "visible") for n in range(2000)]),
        {Reason.NO_ROWS},
    ),
    "ten thousand sheets": (
        "a.xlsx",
        lambda: raw_xlsx("", sheets=[(f"s{n}", "visible") for n in range(10_000)]),
        _LARGE,
    ),
    "sheet list that leads nowhere": (
        "a.xlsx",
        lambda: zipped({k: v for k, v in raw_parts(_GOOD).items() if k != _SHEET}
                       | {"xl/worksheets/x.xml": ""}),
        _CORRUPT,
    ),
}  # fmt: skip
