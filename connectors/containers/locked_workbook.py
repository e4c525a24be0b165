"""A workbook that Excel asks the password for: agile encryption, AES-256, 100,000 rounds of SHA-512
(MS-OFFCRYPTO 2.3.4.10; A-69 c).

It is made in memory and takes about three times its size there: larger ones go in a zip.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import struct
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from connectors.containers.sealing import Sealed, gathered, not_encrypted, seal, wrong
from lifecycle.errors import NotProven, Refused

LARGEST_WORKBOOK: Final = 64 * 1024 * 1024
"""Bytes; a table of 100,000 people with 25 fields has about 20 million."""
_STREAMS: Final = {
    "EncryptedPackage",
    "EncryptionInfo",
    "\x06DataSpaces/DataSpaceInfo/StrongEncryptionDataSpace",
    "\x06DataSpaces/DataSpaceMap",
    "\x06DataSpaces/TransformInfo/StrongEncryptionTransform/\x06Primary",
    "\x06DataSpaces/Version",
}
_MUST_BE: Final = {
    b"cipherAlgorithm": {b"AES"},
    b"cipherChaining": {b"ChainingModeCBC"},
    b"keyBits": {b"256"},
    b"hashAlgorithm": {b"SHA512"},
}
_LEAST_ROUNDS: Final = 100_000
_SMALLEST: Final = 8192
"""Bytes. A package of up to 4096 belongs in another part of the container (MS-CFB 2.6.3), where
the library puts it on top of something else: nobody could open it."""
_GROWTH_HINT: Final = struct.pack("<HHHH", 0xA220, _SMALLEST + 4, 0xA028, 0) + bytes(_SMALLEST)
"""Padding that the format provides for (ECMA-376 part 2, annex C)."""


def seal_workbook(
    source: Iterable[bytes], target: Path, password: str, *, largest: int = LARGEST_WORKBOOK
) -> Sealed:
    """An encrypted .xlsx called `target` out of the bytes of an open one.

    Raises as `connectors.containers.sealing.seal`, `Refused("container_too_large")` above `largest`
    bytes, `Refused("container_source_unreadable")` for what is no open .xlsx,
    `NotProven("container_not_encrypted")`, `NotProven("container_differs")`.
    """
    whole = gathered(source, largest=largest)
    return seal(
        target,
        ending="xlsx",
        password=password,
        write=lambda file: _write(file, whole, password),
        check=lambda file, digest: _check(file, digest, password),
    )


def _write(file: BinaryIO, whole: bytes, password: str) -> bytes:
    from msoffcrypto.exceptions import FileFormatError
    from msoffcrypto.format.ooxml import OOXMLFile

    workbook = None
    with contextlib.suppress(FileFormatError, OSError):
        workbook = OOXMLFile(BytesIO(whole))
    if workbook is None or workbook.is_encrypted():
        raise Refused("container_source_unreadable")
    if len(whole) < _SMALLEST:
        whole = _grown(whole)
        workbook = OOXMLFile(BytesIO(whole))
    workbook.encrypt(password, file)
    return hashlib.sha256(whole).digest()


def _grown(whole: bytes) -> bytes:
    """The same workbook with room to grow in its first part, as Office itself leaves it."""
    grown = BytesIO()
    with zipfile.ZipFile(BytesIO(whole)) as old, zipfile.ZipFile(grown, "w") as new:
        for number, part in enumerate(old.infolist()):
            entry = zipfile.ZipInfo(part.filename, part.date_time)
            entry.compress_type = part.compress_type
            entry.extra = b"" if number else _GROWTH_HINT
            new.writestr(entry, old.read(part))
    return grown.getvalue()


def _check(file: BinaryIO, digest: bytes, password: str) -> None:
    import olefile
    from msoffcrypto.format.ooxml import OOXMLFile

    if not olefile.isOleFile(file):
        raise not_encrypted()
    file.seek(0)
    with olefile.OleFileIO(file) as parts:
        if {"/".join(path) for path in parts.listdir()} != _STREAMS:
            raise not_encrypted()
        header = parts.openstream("EncryptionInfo").read()
    for name, values in _MUST_BE.items():
        if set(re.findall(rb'\b%s="([^"]*)"' % name, header)) != values:
            raise not_encrypted()
    file.seek(0)
    container = OOXMLFile(file)
    if container.type != "agile" or container.info["spinValue"] < _LEAST_ROUNDS:
        raise not_encrypted()
    for other in (None, wrong(password)):
        if _opened(container, other) is not None:
            raise not_encrypted()
    if _opened(container, password) != digest:
        raise NotProven("container_differs")


def _opened(container: object, password: str | None) -> bytes | None:
    """SHA-256 of what this password opens; None when it does not fit."""
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError
    from msoffcrypto.format.ooxml import OOXMLFile

    assert isinstance(container, OOXMLFile)  # noqa: S101 - for the type checker
    out = BytesIO()
    try:
        container.load_key(password=password, verify_password=True)
        container.decrypt(out, verify_integrity=True)
    except (DecryptionError, InvalidKeyError):
        return None
    return hashlib.sha256(out.getbuffer()).digest()
