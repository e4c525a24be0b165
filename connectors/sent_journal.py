"""What was sent is not sent again: a note before the sending, another one after it.

Mail and text messages cannot be looked for at the recipient's. So the sender notes on its own disk
that it is about to send, and that it was taken. Whoever finds the first note without the second
cannot know, and says so. A note holds the parcel's reference and nothing of its content.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from connectors.parcel_rules import PARCEL
from lifecycle.errors import Misconfigured, NotProven
from lifecycle.references import from_reference

_BEGUN: Final = "begun"
_SENT: Final = "sent"
_MARK: Final = "journal"
"""A file that says that the notes were begun here: a disk that is not mounted is an empty folder
as well."""
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


class Note(NamedTuple):
    """What is known of one parcel."""

    sent: bool
    """False: it was about to be sent, and nobody knows how that ended."""
    begun_at: datetime
    """UTC."""


class SentJournal(Protocol):
    """Remembers durably what was sent. Every call is on disk when it returns."""

    def is_kept(self) -> bool:
        """Whether the notes are where they were begun. Raises
        `Misconfigured("sent_journal_unusable")`."""
        ...

    def start(self) -> None:
        """Begin an empty journal. Safe to repeat; raises as `is_kept`."""
        ...

    def look(self, ref: str) -> Note | None:
        """What is known of a parcel; None: it was never about to be sent."""
        ...

    def begin(self, ref: str) -> None:
        """It is about to be sent. Raises `NotProven("perhaps_delivered")` when somebody else
        has begun meanwhile, `Misconfigured("sent_journal_unusable")`."""
        ...

    def sent(self, ref: str) -> None:
        """It was taken by the other side."""
        ...

    def not_sent(self, ref: str) -> None:
        """It surely was not taken: it may be tried again."""
        ...


def _clock() -> datetime:
    return datetime.now(UTC)


class FolderJournal:
    """A folder with one small file for each parcel, called by its reference."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = _clock) -> None:
        self._folder = folder
        self._now = now

    def is_kept(self) -> bool:
        """Whether the folder has its mark, or notes."""
        failed = False
        found = False
        try:
            found = any(
                one.name == _MARK or one.name.startswith(f"{PARCEL}-")
                for one in self._folder.iterdir()
            )
        except FileNotFoundError:
            return False
        except OSError:
            failed = True
        if failed:
            raise Misconfigured("sent_journal_unusable")
        return found

    def start(self) -> None:
        """Make the folder and its mark."""
        failed = False
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            (self._folder / _MARK).touch(mode=0o600)
            self._sync()
        except OSError:
            failed = True
        if failed:
            raise Misconfigured("sent_journal_unusable")

    def look(self, ref: str) -> Note | None:
        """The note of `ref`. One that is damaged counts as begun, so that nothing goes twice."""
        text = ""
        failed = False
        try:
            text = self._path(ref).read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return None
        except OSError:
            failed = True
        if failed:
            raise Misconfigured("sent_journal_unusable")
        word, _, moment = text.strip().partition(" ")
        begun_at = _LONG_AGO
        with suppress(ValueError):
            begun_at = datetime.fromisoformat(moment).astimezone(UTC)
        return Note(word == _SENT, begun_at)

    def begin(self, ref: str) -> None:
        """Lay the note down; it must not be there already."""
        taken = failed = False
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700)
        except OSError:
            # Or another process made it just now.
            failed = not self._folder.is_dir()
        if failed:
            raise Misconfigured("sent_journal_unusable")
        try:
            self._write(self._path(ref), _BEGUN)
        except FileExistsError:
            taken = True
        except OSError:
            failed = True
        if taken:
            raise NotProven("perhaps_delivered")
        if failed:
            raise Misconfigured("sent_journal_unusable")

    def sent(self, ref: str) -> None:
        """Replace the note whole by the second one."""
        failed = False
        path = self._path(ref)
        draft = path.with_suffix(".draft")
        try:
            draft.unlink(missing_ok=True)
            self._write(draft, _SENT)
            draft.replace(path)
            self._sync()
        except OSError:
            failed = True
        if failed:
            raise Misconfigured("sent_journal_unusable")

    def not_sent(self, ref: str) -> None:
        """Take the note away. Where that fails it stays: better unsure than twice."""
        with suppress(OSError):
            self._path(ref).unlink(missing_ok=True)
            self._sync()

    def _path(self, ref: str) -> Path:
        from_reference(PARCEL, ref)
        return self._folder / ref

    def _write(self, path: Path, word: str) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            os.write(handle, f"{word} {self._now().isoformat()}\n".encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
        self._sync()

    def _sync(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
