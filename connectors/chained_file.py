"""What the databases alone may not remember lies in files beside the witness's, line by line: each
is chained and keyed, so that none is changed, taken out or put in unnoticed."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from lifecycle.errors import LedgerFailure, Unreachable

_MAC: Final = 32


class ChainedFile:
    """An append-only file of lines, each with an HMAC over itself and the line before it.

    Torn last lines of a killed process are passed over and overwritten by nothing. `domain` keeps
    two files under one key apart; `reason` begins the codes of what fails: `<reason>_not_written`,
    `<reason>_damaged`, `<reason>_unreadable`.
    """

    def __init__(self, path: Path, key: bytes, *, domain: bytes, reason: str) -> None:
        self._path = path
        self._key = key
        self._domain = domain
        self._reason = reason

    def append(self, body: bytes) -> None:
        """Add a line (without a line break in it), durably, before returning.

        Raises `LedgerFailure` (`…_not_written`, `…_damaged`).
        """
        failed = False
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked() as file:
                content = _read(file)
                last = _last_mac(list(self._lines(content)))
                gap = b"" if not content or content.endswith(b"\n") else b"\n"
                line = gap + body + b"\t" + self._mac(last, body).hex().encode() + b"\n"
                _write(file, line)
                os.fsync(file)
        except OSError:
            failed = True
        if failed:
            raise LedgerFailure(f"{self._reason}_not_written")

    def bodies(self) -> list[bytes]:
        """Every line, oldest first; [] where there is no file yet.

        Raises `LedgerFailure("…_damaged")` when a line was changed, taken out or put in,
        `Unreachable("…_unreadable")`.
        """
        failed = False
        content = b""
        try:
            if not self._path.exists():
                return []
            content = self._path.read_bytes()
        except OSError:
            failed = True
        if failed:
            raise Unreachable(f"{self._reason}_unreadable")
        return [body for body, _ in self._lines(content)]

    def damaged(self) -> LedgerFailure:
        """What to raise for a line that is whole and says nothing known."""
        return LedgerFailure(f"{self._reason}_damaged")

    def _mac(self, last: bytes, body: bytes) -> bytes:
        framed = self._domain + last + len(body).to_bytes(8, "big") + body
        return hmac.digest(self._key, framed, hashlib.sha256)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        file = os.open(self._path, flags, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def _lines(self, content: bytes) -> Iterator[tuple[bytes, bytes]]:
        """(body, MAC) of every whole line. A line without its end is a killed writer's; anything
        else that does not fit is damage."""
        last = bytes(_MAC)
        for line in content.splitlines(keepends=True):
            body, tab, written = line.rstrip(b"\n").rpartition(b"\t")
            mac = b""
            with suppress(ValueError):
                mac = bytes.fromhex(written.decode("ascii", "replace"))
            if tab and hmac.compare_digest(mac, self._mac(last, body)):
                last = mac
                yield body, mac
            elif tab and len(mac) == _MAC and line.endswith(b"\n"):
                raise self.damaged()


def _read(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _last_mac(lines: Sequence[tuple[bytes, bytes]]) -> bytes:
    return lines[-1][1] if lines else bytes(_MAC)
