"""The packets of the file protocol: kinds, flags, statuses and fields (SFTP version 3,
draft-ietf-secsh-filexfer-02)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

STATUS: Final = 101
HANDLE: Final = 102
DATA: Final = 103
NAME: Final = 104
ATTRS: Final = 105


class Ask(IntEnum):
    """Kinds of requests."""

    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    RMDIR = 15
    STAT = 17
    RENAME = 18
    EXTENDED = 200


class Status(IntEnum):
    """What a server may answer besides data."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    UNSUPPORTED = 8


class Opened(IntEnum):
    """Flags of an opened file."""

    READ = 0x01
    WRITE = 0x02
    CREATE = 0x08
    TRUNCATE = 0x10
    EXCLUSIVE = 0x20


class StatusError(Exception):
    """The server answered with a status; its words are dropped."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"status {status}")


class Malformed(Exception):
    """The server's answer is not one of this protocol."""


class ChannelEnded(Exception):
    """The channel was closed before the answer was whole."""


class Attributes(NamedTuple):
    """What a server says of one entry; None: it does not say."""

    size: int | None
    owner: tuple[int, int] | None
    mode: int | None
    modified: int | None
    """Whole seconds since 1970, by the server's clock."""


class Fields:
    """The fields of an answer, taken one after another. Raises `Malformed` when they run out."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._body)

    def take(self, count: int) -> bytes:
        """The next bytes."""
        end = self._at + count
        if end > len(self._body):
            raise Malformed
        taken, self._at = self._body[self._at : end], end
        return taken

    def number(self) -> int:
        """A number of 32 bits."""
        return int.from_bytes(self.take(4), "big")

    def text(self) -> bytes:
        """Bytes behind their length."""
        return self.take(self.number())

    def attributes(self) -> Attributes:
        """What is said of one entry."""
        flags = self.number()
        size = int.from_bytes(self.take(8), "big") if flags & 0x1 else None
        owner = (self.number(), self.number()) if flags & 0x2 else None
        mode = self.number() if flags & 0x4 else None
        modified = None
        if flags & 0x8:
            _accessed, modified = self.number(), self.number()
        if flags & 0x80000000:
            for _ in range(2 * self.number()):
                self.text()
        return Attributes(size, owner, mode, modified)


def packed(data: bytes) -> bytes:
    """Bytes behind their length."""
    return len(data).to_bytes(4, "big") + data


def raise_unless(body: bytes, wanted: Status) -> None:
    """Raises `StatusError` for any status but `wanted`."""
    status = Fields(body).number()
    if status != wanted:
        raise StatusError(status)
