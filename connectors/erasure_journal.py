"""Who was erased is remembered outside the databases, so that no old backup brings anybody back."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from lifecycle.erasure import Erased
from lifecycle.errors import LedgerFailure, Unreachable

_DOMAIN: Final = b"gallra erasure journal 1\n"
_MAC: Final = 32
INTENDED: Final = "intended"
DONE: Final = "done"


class Entry(NamedTuple):
    """One line of the journal."""

    batch: str
    """An opaque reference: the plan and the part of it."""
    step: str
    """`intended` before anything goes, `done` afterwards."""
    at: str
    people: tuple[Erased, ...]


class ErasureJournal:
    """An append-only file beside the witness's checkpoints, each line chained and keyed (HMAC).

    A line says only numbers that mean nothing without the records, words of the policy and keyed
    digests. Torn last lines of a killed process are passed over and overwritten by nothing.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key

    def append(self, *, batch: str, step: str, at: str, people: Sequence[Erased]) -> None:
        """Add a line, durably, before returning.

        Raises `LedgerFailure` (`journal_not_written`, `journal_damaged`).
        """
        failed = False
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked() as file:
                content = _read(file)
                last = _last_mac(list(_lines(content, self._key)))
                body = orjson.dumps([batch, step, at, [list(person) for person in people]])
                gap = b"" if not content or content.endswith(b"\n") else b"\n"
                line = gap + body + b"\t" + self._mac(last, body).hex().encode() + b"\n"
                _write(file, line)
                os.fsync(file)
        except OSError:
            failed = True
        if failed:
            raise LedgerFailure("journal_not_written")

    def entries(self) -> list[Entry]:
        """Every line, oldest first; [] where there is no journal yet.

        Raises `LedgerFailure("journal_damaged")` when a line was changed, taken out or put in,
        `Unreachable("journal_unreadable")`.
        """
        failed = False
        try:
            if not self._path.exists():
                return []
            content = self._path.read_bytes()
        except OSError:
            failed = True
        if failed:
            raise Unreachable("journal_unreadable")
        return [_entry(body) for body, _ in _lines(content, self._key)]

    def _mac(self, last: bytes, body: bytes) -> bytes:
        return _mac(self._key, last, body)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        file = os.open(self._path, flags, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def _mac(key: bytes, last: bytes, body: bytes) -> bytes:
    return hmac.digest(key, _DOMAIN + last + len(body).to_bytes(8, "big") + body, hashlib.sha256)


def _read(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _lines(content: bytes, key: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(body, MAC) of every whole line. A line without its end is a killed writer's; anything else
    that does not fit is damage."""
    last = bytes(_MAC)
    for line in content.splitlines(keepends=True):
        body, tab, written = line.rstrip(b"\n").rpartition(b"\t")
        mac = b""
        with suppress(ValueError):
            mac = bytes.fromhex(written.decode("ascii", "replace"))
        if tab and hmac.compare_digest(mac, _mac(key, last, body)):
            last = mac
            yield body, mac
        elif tab and len(mac) == _MAC and line.endswith(b"\n"):
            raise LedgerFailure("journal_damaged")


def _last_mac(lines: Sequence[tuple[bytes, bytes]]) -> bytes:
    return lines[-1][1] if lines else bytes(_MAC)


def _entry(body: bytes) -> Entry:
    entry: Entry | None = None
    with suppress(ValueError, TypeError):
        batch, step, at, people = orjson.loads(body)
        entry = Entry(
            batch,
            step,
            at,
            tuple(Erased(p[0], p[1], tuple(p[2]), tuple(p[3]), p[4], tuple(p[5])) for p in people),
        )
    if entry is None:
        raise LedgerFailure("journal_damaged")
    return entry
