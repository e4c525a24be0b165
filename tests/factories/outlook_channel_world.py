"""Mail through Microsoft 365 beside its recipient: the server's own count of what left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from connectors.channel import Channel
from connectors.graph_client import GraphAnswer, GraphClient
from connectors.memory_channel import Arrival
from connectors.outlook_channel import OutlookChannel
from tests.factories.channel_worlds import counting_down
from tests.factories.graph_server.mail_http import MailOnLoopback, Trouble, mail_on_loopback

OFFICE = "kansli@example.se"


class SteppingClient(GraphClient):
    """Every request is two steps: before it, and after its effect."""

    step: Callable[..., None] = staticmethod(lambda *_: None)

    def _once(self, *arguments: Any, **named: Any) -> GraphAnswer:
        self.step()
        answer = super()._once(*arguments, **named)
        self.step()
        return answer


class OutlookWorld:
    """One office's mailbox; what left it lies with the recipient for good."""

    to = ("mottagare@example.se",)
    carries_files = True
    carries_text = True
    takes_back = False
    keeps_copy = True

    def __init__(self, server: MailOnLoopback) -> None:
        self.server = server
        self.encrypted_to: tuple[str, ...] = ("example.se",)
        self.naps: list[float] = []
        self._trust = httpx.create_ssl_context(trust_env=False)
        self._step: Callable[..., None] = lambda *_: None

    def channel(self) -> Channel:
        client = SteppingClient(
            lambda: self.server.token,
            system="encrypted-mail",
            base=self.server.base,
            timeout=5,
            storage_hosts=(self.server.host,),
            sleep=self.naps.append,
        )
        client.step = self._step
        client._trust = self._trust
        return OutlookChannel(
            client,
            place="encrypted-mail",
            mailbox=OFFICE,
            encrypted_to=self.encrypted_to,
            sleep=self.naps.append,
        )

    def arrived(self) -> list[Arrival]:
        return [
            Arrival(
                ref=next(iter(letter.marks.values())).removesuffix("/whole"),
                name=letter.files[0][0] if letter.files else "",
                to=letter.to,
                content=letter.files[0][1] if letter.files else None,
                subject=letter.subject,
                text=letter.text,
            )
            for letter in self.server.sent
        ]

    def received(self) -> bytes:
        return b"".join((a.content or b"") + a.text.encode() for a in self.arrived())

    def refuse(self) -> None:
        self.encrypted_to = ("example.dk",)

    def take_away(self) -> None:
        self.server.trouble.append(Trouble(times=-1, status=503))

    def lose_answers(self) -> None:
        self.server.trouble.append(Trouble(method="POST", path="/send$", done=True))

    @contextmanager
    def kill_at(self, step: int) -> Iterator[None]:
        self._step = counting_down(step)
        try:
            yield
        finally:
            self._step = lambda *_: None


@contextmanager
def outlook_world(_: Path) -> Iterator[OutlookWorld]:
    with mail_on_loopback() as server:
        server.boxes[OFFICE] = {}
        yield OutlookWorld(server)
        assert server.slips == []
        assert server.ordinary_deletes == 0
