"""A recipient's folder on their server, and the channel that puts parcels into it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from connectors.channel import Channel
from connectors.memory_channel import Arrival
from connectors.sftp import SftpChannel
from connectors.sftp_wire import Wire
from tests.factories.channel_worlds import ChannelWorld, counting_down
from tests.factories.sftp_servers import Server, a_key, public_line
from tests.factories.sftp_worlds import sftp_folder


class SftpWorld:
    """asyncssh's server with one folder."""

    to: tuple[str, ...] = ("mottagare@example.se",)
    carries_files = True
    carries_text = False
    takes_back = True
    keeps_copy = False

    def __init__(self, server: Server, inbox: Path) -> None:
        self._server = server
        self._inbox = inbox
        self._changes: dict[str, Any] = {}

    def channel(self) -> Channel:
        binding = self._server.binding(**self._changes)
        return SftpChannel(binding, self._server.login(), place="kommun")

    def arrived(self) -> list[Arrival]:
        files = [path for path in self._inbox.iterdir() if path.suffix != ".part"]
        return [
            Arrival(
                ref="-".join(path.name.split("-")[:2]),
                name=path.name.split("-", 2)[2],
                to=self.to,
                content=path.read_bytes(),
            )
            for path in sorted(files)
        ]

    def received(self) -> bytes:
        return b"".join(self._server.written)

    def refuse(self) -> None:
        self._changes["host_keys"] = [public_line(a_key())]

    def take_away(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._changes["port"] = probe.getsockname()[1]

    def lose_answers(self) -> None:
        self._server.refused.add("answer")

    @contextmanager
    def kill_at(self, step: int) -> Iterator[None]:
        hook, send = counting_down(step), Wire._send

        def sent(wire: Wire, data: bytes) -> None:
            hook()
            send(wire, data)

        with mock.patch.object(Wire, "_send", sent):
            yield


@contextmanager
def sftp_world(folder: Path) -> Iterator[ChannelWorld]:
    with sftp_folder("sftp", folder) as (server, inbox):
        yield SftpWorld(server, inbox)
