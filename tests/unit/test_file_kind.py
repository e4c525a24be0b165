"""Only exports are opened, and a file is what its content says, not what its name says."""

from __future__ import annotations

import io
import zipfile

import pytest

from connectors.file_kind import FileKind, kind_of
from connectors.reading_limits import ReadingLimits
from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason
from tests.factories import workbooks

ROWS = workbooks.sample_rows(1)
XLSX, XLS = workbooks.xlsx(ROWS), workbooks.xls(ROWS)
XLSB, ODS, TEXT = workbooks.xlsb(ROWS), workbooks.ods(ROWS), workbooks.text(ROWS)


def verdict(data: bytes, name: str) -> str:
    try:
        return kind_of(data, name=name, limits=ReadingLimits.for_size(len(data))).value
    except FileRefused as refused:
        return refused.code


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("Export.XLSX", XLSX, FileKind.XLSX),
        ("a.b.xls", XLS, FileKind.XLS),
        ("a.xlsb", XLSB, FileKind.XLSB),
        ("a.ods", ODS, FileKind.ODS),
        ("a.csv", TEXT, FileKind.TEXT),
        ("a.dsv", TEXT, FileKind.TEXT),
        ("a.txt", TEXT, FileKind.TEXT),
        ("a.csv", workbooks.text(ROWS, encoding="utf-16"), FileKind.TEXT),
        ("a.csv", workbooks.text(ROWS, encoding="utf-16-be"), FileKind.TEXT),
    ],
)
def test_name_and_content_agree(name: str, data: bytes, kind: FileKind) -> None:
    assert verdict(data, name) == kind


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("~$export.xlsx", FileReason.OFFICE_LOCK_FILE),
        ("inkommet/~$export.xlsx", FileReason.OFFICE_LOCK_FILE),
        (".~lock.export.ods#", FileReason.OFFICE_LOCK_FILE),
        ("export.xlsx.part", FileReason.TEMPORARY_FILE),
        ("export.crdownload", FileReason.TEMPORARY_FILE),
        ("~WRL0001.tmp", FileReason.TEMPORARY_FILE),
        ("export.TMP", FileReason.TEMPORARY_FILE),
        ("export.xlsx~", FileReason.TEMPORARY_FILE),
    ],
)
def test_files_that_programs_leave_beside_a_document_are_ignored(
    name: str, reason: FileReason
) -> None:
    assert verdict(XLSX, name) == reason
    assert verdict(b"", name) == reason


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.xlsx", XLS, FileReason.EXTENSION_AND_CONTENT_DIFFER),
        ("a.xls", XLSX, FileReason.EXTENSION_AND_CONTENT_DIFFER),
        ("a.csv", XLSX, FileReason.EXTENSION_AND_CONTENT_DIFFER),
        ("a.xls", TEXT, FileReason.EXTENSION_AND_CONTENT_DIFFER),
        ("a.xlsb", XLSX, FileReason.EXTENSION_AND_CONTENT_DIFFER),
        ("a.zip", XLSX, FileReason.EXTENSION_AND_CONTENT_DIFFER),
        ("export", XLSX, FileReason.EXTENSION_AND_CONTENT_DIFFER),
        ("a.xlsx", b"%PDF-1.7\n%\xe2\xe3", FileReason.NOT_A_WORKBOOK),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3", FileReason.NOT_A_WORKBOOK),
        ("a.xls", b"<!DOCTYPE html><table><tr><td>1", FileReason.NOT_A_WORKBOOK),
        ("a.csv", b"\xef\xbb\xbf <html><body>logga in", FileReason.NOT_A_WORKBOOK),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n", FileReason.NOT_A_WORKBOOK),
        ("a.xlsx", b"MZ\x90\x00", FileReason.NOT_A_WORKBOOK),
        ("a.md", b"# rubrik", FileReason.NOT_A_WORKBOOK),
        ("a.xlsx", workbooks.zipped({"a.txt": "x"}), FileReason.NOT_A_WORKBOOK),
        ("a.xlsx", workbooks.zipped({"word/document.xml": "<x/>"}), FileReason.NOT_A_WORKBOOK),
        ("a.csv", bytes(range(1, 200)) * 9, FileReason.NOT_A_WORKBOOK),
        ("a.xlsx", b"", FileReason.EMPTY_FILE),
        ("a.csv", b"\r\n \n", FileReason.EMPTY_FILE),
        ("a.xlsx", bytes(4096), FileReason.TRUNCATED),
        ("a.xlsx", XLSX[:3], FileReason.TRUNCATED),
        ("a.xlsx", XLSX[:-1], FileReason.TRUNCATED),
        ("a.xls", XLS[:700], FileReason.TRUNCATED),
    ],
)
def test_a_file_that_is_no_export_has_its_reason(
    name: str, data: bytes, reason: FileReason
) -> None:
    assert verdict(data, name) == reason


def test_a_part_with_a_password_is_password_protected() -> None:
    data = bytearray(XLSX)
    with zipfile.ZipFile(io.BytesIO(XLSX)) as archive:
        assert archive.infolist()
    central = data.rfind(b"PK\x01\x02")
    data[central + 8] |= 1
    assert verdict(bytes(data), "a.xlsx") == FileReason.PASSWORD_PROTECTED


def test_limits_grow_with_the_file_and_stay_small_for_small_ones() -> None:
    small, large = ReadingLimits.for_size(100_000), ReadingLimits.for_size(12 << 20)
    assert small.memory_bytes <= 512 << 20
    assert small.cpu_seconds <= 4
    assert large.unpacked_bytes > 200 << 20
    assert large.area > 100_000 * 100
    assert ReadingLimits.for_size(1 << 40).memory_bytes <= 3 << 30
