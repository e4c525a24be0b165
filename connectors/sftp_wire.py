"""The file protocol over an SSH channel: many requests on their way, names as bytes, and never a
word of the server in an error (SFTP version 3, draft-ietf-secsh-filexfer-02).

paramiko's own client decodes every name as UTF-8 and gives up a whole listing for one that is not,
writes paths into its log, puts the server's words into exceptions, and leaves a thread behind when
a read is cut. The channel is paramiko's; these packets are ours.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from connectors.sftp_packets import (
    ATTRS,
    DATA,
    HANDLE,
    NAME,
    STATUS,
    Ask,
    Attributes,
    ChannelEnded,
    Fields,
    Malformed,
    Status,
    StatusError,
    packed,
    raise_unless,
)

BLOCK: Final = 32 * 1024
"""Bytes of one read or write: what every server must take."""
IN_FLIGHT: Final = 256
"""Requests that are on their way at once: 64 or fewer starve a fast line."""
_BATCH: Final = 8
"""Requests that are handed to the channel in one piece: a block and its header do not fit into
one SSH packet, and a piece of its own for each header halves the speed."""
_LARGEST_PACKET: Final = 1024 * 1024


class Stream(Protocol):
    """What is needed of paramiko's channel."""

    def sendall(self, s: bytes, /) -> None: ...
    def recv(self, nbytes: int, /) -> bytes: ...


class Wire:
    """One conversation. Not for two threads at once."""

    def __init__(self, stream: Stream, *, moved: Callable[[], None]) -> None:
        """Greets the server. `moved` is told whenever something went out or came in."""
        self._stream = stream
        self._moved = moved
        self._received = bytearray()
        self._number = 0
        self._early: dict[int, tuple[int, bytes]] = {}
        self._send(struct.pack(">IBI", 5, 1, 3))
        kind, body = self._packet()
        if kind != 2 or len(body) < 4:
            raise Malformed
        self.extensions: dict[bytes, bytes] = {}
        """What the server can do beyond the protocol, with its version."""
        rest = Fields(body[4:])
        while rest:
            name = rest.text()
            self.extensions[name] = rest.text()

    def opened(self, path: bytes, flags: int) -> bytes:
        """A handle of the file. Raises `StatusError`."""
        return self._handle(Ask.OPEN, packed(path) + struct.pack(">II", flags, 0))

    def close(self, handle: bytes) -> None:
        """Give the handle back. Raises `StatusError`."""
        self._done(Ask.CLOSE, packed(handle))

    def look(self, path: bytes, *, follow: bool = False) -> Attributes | None:
        """What lies at `path` (a link itself unless `follow`), or None. Raises `StatusError`."""
        try:
            return self._attributes(Ask.STAT if follow else Ask.LSTAT, packed(path))
        except StatusError as error:
            if error.status != Status.NO_SUCH_FILE:
                raise
        return None

    def look_at(self, handle: bytes) -> Attributes:
        """What an open file is now. Raises `StatusError`."""
        return self._attributes(Ask.FSTAT, packed(handle))

    def names(self, path: bytes) -> Iterator[tuple[bytes, Attributes]]:
        """Every entry of a folder as the server names it, to the very end. Raises `StatusError`."""
        handle = self._handle(Ask.OPENDIR, packed(path))
        while True:
            kind, body = self._answer(self._ask(Ask.READDIR, packed(handle)))
            if kind == STATUS:
                raise_unless(body, Status.EOF)
                break
            if kind != NAME:
                raise Malformed
            fields = Fields(body)
            for _ in range(fields.number()):
                name, _long = fields.text(), fields.text()
                yield name, fields.attributes()
        self.close(handle)

    def remove(self, path: bytes) -> None:
        """Remove a file or a link. Raises `StatusError`."""
        self._done(Ask.REMOVE, packed(path))

    def remove_folder(self, path: bytes) -> None:
        """Remove an empty folder. Raises `StatusError`."""
        self._done(Ask.RMDIR, packed(path))

    def rename(self, old: bytes, new: bytes) -> None:
        """Another name; never over an entry that is there. Raises `StatusError`."""
        self._done(Ask.RENAME, packed(old) + packed(new))

    def rename_over(self, old: bytes, new: bytes) -> None:
        """Another name in one step, by OpenSSH's extension. Raises `StatusError`."""
        body = packed(b"posix-rename@openssh.com") + packed(old) + packed(new)
        self._done(Ask.EXTENDED, body)

    def settle(self, handle: bytes) -> None:
        """Have an open file written to the server's disk, where it can do that."""
        if b"fsync@openssh.com" in self.extensions:
            self._done(Ask.EXTENDED, packed(b"fsync@openssh.com") + packed(handle))

    def read(self, handle: bytes, *, size: int, begin: int = 0) -> Iterator[bytes]:
        """The bytes from `begin` to `size`, in order; fewer if the file is shorter.

        To be read to its end, or the conversation is over. Raises `StatusError`.
        """
        waiting: deque[tuple[int, int, int]] = deque()
        asked = begin
        while waiting or asked < size:
            if len(waiting) <= IN_FLIGHT // 2 and asked < size:
                out = bytearray()
                while asked < size and len(waiting) < IN_FLIGHT:
                    length = min(BLOCK, size - asked)
                    waiting.append((self._packed_read(out, handle, asked, length), asked, length))
                    asked += length
                self._send(bytes(out))
            number, offset, length = waiting.popleft()
            while length:
                kind, body = self._answer(number)
                if kind == STATUS:
                    raise_unless(body, Status.EOF)
                    self._drop(waiting)
                    return
                data = Fields(body).text() if kind == DATA else b""
                if not data or len(data) > length:
                    raise Malformed
                yield data
                offset, length = offset + len(data), length - len(data)
                if length:
                    out = bytearray()
                    number = self._packed_read(out, handle, offset, length)
                    self._send(bytes(out))

    def write(self, handle: bytes, blocks: Iterable[bytes], *, begin: int = 0) -> None:
        """Write `blocks` (of `BLOCK` bytes at most) one after another from `begin` on, and have
        each confirmed. Raises `StatusError`."""
        waiting: deque[int] = deque()
        out = bytearray()
        unsent = 0
        for block in blocks:
            number = self._next()
            head = packed(handle) + struct.pack(">QI", begin, len(block))
            out += struct.pack(">IBI", 5 + len(head) + len(block), Ask.WRITE, number) + head + block
            begin += len(block)
            waiting.append(number)
            unsent += 1
            if unsent == _BATCH:
                self._send(bytes(out))
                out.clear()
                unsent = 0
                while len(waiting) > IN_FLIGHT:
                    self._confirmed(waiting.popleft())
        if out:
            self._send(bytes(out))
        while waiting:
            self._confirmed(waiting.popleft())

    def _packed_read(self, out: bytearray, handle: bytes, offset: int, length: int) -> int:
        number = self._next()
        body = packed(handle) + struct.pack(">QI", offset, length)
        out += struct.pack(">IBI", 5 + len(body), Ask.READ, number) + body
        return number

    def _drop(self, waiting: Iterable[tuple[int, int, int]]) -> None:
        """Take in what was still asked for, so that the next question gets its own answer."""
        for number, _, _ in waiting:
            self._answer(number)

    def _confirmed(self, number: int) -> None:
        kind, body = self._answer(number)
        if kind != STATUS:
            raise Malformed
        raise_unless(body, Status.OK)

    def _done(self, ask: Ask, body: bytes) -> None:
        self._confirmed(self._ask(ask, body))

    def _handle(self, ask: Ask, body: bytes) -> bytes:
        return self._expected(HANDLE, self._ask(ask, body)).text()

    def _attributes(self, ask: Ask, body: bytes) -> Attributes:
        return self._expected(ATTRS, self._ask(ask, body)).attributes()

    def _expected(self, wanted: int, number: int) -> Fields:
        kind, body = self._answer(number)
        if kind == STATUS:
            raise StatusError(Fields(body).number())
        if kind != wanted:
            raise Malformed
        return Fields(body)

    def _ask(self, ask: Ask, body: bytes) -> int:
        number = self._next()
        self._send(struct.pack(">IBI", 5 + len(body), ask, number) + body)
        return number

    def _next(self) -> int:
        self._number = (self._number + 1) & 0xFFFFFFFF
        return self._number

    def _answer(self, number: int) -> tuple[int, bytes]:
        """The answer to one question; those to others are kept until they are asked for."""
        while number not in self._early:
            kind, body = self._packet()
            if len(body) < 4 or len(self._early) > 2 * IN_FLIGHT:
                raise Malformed
            self._early[int.from_bytes(body[:4], "big")] = (kind, body[4:])
        return self._early.pop(number)

    def _packet(self) -> tuple[int, bytes]:
        self._receive(4)
        length = int.from_bytes(self._received[:4], "big")
        if not 1 <= length <= _LARGEST_PACKET:
            raise Malformed
        self._receive(4 + length)
        kind, body = self._received[4], bytes(self._received[5 : 4 + length])
        del self._received[: 4 + length]
        # Only a whole answer counts: a byte now and then does not keep a conversation alive.
        self._moved()
        return kind, body

    def _receive(self, least: int) -> None:
        while len(self._received) < least:
            more = self._stream.recv(_LARGEST_PACKET)
            if not more:
                raise ChannelEnded
            self._received += more

    def _send(self, data: bytes) -> None:
        self._stream.sendall(data)
        self._moved()
