"""A witness outside the host keeps the checkpoints, where we can add and not change."""

from __future__ import annotations

import fcntl
import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from lifecycle.checkpoint import NOTE, NOTE_LINES, ORIGIN_PREFIX, Checkpoint
from lifecycle.errors import LedgerFailure

_TAIL: Final = 64 * 1024
"""Bytes at the end of a witness file in which its newest checkpoint is looked for."""
_TORN_LINE: Final = 113
"""Characters; the signature's line has one more when it is whole."""


class Witness(Protocol):
    """Somewhere that we can add to and not change."""

    def take(self, text: str, *, size: int) -> None:
        """Keep the checkpoint `text` of a ledger of `size` events, durably, before returning.

        Taking the same one twice is harmless. Raises `LedgerFailure` when it could not be kept
        or contradicts what the witness has: then nothing may be deleted.
        """
        ...


class FileWitness:
    """An append-only file on another volume (best: one that this host may only append to).

    It is only ever opened for appending. A checkpoint that is shorter than the newest one in it,
    or as long with another link, or of another ledger, is refused: the host was rolled back or
    its ledger written anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def take(self, text: str, *, size: int) -> None:
        """Append `text` and read it back.

        Raises `LedgerFailure`: `checkpoint_malformed`, `witness_rolled_back`,
        `witness_contradicts`, `witness_other_origin`, `witness_damaged`, `witness_not_written`.
        """
        new = Checkpoint.parse(text)
        if new.size != size:
            raise LedgerFailure("checkpoint_malformed")
        with _told_as("witness_not_written"), self._opened(create=True) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            tail = _read_tail(file)
            _require_agreement(_newest(tail), new)
            # A crash may have left half a checkpoint: it stays, and the next starts a new line.
            gap = "" if not tail or tail.endswith("\n\n") else "\n\n"
            _append(file, f"{gap}{text}\n".encode())
            if _newest(_read_tail(file)) != new:
                raise LedgerFailure("witness_not_written")

    def latest(self) -> Checkpoint | None:
        """The newest checkpoint in the file; None when there is none yet.

        Its signature is not looked at here. Raises `LedgerFailure` with `witness_damaged` (text
        that is no checkpoint) or `witness_unreadable`.
        """
        with _told_as("witness_unreadable"):
            if not self._path.exists():
                return None
            with self._opened(create=False) as file:
                return _newest(_read_tail(file))

    def was_set_aside(self) -> bool:
        """Whether an earlier, longer file of this witness lies beside it since a restore."""
        with _told_as("witness_unreadable"):
            return any(self._path.parent.glob(f"{self._path.name}.restored-*"))

    def set_aside(self, mark: str) -> None:
        """Keep what it has under another name that ends with `mark`, and begin anew: after a
        restore the ledger goes on from an older state, and the longer one stays as evidence.

        The same backup may be put back again, by the same mark: then a number follows it. Nothing
        there is fine. Raises `LedgerFailure("witness_not_written")`.
        """
        with _told_as("witness_not_written"):
            if not self._path.exists():
                return
            name = f"{self._path.name}.{mark}"
            taken = {path.name for path in self._path.parent.glob(f"{self._path.name}.*")}
            again = (f"{name}-{number}" for number in itertools.count(2))
            free = next(n for n in itertools.chain([name], again) if n not in taken)
            self._path.rename(self._path.with_name(free))
            self._sync_folder()

    def shares_volume_with(self, other: Path) -> bool:
        """Whether the file lies (or will lie) on the same volume as `other`: no real witness."""
        with _told_as("witness_unreadable"):
            return self._path.parent.stat().st_dev == other.stat().st_dev

    @contextmanager
    def _opened(self, *, create: bool) -> Iterator[int]:
        if not create:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        else:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            file = os.open(self._path, flags, 0o640)
        try:
            yield file
            if create:
                self._sync_folder()
        finally:
            os.close(file)

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _require_agreement(last: Checkpoint | None, new: Checkpoint) -> None:
    if last is None:
        return
    if last.origin != new.origin:
        raise LedgerFailure("witness_other_origin")
    if new.size < last.size:
        raise LedgerFailure("witness_rolled_back", size=new.size, witnessed=last.size)
    if new.size == last.size and new.link != last.link:
        raise LedgerFailure("witness_contradicts", size=new.size)


def _read_tail(file: int) -> str:
    """The last part of the file, from the start of a line."""
    end = os.fstat(file).st_size
    start = max(0, end - _TAIL)
    data = bytearray()
    while chunk := os.pread(file, end - start - len(data), start + len(data)):
        data += chunk
    text = data.decode("utf-8", errors="replace")
    return text if start == 0 else text[text.find("\n\n" + ORIGIN_PREFIX) + 2 :]


def _newest(tail: str) -> Checkpoint | None:
    """The last whole checkpoint. Raises `LedgerFailure("witness_damaged")` when there is
    something besides checkpoints and beginnings of checkpoints."""
    newest: Checkpoint | None = None
    place = 0
    for note in NOTE.finditer(tail):
        _require_torn(tail[place : note.start()])
        newest, place = Checkpoint.parse(note[0]), note.end()
    _require_torn(tail[place:])
    return newest


def _require_torn(between: str) -> None:
    """Between whole checkpoints there is nothing but what a crash left of one."""
    for piece in re.split(rf"^(?={ORIGIN_PREFIX})", between, flags=re.MULTILINE):
        lines = piece.strip("\n").split("\n")
        if len(lines) > len(NOTE_LINES) or not (
            all(map(re.fullmatch, NOTE_LINES, lines[:-1]))
            and _is_begun(lines[-1], NOTE_LINES[len(lines) - 1])
        ):
            raise LedgerFailure("witness_damaged")


def _is_begun(line: str, pattern: str) -> bool:
    """Whether `line` can be the beginning of a line of `pattern`."""
    if re.fullmatch(pattern, line):
        return True
    start = {NOTE_LINES[0]: ORIGIN_PREFIX, NOTE_LINES[-1]: "— "}.get(pattern, "")
    if len(line) <= len(start):
        return start.startswith(line) or line == "\ufffd"  # a dash cut in two
    return line.startswith(start) and len(line) <= _TORN_LINE


def _append(file: int, data: bytes) -> None:
    # One write: with O_APPEND it lands whole behind whatever came first.
    if os.write(file, data) != len(data):
        raise LedgerFailure("witness_not_written")
    os.fsync(file)


@contextmanager
def _told_as(code: str) -> Iterator[None]:
    """Tell an operating system's error by `code`; it quotes the path, which we do not."""
    try:
        yield
    except OSError:
        raise LedgerFailure(code) from None
