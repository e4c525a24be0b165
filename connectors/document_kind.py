"""What a document is, by its bytes, and whether a password protects it (A-64)."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum
from typing import Final

from connectors import ole_kind
from connectors.file_kind import FileKind
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason

_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_PDF: Final = b"%PDF-"
_ENCRYPTED: Final = 0x1
_ODF: Final = b"mimetypeapplication/vnd.oasis.opendocument."
_MAIL: Final = (b"received:", b"from:", b"date:", b"message-id:", b"mime-version:", b"return-path:")
_WHOLE_OF_A_PDF: Final = 1024
"""Bytes at the beginning within which `%PDF-` may stand (ISO 32000-1, annex H.3.4.1)."""


class DocumentKind(StrEnum):
    """The kinds of document that text is taken out of."""

    TEXT = "text"
    MARKUP = "markup"
    MAIL = "mail"
    PDF = "pdf"
    OFFICE = "office"
    """A zip of XML parts: .docx, .pptx, .odt, .odp."""
    WORKBOOK = "workbook"
    ARCHIVE = "archive"


WORKBOOKS: Final = {
    "xl/workbook.xml": FileKind.XLSX,
    "xl/workbook.bin": FileKind.XLSB,
}


def document_kind(data: bytes) -> DocumentKind:
    """The kind of document, whatever its name says.

    Raises `FileRefused`: `password_protected` for what opens with a password only (an encrypted
    Office document, zip or .xls; a PDF is told while it is read), `empty_file`, `corrupt`, and
    `not_a_workbook` for what no text is taken out of (pictures, programs, old Word documents).
    """
    if not data.strip(b"\0 \t\r\n"):
        raise FileRefused(FileReason.EMPTY_FILE)
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return _kind_of_zip(data)
    if data.startswith(ole_kind.MAGIC):
        # The refusals of an encrypted package and of an encrypted .xls are what we want to know.
        ole_kind.refuse_unless_xls(data)
        return DocumentKind.WORKBOOK
    if _PDF in data[:_WHOLE_OF_A_PDF]:
        return DocumentKind.PDF
    head = data[:4096]
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begins.startswith(_MAIL):
        return DocumentKind.MAIL
    if begins.startswith((b"<!doctype html", b"<html", b"<?xml", b"<body", b"<table", b"<div")):
        return DocumentKind.MARKUP
    if begins.startswith(b"{\\rtf") or _is_binary(head):
        raise FileRefused(FileReason.NOT_A_WORKBOOK)
    return DocumentKind.TEXT


def workbook_kind(data: bytes) -> FileKind:
    """Which reader opens a `WORKBOOK`."""
    if data.startswith(ole_kind.MAGIC):
        return FileKind.XLS
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.lower() for name in archive.namelist()}
    return next((kind for part, kind in WORKBOOKS.items() if part in names), FileKind.ODS)


def _kind_of_zip(data: bytes) -> DocumentKind:
    entries: list[zipfile.ZipInfo] | None = None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except Exception:  # noqa: BLE001, S110 -- a broken directory raises nearly anything
        pass
    if entries is None:
        raise FileRefused(FileReason.CORRUPT)
    if entries and all(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise FileRefused(FileReason.PASSWORD_PROTECTED)
    names = {entry.filename.lower() for entry in entries}
    if names & WORKBOOKS.keys():
        return DocumentKind.WORKBOOK
    if data.startswith(_ODF, 30):
        kind = data[30 + len(_ODF) :]
        return DocumentKind.WORKBOOK if kind.startswith(b"spreadsheet") else DocumentKind.OFFICE
    if "[content_types].xml" in names:
        return DocumentKind.OFFICE
    return DocumentKind.ARCHIVE


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return controls > len(head) // 50
