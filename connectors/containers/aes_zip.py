"""Several files in one, sealed by AES-256 as WinZip defined it (AE-2); 7-Zip opens it, Windows
Explorer does not (A-69 c).

A zip shows names, number and size of what is in it to everybody: the names are `content.csv` and
the like. It is a stream: what is in memory is a few megabytes, however large the content.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, NamedTuple

from connectors.containers.sealing import CHUNK, Sealed, not_encrypted, seal, wrong
from lifecycle.errors import NotProven, Refused

if TYPE_CHECKING:
    from pyzipper import AESZipFile

Kind = Literal["csv", "xlsx", "pdf", "json", "txt"]
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_AES_METHOD: Final = 99
_AES_256: Final = 3
_WITHOUT_CHECKSUM: Final = 2
"""AE-2: a CRC of the plaintext would tell what a short file says."""
_ENCRYPTED: Final = 0x1
_LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")


class Member(NamedTuple):
    """One file in a zip; only its kind can be seen from outside."""

    kind: Kind
    chunks: Iterable[bytes]
    """Its plaintext, taken once, piece by piece: never a file on a disk."""

    def __repr__(self) -> str:
        return f"Member(kind={self.kind})"


class _Content(NamedTuple):
    name: str
    sha256: bytes


def seal_zip(source: Sequence[Member], target: Path, password: str) -> Sealed:
    """A zip called `target` with these files in it, each encrypted.

    Raises as `connectors.containers.sealing.seal`, `Refused("container_empty")`,
    `NotProven("container_not_encrypted")`, `NotProven("container_differs")`.
    """
    if not source:
        raise Refused("container_empty")
    return seal(
        target,
        ending="zip",
        password=password,
        write=lambda file: _write(file, source, password),
        check=lambda file, contents: _check(file, contents, password),
    )


def _write(file: BinaryIO, source: Sequence[Member], password: str) -> list[_Content]:
    import pyzipper

    contents = []
    with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for number, member in enumerate(source, start=1):
            plain = f"content.{member.kind}"
            name = plain if len(source) == 1 else f"content-{number}.{member.kind}"
            entry = archive.zipinfo_cls(name, _LONG_AGO)
            entry.compress_type = pyzipper.ZIP_DEFLATED
            digest = hashlib.sha256()
            with archive.open(entry, "w", force_zip64=True) as out:
                for chunk in member.chunks:
                    digest.update(chunk)
                    out.write(chunk)
            contents.append(_Content(name, digest.digest()))
    return contents


def _check(file: BinaryIO, contents: Sequence[_Content], password: str) -> None:
    import pyzipper

    damaged = False
    try:
        with pyzipper.AESZipFile(file) as archive:
            _check_entries(file, archive, contents, password)
    except (pyzipper.BadZipFile, struct.error):
        damaged = True
    if damaged:
        raise NotProven("container_differs")


def _check_entries(
    file: BinaryIO, archive: AESZipFile, contents: Sequence[_Content], password: str
) -> None:
    entries = archive.infolist()
    if [entry.filename for entry in entries] != [content.name for content in contents]:
        raise NotProven("container_differs")
    if archive.comment or not _covered(file, entries, archive.start_dir):
        raise not_encrypted()
    for entry, content in zip(entries, contents, strict=True):
        if not _is_aes_256(entry):
            raise not_encrypted()
        for other in (None, wrong(password)):
            if _digest(archive, entry, other) is not None:
                raise not_encrypted()
        if _digest(archive, entry, password) != content.sha256:
            raise NotProven("container_differs")


def _is_aes_256(entry: Any) -> bool:
    return (
        entry.flag_bits & _ENCRYPTED == _ENCRYPTED
        and entry.wz_aes_vendor_id == b"AE"
        and entry.wz_aes_strength == _AES_256
        and entry.wz_aes_version == _WITHOUT_CHECKSUM
        and entry.CRC == 0
        and not entry.comment
    )


def _covered(file: BinaryIO, entries: Sequence[Any], end: int) -> bool:
    """Whether the file is encrypted entries from its first byte to its directory, by their own
    headers: nothing lies before, between or behind them."""
    position = 0
    for entry in entries:
        file.seek(position)
        head = _LOCAL.unpack(file.read(_LOCAL.size))
        signature, flags, method, checksum = head[0], head[2], head[3], head[6]
        if (
            entry.header_offset != position
            or signature != b"PK\x03\x04"
            or not flags & _ENCRYPTED
            or method != _AES_METHOD
            or checksum != 0
        ):
            return False
        position += _LOCAL.size + head[9] + head[10] + entry.compress_size
    return position == end


def _digest(archive: AESZipFile, entry: Any, password: str | None) -> bytes | None:
    """SHA-256 of what opening the entry with this password gives; None when it does not open."""
    import pyzipper

    digest = hashlib.sha256()
    try:
        with archive.open(entry, pwd=None if password is None else password.encode()) as member:
            while chunk := member.read(CHUNK):
                digest.update(chunk)
    except (RuntimeError, EOFError, zlib.error, pyzipper.BadZipFile):
        return None
    return digest.digest()
