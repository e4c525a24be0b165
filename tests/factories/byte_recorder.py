"""Every byte that this process sends to anybody, and every connection that it opens."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from unittest import mock

Address = tuple[Any, ...]


class ByteRecorder:
    """What went out through the sockets that this process connected. What servers of the tests
    answer in the same process is not among it, nor what threads tell each other."""

    def __init__(self) -> None:
        self.opened: list[Address] = []
        """To whom a connection was begun, whether it came about or not."""
        self.sent: list[tuple[Address, bytes]] = []
        """To whom, and what; within TLS as it was before it was encrypted."""
        self._ours: set[Address] = set()
        self._lock = threading.Lock()

    @property
    def bytes_out(self) -> int:
        """How many bytes, to whomever."""
        return sum(len(data) for _, data in self.sent)

    def connecting(self, one: socket.socket, to: Address) -> None:
        """A connection is begun."""
        if one.family not in {socket.AF_INET, socket.AF_INET6}:
            return
        with self._lock:
            self.opened.append(to)
            with suppress(OSError):
                self._ours.add(one.getsockname())

    def sending(self, one: socket.socket, data: Any, to: Address | None = None) -> None:
        """Something is sent."""
        if one.family not in {socket.AF_INET, socket.AF_INET6}:
            return
        with self._lock, suppress(OSError):
            if to is not None:
                self.sent.append((to, bytes(data)))
            elif one.getsockname() in self._ours:
                self.sent.append((one.getpeername(), bytes(data)))


@contextmanager
def recording() -> Iterator[ByteRecorder]:
    """Within the block everything is noted, whichever library sends it."""
    recorder = ByteRecorder()

    def around(owner: type, name: str, note: Callable[..., None]) -> None:
        whole = getattr(owner, name)

        def noting(one: Any, *arguments: Any, **named: Any) -> Any:
            note(one, *arguments)
            return whole(one, *arguments, **named)

        stack.enter_context(mock.patch.object(owner, name, noting))

    def connecting(owner: type, name: str) -> None:
        whole = getattr(owner, name)

        def noting(one: socket.socket, to: Address) -> Any:
            try:
                return whole(one, to)
            finally:  # by now it has an address of its own
                recorder.connecting(one, to)

        stack.enter_context(mock.patch.object(owner, name, noting))

    with ExitStack() as stack:
        for name in ("connect", "connect_ex"):
            connecting(socket.socket, name)
        for name in ("send", "sendall"):
            around(socket.socket, name, lambda one, data, *_: recorder.sending(one, data))
        around(
            socket.socket,
            "sendto",
            lambda one, data, *rest: recorder.sending(one, data, rest[-1]),
        )
        around(
            socket.socket,
            "sendmsg",
            lambda one, parts, *rest: recorder.sending(
                one, b"".join(parts), rest[2] if len(rest) > 2 else None
            ),
        )
        # Within TLS a send does not go through the one above; before it, it does.
        around(
            ssl.SSLSocket,
            "send",
            lambda one, data, *_: recorder.sending(one, data) if one._sslobj else None,
        )
        around(ssl.SSLSocket, "write", lambda one, data: recorder.sending(one, data))
        yield recorder
