"""The in-memory twin of mailboxes that are looked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from connectors.documents import Document
from connectors.mail_document import LARGEST_MAIL, Attached, mail_document
from lifecycle.errors import Changed, FileRefused, Unreachable
from lifecycle.intake.outcomes import FileReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; personal data."""

    mailbox: str = field(repr=False)
    received: str
    """Local, as its owner sees it: `2026-06-12 12:00:00`."""
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    files: tuple[Attached, ...] = field(default=(), repr=False)
    version: int = 1


class MemoryMailboxes:
    """Messages that are a dictionary, listed in the order in which they came."""

    lasting: Final = True

    def __init__(self) -> None:
        self.held: dict[str, Message] = {}
        self.unreachable = False
        self.opened: list[str] = []
        """The keys of what was read, in order."""
        self._numbers = 0

    def put(self, message: Message) -> str:
        """A message comes; its key."""
        self._numbers += 1
        key = f"{message.mailbox}\n{self._numbers}"
        self.held[key] = message
        return key

    def change(self, key: str, text: str) -> None:
        """A draft is written on."""
        before = self.held[key]
        self.held[key] = replace(before, text=text, version=before.version + 1)

    def documents(self) -> Iterator[Document]:
        """Every message at the moment of the call. Raises `Unreachable`."""
        self._reach()
        for key, message in list(self.held.items()):
            where = f"{message.mailbox} · {message.received}"
            yield Document(key, where, str(message.version), 0, self._reader(key))

    def _reader(self, key: str) -> Callable[[], bytes]:
        def read() -> bytes:
            self._reach()
            message = self.held.get(key)
            if message is None:
                raise Changed("item_changed")
            self.opened.append(key)
            if sum(len(one.content) for one in message.files) > LARGEST_MAIL:
                raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
            return mail_document(subject=message.subject, text=message.text, files=message.files)

        return read

    def _reach(self) -> None:
        if self.unreachable:
            raise Unreachable("system_unreachable")
