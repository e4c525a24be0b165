"""A workbook as its parts: which sheets a person sees, in which order, and their rows as a
stream that begins at once and stays small in memory, however long the export is."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from connectors.reading_limits import ReadingLimits
from connectors.xlsx_merged import merged_ranges
from connectors.xlsx_rows import SheetContext, SheetReader
from connectors.xlsx_strings import CHUNK, MAIN_NAMESPACE, UnusualWorkbook, shared_strings
from connectors.xlsx_styles import shows_date
from lifecycle.errors import FileRefused
from lifecycle.intake.merged import MergedRange
from lifecycle.intake.outcomes import FileReason
from lifecycle.intake.text import Cell

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
"""ISO 29500 Strict: a format of its own that shares the extension .xlsx."""
_SMALL_PART: Final = 24 << 20
_HEAD: Final = 4096
MARKUP: Final = (".xml", ".rels", ".vml")
"""How the names of parts end that are XML."""

Element = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """One entry of the workbook's list of sheets."""

    part: str | None
    """Name within the zip; None for a chart or macro sheet, which has no rows."""
    hidden: bool
    name: str
    """What the tab says."""


@dataclass(slots=True, kw_only=True)
class XlsxPackage:
    """An .xlsx whose directory and small parts are understood."""

    archive: zipfile.ZipFile
    limits: ReadingLimits
    sheets: list[SheetPart]
    date1904: bool
    strings_part: str | None
    styles_part: str | None
    _context: SheetContext | None = field(default=None)

    def rows(self, sheet: SheetPart) -> Iterator[tuple[int, list[Cell]]]:
        """The rows of one sheet, see `SheetReader.rows`; checksums are compared at the end.

        Raises `UnusualWorkbook` (every row before it was read right) and `FileRefused`.
        """
        if sheet.part is None:
            return
        try:
            if self._context is None:
                self._context = self._read_context()
            with self.archive.open(sheet.part) as part:
                yield from SheetReader(self._context).rows(part.read)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError):
            raise FileRefused(FileReason.CORRUPT) from None

    def merged(self, sheet: SheetPart) -> list[MergedRange]:
        """A sheet's merged cells. They stand behind the rows, so the sheet is inflated for them
        once more, which is a small part of reading it. Raises like `rows`."""
        if sheet.part is None:
            return []
        try:
            with self.archive.open(sheet.part) as part:
                return merged_ranges(part.read)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError):
            raise FileRefused(FileReason.CORRUPT) from None

    def _read_context(self) -> SheetContext:
        strings: list[str] = []
        if self.strings_part is not None:
            with self.archive.open(self.strings_part) as part:
                strings = shared_strings(part.read, longest=self.limits.row_bytes)
        date_styles: frozenset[int] = frozenset()
        if self.styles_part is not None:
            date_styles = _date_styles(_elements(self.archive, self.styles_part))
        return SheetContext(
            strings=strings,
            date_styles=date_styles,
            date1904=self.date1904,
            area=self.limits.area,
            row_characters=self.limits.row_bytes,
        )


def open_package(archive: zipfile.ZipFile, limits: ReadingLimits) -> XlsxPackage:
    """Find the sheets of an .xlsx.

    Raises `FileRefused`: `corrupt` for a broken part or a document type declaration,
    `extension_and_content_differ` for Strict OOXML, which most readers silently take for
    a workbook without sheets. Raises `UnusualWorkbook` for a package laid out otherwise.
    """
    refuse_declarations(archive)
    try:
        main = _main_part(archive)
        targets = _relationships(archive, main)
        sheets: list[SheetPart] = []
        date1904 = False
        for name, attributes in _elements(archive, main):
            if name.startswith(_STRICT):
                raise FileRefused(FileReason.EXTENSION_AND_CONTENT_DIFFER)
            if name == f"{MAIN_NAMESPACE} workbookPr":
                date1904 = attributes.get("date1904", "0") in {"1", "true", "on"}
            elif name == f"{MAIN_NAMESPACE} sheet":
                kind, target = targets.get(attributes.get(f"{_OFFICE} id", ""), ("", ""))
                if not kind:
                    raise UnusualWorkbook
                sheets.append(
                    SheetPart(
                        part=target if kind == "worksheet" else None,
                        hidden=attributes.get("state", "visible") != "visible",
                        name=attributes.get("name", ""),
                    )
                )
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, expat.ExpatError):
        raise FileRefused(FileReason.CORRUPT) from None
    if not sheets:
        raise UnusualWorkbook
    others = {kind: target for kind, target in targets.values() if kind != "worksheet"}
    return XlsxPackage(
        archive=archive,
        limits=limits,
        sheets=sheets,
        date1904=date1904,
        strings_part=others.get("sharedStrings"),
        styles_part=others.get("styles"),
    )


def refuse_declarations(archive: zipfile.ZipFile) -> None:
    """No part of a workbook has a document type declaration, in whatever encoding.

    Raises `FileRefused("corrupt")`. Entity bombs and external entities end here.
    """
    try:
        for name in archive.namelist():
            if name.lower().endswith(MARKUP):
                with archive.open(name) as part:
                    head = part.read(_HEAD).replace(b"\0", b"").upper()
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    raise FileRefused(FileReason.CORRUPT)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise FileRefused(FileReason.CORRUPT) from None


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[Element]:
    """All elements of a small part as ("namespace name", attributes), in document order."""
    found: list[Element] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def declared(*_: object) -> None:
        raise FileRefused(FileReason.CORRUPT)

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = lambda name, attributes: found.append((name, attributes))
    size = 0
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > _SMALL_PART:
                raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
            parser.Parse(chunk, False)
            yield from found
            found.clear()
    parser.Parse(b"", True)


def _main_part(archive: zipfile.ZipFile) -> str:
    for _, attributes in _elements(archive, "_rels/.rels"):
        kind = attributes.get("Type", "")
        if kind.startswith(_STRICT) and kind.endswith("/officeDocument"):
            raise FileRefused(FileReason.EXTENSION_AND_CONTENT_DIFFER)
        if kind == f"{_OFFICE}/officeDocument":
            return attributes.get("Target", "").lstrip("/")
    raise UnusualWorkbook


def _relationships(archive: zipfile.ZipFile, main: str) -> dict[str, tuple[str, str]]:
    """Relationship id → (kind, part name) of the workbook part. External ones are left out."""
    folder, name = posixpath.split(main)
    targets: dict[str, tuple[str, str]] = {}
    for _, attributes in _elements(archive, f"{folder}/_rels/{name}.rels".lstrip("/")):
        kind = attributes.get("Type", "")
        if kind.startswith(_STRICT):
            raise FileRefused(FileReason.EXTENSION_AND_CONTENT_DIFFER)
        if attributes.get("TargetMode") == "External" or not kind.startswith(_OFFICE):
            continue
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
        targets[attributes.get("Id", "")] = (kind.rsplit("/", 1)[-1], target.lstrip("/"))
    return targets


def _date_styles(elements: Iterator[Element]) -> frozenset[int]:
    """The cell style numbers that show a date."""
    codes: dict[int, str] = {}
    dates: set[int] = set()
    number = 0
    inside = False
    ends = {f"{MAIN_NAMESPACE} {name}" for name in ("cellStyles", "dxfs", "tableStyles")}
    try:
        for name, attributes in elements:
            if name == f"{MAIN_NAMESPACE} numFmt" and not inside:
                codes.setdefault(int(attributes["numFmtId"]), attributes.get("formatCode", ""))
            elif name == f"{MAIN_NAMESPACE} cellXfs":
                inside = True
            elif name in ends:
                inside = False
            elif inside and name == f"{MAIN_NAMESPACE} xf":
                identifier = int(attributes.get("numFmtId", "0"))
                if shows_date(identifier, codes.get(identifier)):
                    dates.add(number)
                number += 1
    except (ValueError, expat.ExpatError):
        raise UnusualWorkbook from None
    return frozenset(dates)
