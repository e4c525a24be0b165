"""What a staged file is, by its name and its first bytes: only exports are opened at all."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum
from typing import Final

from connectors import ole_kind
from connectors.reading_limits import ReadingLimits
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason

_MB: Final = 1 << 20


class FileKind(StrEnum):
    """The kinds of file that are read as an export."""

    TEXT = "text"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"


_KIND_OF_EXTENSION: Final = {
    "csv": FileKind.TEXT,
    "dsv": FileKind.TEXT,
    "tsv": FileKind.TEXT,
    "txt": FileKind.TEXT,
    "xlsx": FileKind.XLSX,
    "xlsb": FileKind.XLSB,
    "xls": FileKind.XLS,
    "ods": FileKind.ODS,
}
_LOCK = re.compile(r"~\$.*|\.~lock\..*", re.DOTALL)
_TEMPORARY = re.compile(
    r".*\.(?:tmp|temp|part|partial|crdownload|download|swp)|~.*|.*~|\.(?:goutputstream-|~).*",
    re.DOTALL | re.IGNORECASE,
)
_ZIP: Final = b"PK\x03\x04"
_ODS_TYPE: Final = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_FOREIGN: Final = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"MZ", b"\x7fELF", b"7z\xbc\xaf", b"Rar!",
    b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"{\\rtf", b"PAR1", b"SQLite format 3", b"PK\x05\x06",
    b"\x09\x08", b"\x09\x04", b"\x09\x02",
)  # fmt: skip
"""Beginnings of files that are no export: documents, pictures, programs, archives, and the
workbooks of Excel 2 to 4 (the last three)."""
_MARKUP = re.compile(
    rb"\s*<(?:!doctype\s+html|html|head|body|table|script|svg|meta|\?xml|mjml)\b", re.IGNORECASE
)
_SPREADSHEET_2003: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_MACROS: Final = ("vbaproject.bin", "xl/macrosheets/")


def refuse_by_name(name: str) -> None:
    """Raises `FileRefused`: `office_lock_file`, `temporary_file`. The name is looked at and
    forgotten: it may contain a person's name."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    if _LOCK.fullmatch(base):
        raise FileRefused(FileReason.OFFICE_LOCK_FILE)
    if _TEMPORARY.fullmatch(base):
        raise FileRefused(FileReason.TEMPORARY_FILE)


def kind_of(data: bytes, *, name: str, limits: ReadingLimits) -> FileKind:
    """The kind of file, when name and content agree and nothing speaks against opening it.

    Raises `FileRefused`: by name (see `refuse_by_name`), `empty_file`, `truncated`, `corrupt`,
    `not_a_workbook` (documents, pictures, programs, plain archives, workbooks that carry
    macros: Arbetsförmedlingen's export has none), `extension_and_content_differ` (a workbook
    or a text table under the extension of another kind), `password_protected`,
    `unpacked_too_large`.
    """
    refuse_by_name(name)
    if not data.strip(b"\0 \t\r\n"):
        # Nothing yet, or room that a download has reserved: wait for the rest.
        raise FileRefused(FileReason.TRUNCATED if b"\0" in data[:1] else FileReason.EMPTY_FILE)
    found = _kind_of_content(data, limits)
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if _KIND_OF_EXTENSION.get(extension) != found:
        if found is FileKind.TEXT and extension not in _KIND_OF_EXTENSION:
            raise FileRefused(FileReason.NOT_A_WORKBOOK)
        raise FileRefused(FileReason.EXTENSION_AND_CONTENT_DIFFER)
    return found


def _kind_of_content(data: bytes, limits: ReadingLimits) -> FileKind:
    if data.startswith(_ZIP):
        return _kind_of_zip(data, limits)
    if _ZIP.startswith(data) or ole_kind.MAGIC.startswith(data):
        raise FileRefused(FileReason.TRUNCATED)
    if data.startswith(ole_kind.MAGIC):
        ole_kind.refuse_unless_xls(data)
        return FileKind.XLS
    head = data[:2048]
    if _SPREADSHEET_2003 in head:
        raise FileRefused(FileReason.EXTENSION_AND_CONTENT_DIFFER)
    if head.startswith(_FOREIGN) or _MARKUP.match(
        head.replace(b"\0", b"").lstrip(b"\xef\xbb\xff\xfe\xbf")
    ):
        raise FileRefused(FileReason.NOT_A_WORKBOOK)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return FileKind.TEXT
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    nothing = head.count(0)
    if nothing and (nothing > len(head) // 3 or nothing == controls):
        return FileKind.TEXT  # UTF-16 without a mark, or a text with NUL: the text reader tells
    if controls > len(head) // 50:
        raise FileRefused(FileReason.NOT_A_WORKBOOK)
    return FileKind.TEXT


def _kind_of_zip(data: bytes, limits: ReadingLimits) -> FileKind:
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or len(data) < end + 22:
        raise FileRefused(FileReason.TRUNCATED)
    if int.from_bytes(data[end + 12 : end + 16], "little") > limits.parts * 256:
        raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise FileRefused(FileReason.TRUNCATED) from None
    except Exception:  # noqa: BLE001 -- a broken directory raises nearly anything
        raise FileRefused(FileReason.CORRUPT) from None
    _check_directory(entries, size=len(data), limits=limits)
    names = {entry.filename.lower() for entry in entries}
    if "xl/workbook.bin" in names:
        kind = FileKind.XLSB
    elif "xl/workbook.xml" in names or (
        "[content_types].xml" in names and any("worksheets/" in name for name in names)
    ):
        kind = FileKind.XLSX
    elif data.startswith(_ODS_TYPE, 30):
        kind = FileKind.ODS
    else:
        raise FileRefused(FileReason.NOT_A_WORKBOOK)
    if any(mark in name for name in names for mark in _MACROS):
        raise FileRefused(FileReason.NOT_A_WORKBOOK)
    return kind


def _check_directory(entries: list[zipfile.ZipInfo], *, size: int, limits: ReadingLimits) -> None:
    """What an honest archive keeps to. The promised sizes are held against the truth while
    reading: nothing is inflated beyond them, and then the checksum does not fit."""
    if len(entries) > limits.parts or sum(e.file_size for e in entries) > limits.unpacked_bytes:
        raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise FileRefused(FileReason.CORRUPT)
    free_from = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.flag_bits & 0x41:
            raise FileRefused(FileReason.PASSWORD_PROTECTED)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused(FileReason.CORRUPT)
        if entry.file_size > _MB and entry.file_size > limits.part_ratio * entry.compress_size:
            raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
        if entry.header_offset < free_from:
            raise FileRefused(FileReason.CORRUPT)
        free_from = entry.header_offset + 30 + len(entry.filename) + entry.compress_size
        if free_from > size:
            raise FileRefused(FileReason.CORRUPT)
