"""A PDF that every reader asks the password for: AES-256, revision 6 (ISO 32000-2, 7.6.4; A-69 c).

What tells of the one who made it (author, program, dates) is taken out; what is left of metadata
is encrypted with the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from connectors.containers.sealing import Sealed, gathered, not_encrypted, seal, wrong
from lifecycle.errors import NotProven, Refused

if TYPE_CHECKING:
    from pikepdf import Pdf

LARGEST_PDF: Final = 128 * 1024 * 1024
"""Bytes that are held in memory."""
_REVISION: Final = 6
_BITS: Final = 256
_AES_256: Final = "aesv3"


def seal_pdf(
    source: Iterable[bytes], target: Path, password: str, *, largest: int = LARGEST_PDF
) -> Sealed:
    """An encrypted PDF called `target` out of the bytes of an open one.

    Raises as `connectors.containers.sealing.seal`, `Refused("container_too_large")` above `largest`
    bytes, `Refused("container_source_unreadable")` for what is no open PDF,
    `NotProven("container_not_encrypted")`, `NotProven("container_differs")`.
    """
    whole = gathered(source, largest=largest)
    return seal(
        target,
        ending="pdf",
        password=password,
        write=lambda file: _write(file, whole, password),
        check=lambda file, digest: _check(file, digest, password),
    )


def _write(file: BinaryIO, whole: bytes, password: str) -> bytes:
    import pikepdf

    document = _opened(BytesIO(whole), None)
    if document is None or document.is_encrypted:
        raise Refused("container_source_unreadable")
    with document:
        for place, key in ((document.trailer, "/Info"), (document.Root, "/Metadata")):
            if key in place:
                del place[key]
        document.save(
            file,
            fix_metadata_version=False,
            # One password: nobody holds another one that opens it.
            encryption=pikepdf.Encryption(
                owner=password, user=password, R=_REVISION, aes=True, metadata=True
            ),
        )
        return _digest(document)


def _check(file: BinaryIO, digest: bytes, password: str) -> None:
    for other in (None, wrong(password)):
        file.seek(0)
        if _opened(file, other) is not None:
            raise not_encrypted()
    file.seek(0)
    document = _opened(file, password)
    if document is None:
        raise NotProven("container_differs")
    with document:
        how = document.encryption
        if (
            not document.is_encrypted
            or how.R != _REVISION
            or how.bits != _BITS
            or {how.stream_method.name, how.string_method.name, how.file_method.name} != {_AES_256}
            or not document.trailer.Encrypt.get("/EncryptMetadata", True)
            or "/Info" in document.trailer
            or "/Metadata" in document.Root
        ):
            raise not_encrypted()
        if _digest(document) != digest:
            raise NotProven("container_differs")


def _opened(file: BinaryIO, password: str | None) -> Pdf | None:
    import pikepdf

    try:
        return pikepdf.open(file, password=password or "")
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return None


def _digest(document: Pdf) -> bytes:
    """SHA-256 of the content, the same before sealing and after opening: written in one form, in
    memory, without what only belongs to the encryption."""
    import pikepdf

    if "/Extensions" in document.Root:
        del document.Root["/Extensions"]
    plain = BytesIO()
    document.save(
        plain,
        static_id=True,
        force_version="2.0",
        fix_metadata_version=False,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        encryption=False,
    )
    return hashlib.sha256(plain.getbuffer()).digest()
