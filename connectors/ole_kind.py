"""What lies in a compound file, the container of the old .xls and of every encrypted workbook."""

from __future__ import annotations

from typing import Final

from lifecycle.errors import FileRefused
from lifecycle.intake.outcomes import FileReason

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY: Final = 128
_HEADER: Final = 512
_NO_SECTOR: Final = 0xFFFFFFFA
_BEGIN_OF_FILE: Final = 0x0809
_FILE_PASS: Final = 0x002F
_WRITE_PROTECTION: Final = 0x0086


def refuse_unless_xls(data: bytes) -> None:
    """Returns for a readable .xls, by the compound file's directory ([MS-CFB] 2.6).

    Raises `FileRefused`: `truncated` when the file ends before what its header points at,
    `password_protected` (an encrypted package, or FILEPASS in the workbook, [MS-XLS] 2.4.117),
    `not_a_workbook` for other documents and for workbooks that carry macros.
    """
    if len(data) < 3 * _HEADER:
        raise FileRefused(FileReason.TRUNCATED)
    shift = int.from_bytes(data[30:32], "little")
    if shift not in (9, 12):
        raise FileRefused(FileReason.CORRUPT)
    # The directory and the first allocation tables must lie within the file.
    pointed_at = [data[48:52], *(data[place : place + 4] for place in range(76, _HEADER, 4))]
    for raw in pointed_at:
        sector = int.from_bytes(raw, "little")
        if sector < _NO_SECTOR and _offset(sector, shift) >= len(data):
            raise FileRefused(FileReason.TRUNCATED)
    if _entry(data, "EncryptedPackage") or _entry(data, "EncryptionInfo"):
        raise FileRefused(FileReason.PASSWORD_PROTECTED)
    if _entry(data, "_VBA_PROJECT_CUR") or _entry(data, "_VBA_PROJECT"):
        raise FileRefused(FileReason.NOT_A_WORKBOOK)
    entry = _entry(data, "Workbook") or _entry(data, "Book")
    if entry is None:
        raise FileRefused(FileReason.NOT_A_WORKBOOK)
    size = int.from_bytes(entry[120:124], "little")
    if len(data) < _HEADER + size:
        raise FileRefused(FileReason.TRUNCATED)
    start = _offset(int.from_bytes(entry[116:120], "little"), shift)
    if _is_encrypted(data[start : start + _HEADER]):
        raise FileRefused(FileReason.PASSWORD_PROTECTED)


def _offset(sector: int, shift: int) -> int:
    return (sector + 1) << shift


def _entry(data: bytes, name: str) -> bytes | None:
    """The directory entry of that name; entries begin at multiples of their length."""
    wanted = name.encode("utf-16-le") + b"\0\0"
    position = data.find(wanted)
    while position >= 0:
        if position % _ENTRY == 0:
            return data[position : position + _ENTRY]
        position = data.find(wanted, position + 1)
    return None


def _is_encrypted(stream: bytes) -> bool:
    """Whether FILEPASS is among the first records of a workbook stream."""
    position = 0
    for _ in range(3):
        kind = int.from_bytes(stream[position : position + 2], "little")
        if kind == _FILE_PASS:
            return True
        if kind not in (_BEGIN_OF_FILE, _WRITE_PROTECTION):
            return False
        position += 4 + int.from_bytes(stream[position + 2 : position + 4], "little")
    return False
