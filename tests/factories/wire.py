"""A wire between a client and a server on loopback: it notes what passes, cuts and meddles."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


def _as_it_is(data: bytes) -> bytes:
    return data


@dataclass
class Wire:
    """What passed in each direction, of all connections, and what is done to it."""

    port: int = 0
    connections: int = 0
    said: bytearray = field(default_factory=bytearray)
    """From the client."""
    answered: bytearray = field(default_factory=bytearray)
    """From the server."""
    cut_said_after: int | None = None
    """Cut the connection when the client has said so many bytes more."""
    cut_answered_after: int | None = None
    """Cut the connection when the server has answered so many bytes more."""
    cut_now: threading.Event = field(default_factory=threading.Event)
    """Let nothing of the server's through any more."""
    meddle: Callable[[bytes], bytes] = _as_it_is
    """What becomes of the server's bytes on their way."""

    def plain_said(self) -> bytes:
        """What the client said before TLS began, in the last connection."""
        start = self.said.rfind(b"EHLO")
        text = bytes(self.said[max(start, 0) :])
        hello = text.find(b"\x16\x03")
        return text if hello < 0 else text[:hello]


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    """A wire to the server on `port`; it ends with the block."""
    wire = Wire()
    listener = socket.create_server(("127.0.0.1", 0))
    wire.port = listener.getsockname()[1]
    threads: list[threading.Thread] = []
    open_sockets: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            wire.connections += 1
            server = socket.create_connection(("127.0.0.1", port))
            open_sockets.extend((client, server))
            for pump in (
                threading.Thread(target=_to_server, args=(wire, client, server), daemon=True),
                threading.Thread(target=_to_client, args=(wire, server, client), daemon=True),
            ):
                threads.append(pump)
                pump.start()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield wire
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)
        for one in open_sockets:
            _hang_up(one)
        for thread in threads:
            thread.join(5)
        for one in open_sockets:
            one.close()


def _to_server(wire: Wire, client: socket.socket, server: socket.socket) -> None:
    while data := _taken(client):
        if wire.cut_said_after is not None:
            data, rest = data[: wire.cut_said_after], data[wire.cut_said_after :]
            wire.cut_said_after -= len(data)
            if rest or wire.cut_said_after == 0:
                wire.said += data
                _give(server, data)
                break
        wire.said += data
        if not _give(server, data):
            break
    _hang_up(server)
    if wire.cut_said_after == 0:
        _hang_up(client)


def _to_client(wire: Wire, server: socket.socket, client: socket.socket) -> None:
    while data := _taken(server):
        if wire.cut_now.is_set():
            break
        data = wire.meddle(data)
        if wire.cut_answered_after is not None:
            data = data[: wire.cut_answered_after]
            wire.cut_answered_after -= len(data)
            wire.answered += data
            _give(client, data)
            if wire.cut_answered_after == 0:
                break
            continue
        wire.answered += data
        if not _give(client, data):
            break
    _hang_up(client)
    _hang_up(server)


def _taken(one: socket.socket) -> bytes:
    with suppress(OSError):
        return one.recv(65_536)
    return b""


def _give(one: socket.socket, data: bytes) -> bool:
    with suppress(OSError):
        one.sendall(data)
        return True
    return False


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
