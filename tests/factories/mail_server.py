"""A mail server on loopback that keeps what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


class Inbox:
    """A handler that keeps what it accepts."""

    def __init__(self, *, refuse: str = "") -> None:
        self.mails: list[Envelope] = []
        self.refuse = refuse
        """The answer to every mail, if it is to be refused."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        self.mails.append(envelope)
        return "250 OK"


class LoopbackServer(Controller):
    """A server on a port that the system picks."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def mail_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    controller = LoopbackServer(inbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
