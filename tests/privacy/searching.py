"""Search files for planted people, through compression, archives, databases and text armour."""

from __future__ import annotations

import base64
import binascii
import bz2
import lzma
import re
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.privacy.encodings import SHORTEST, Needle

LARGEST_MEMBER = 64 << 20
"""Bytes read out of one compressed stream."""
DEEPEST = 4
"""A zip in base64 in a gzip is three."""

_WINDOW = 8
_MASK = np.uint64((1 << (8 * SHORTEST)) - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_TABLE_BITS = 22
_CHUNK = 4 << 20
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_SQLITE = b"SQLite format 3\0"
_COMPRESSED = re.compile(
    rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|\xfd7zXZ\x00|BZh[1-9]1AY&SY|PK\x03\x04"
)
_ARMOUR = (
    (re.compile(rb"[0-9A-Fa-f]{32,}"), "hex"),
    (
        # Lines of it may be joined by real or by written line ends.
        re.compile(rb"[A-Za-z0-9+/_-]{24,}(?:(?:\r?\n|(?:\\r)?\\n)[A-Za-z0-9+/_-]+)*"),
        "base64",
    ),
)


class Hit(NamedTuple):
    """A needle that was found."""

    path: Path
    inside: str
    """How it was wrapped, outermost first, e.g. `gzip@0 base64@12`; "" for the file itself."""
    label: str
    offset: int


def search(paths: Iterable[Path], needles: Sequence[Needle]) -> list[Hit]:
    """Every needle in every file; folders are searched whole. One hit per needle and layer.

    Found inside: gzip, zlib, zip, xz and bzip2 streams at any position, base64 and hex text,
    and each value of an SQLite database (a long one is scattered over its pages).
    Not looked into: zstd, lz4 and anything encrypted.
    """
    finder = Finder(needles)
    hits: list[Hit] = []
    for path in _files(paths):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue  # a server that runs tidies up: what is gone says nothing
        hits += [Hit(path, *found) for found in finder.find_all(data)]
        if data.startswith(_SQLITE):
            values = b"\0".join(sqlite_values(path))
            hits += [
                Hit(path, f"values {inside}".strip(), label, offset)
                for inside, label, offset in finder.find_all(values)
            ]
    return hits


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
        else:
            yield path


class Finder:
    """Many needles at once: a table of hashed first bytes rules out nearly every position in
    bulk, and only the rest is compared byte for byte."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        # First bytes → length → whole needle: one look-up per length, however many share a start
        # (every text written as \u0031… does).
        self._by_start: dict[bytes, dict[int, dict[bytes, list[str]]]] = {}
        for label, needle in needles:
            if len(needle) < SHORTEST:
                raise ValueError(f"{label}: too short to be told from chance")
            lengths = self._by_start.setdefault(needle[:SHORTEST], {})
            lengths.setdefault(len(needle), {}).setdefault(needle, []).append(label)
        self._table = np.zeros(1 << _TABLE_BITS, dtype=bool)
        starts = b"".join(start.ljust(_WINDOW, b"\0") for start in self._by_start)
        self._table[_slots(np.frombuffer(starts, dtype="<u8"))] = True

    def find_all(self, data: bytes, inside: str = "", depth: int = 0) -> Iterator[_Found]:
        """(inside, label, offset) of every needle in `data` and in what can be unpacked of it."""
        yield from ((inside, label, offset) for label, offset in self.find(data))
        if depth < DEEPEST:
            for name, offset, member in unpack(data):
                yield from self.find_all(member, f"{inside} {name}@{offset}".strip(), depth + 1)

    def find(self, data: bytes) -> list[tuple[str, int]]:
        """(label, first offset) of every needle that lies in `data` as it is."""
        found: dict[str, int] = {}
        padded = data + b"\0" * _WINDOW
        for base in range(0, len(data), _CHUNK):
            count = min(_CHUNK, len(data) - base)
            # One window of eight bytes at each position, overlapping: stride one.
            windows = np.ndarray((count,), dtype="<u8", buffer=padded, offset=base, strides=(1,))
            for position in np.flatnonzero(self._table[_slots(windows)]).tolist():
                at = base + position
                for length, known in self._by_start.get(data[at : at + SHORTEST], {}).items():
                    for label in known.get(data[at : at + length], ()):
                        found.setdefault(label, at)
        return list(found.items())


_Found = tuple[str, str, int]


def _slots(windows: np.ndarray) -> np.ndarray:
    return ((windows & _MASK) * _SPREAD) >> np.uint64(64 - _TABLE_BITS)


def unpack(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """(kind, offset, content) of everything in `data` that can be unpacked."""
    end = 0
    for match in _COMPRESSED.finditer(data):
        if match.start() < end:
            continue
        name, content, used = _inflate(data, match.start())
        if content:
            end = match.start() + used
            yield name, match.start(), content
    for pattern, name in _ARMOUR:
        # All of a kind is searched in one go: a log has very many short runs.
        first = pattern.search(data)
        if first is not None:
            pieces = (piece for text in pattern.findall(data) for piece in _dearmour(text, name))
            yield name, first.start(), b"\0\0".join(pieces)


def _inflate(data: bytes, start: int) -> tuple[str, bytes, int]:
    mark = data[start : start + 2]
    skipped = 0
    engine: zlib._Decompress | lzma.LZMADecompressor | bz2.BZ2Decompressor
    if mark == b"\x1f\x8b":
        name, engine = "gzip", zlib.decompressobj(31)
    elif mark == b"PK":
        # The local header: names may have any length; the directory at the end is not needed.
        header = data[start : start + 30]
        if len(header) < 30 or header[8:10] != b"\x08\x00":
            return "zip", b"", 0
        skipped = 30 + int.from_bytes(header[26:28], "little")
        skipped += int.from_bytes(header[28:30], "little")
        name, engine = "zip", zlib.decompressobj(-15)
    elif mark == b"\xfd7":
        name, engine = "xz", lzma.LZMADecompressor()
    elif mark == b"BZ":
        name, engine = "bzip2", bz2.BZ2Decompressor()
    else:
        name, engine = "zlib", zlib.decompressobj()
    # Cut streams count too: what could be read before the error is searched. So in small steps.
    content = bytearray()
    position = start + skipped
    step = 256
    try:
        while position < len(data) and not engine.eof and len(content) < LARGEST_MEMBER:
            content += engine.decompress(data[position : position + step])
            position += step
            step = min(step * 2, 1 << 16)
    except (zlib.error, lzma.LZMAError, OSError):
        pass
    used = position - start - len(engine.unused_data) if engine.eof else 0
    return name, bytes(content), used


def _dearmour(text: bytes, name: str) -> Iterator[bytes]:
    """What the text says. A neighbouring word may run into base64, so all four phases count."""
    if name == "hex":
        for phase in (0, 1):
            even = text[phase : len(text) - (len(text) - phase) % 2]
            yield binascii.unhexlify(even)
        return
    compact = re.sub(rb"\\[nr]|\s", b"", text).translate(_URL_SAFE)
    for phase in range(4):
        part = compact[phase:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield base64.b64decode(part + b"=" * (-len(part) % 4))


def sqlite_values(path: Path) -> Iterator[bytes]:
    """Every name, text and blob in an SQLite database, its write-ahead log included."""
    with tempfile.TemporaryDirectory(prefix="gallra-search-") as scratch:
        copy = Path(scratch) / "copy.db"
        for suffix in ("", "-wal"):
            if (source := path.with_name(path.name + suffix)).exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        with closing(sqlite3.connect(copy)) as connection:
            connection.text_factory = bytes
            tables = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
            for name, sql in tables:
                yield from (part for part in (name, sql) if part)
                if sql is None or not sql.upper().startswith(b"CREATE TABLE"):
                    continue
                quoted = name.decode().replace('"', '""')
                for row in connection.execute(f'SELECT * FROM "{quoted}"'):
                    yield from (cell for cell in row if isinstance(cell, bytes))
