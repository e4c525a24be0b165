"""A gateway for text messages on loopback, and the channel that posts to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

from connectors.channel import Channel
from connectors.http_client import HttpClient
from connectors.memory_channel import Arrival
from connectors.sent_journal import FolderJournal
from connectors.sms_gateway import SmsChannel
from lifecycle.bindings.channels import SmsGateway
from tests.factories.channel_worlds import ChannelWorld, counting_down

TOKEN = "sms-token-7f3a"


@dataclass
class Gateway:
    """What it was given, and its moods."""

    url: str = ""
    texts: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    """Method, path, headers by lower-case name, body."""
    status: int = 202
    hang_up: bool = False
    """Take the text, then close without an answer."""
    mends_after: int | None = None
    """It hangs up no more once it has so many texts."""
    location: str | None = None
    once_by: str | None = None
    """A header: the same value in it twice is one text."""


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway of one's own; it ends with the block."""
    here = Gateway()

    class Handler(_Handler):
        world = here

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    world: Gateway

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self._take(b"")
        self._answer(200 if self._knows_us() else 401)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._take(body)
        if not self._knows_us():
            self._answer(401)
            return
        gateway = self.world
        if 200 <= gateway.status < 300:
            mark = self.headers.get(gateway.once_by) if gateway.once_by else None
            if mark is None or all(text["mark"] != mark for text in gateway.texts):
                gateway.texts.append({"mark": mark, **json.loads(body)})
        if gateway.hang_up:
            gateway.hang_up = len(gateway.texts) != gateway.mends_after
            self.close_connection = True
            return
        self._answer(gateway.status)

    def _take(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.world.requests.append((self.command, self.path, headers, body))

    def _knows_us(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _answer(self, status: int) -> None:
        self.send_response(status)
        if self.world.location is not None:
            self.send_header("Location", self.world.location)
        self.send_header("Content-Length", "0")
        self.end_headers()


def binding(url: str, **more: Any) -> SmsGateway:
    return SmsGateway.model_validate(
        {
            "kind": "sms",
            "url": url,
            "token": {"env": "GALLRA_SMS_TOKEN"},
            "journal": "/nowhere/sent",
            "probe": "/account",
            "timeout": 5,
            **more,
        }
    )


class SmsWorld:
    """The channel `sms` and a gateway."""

    to = ("+46701740605",)
    carries_files = False
    carries_text = True
    takes_back = False

    def __init__(self, folder: Path, here: Gateway, stop: Any, more: dict[str, Any]) -> None:
        self._folder = folder
        self._gateway = here
        self._stop = stop
        self._more = more
        self._token = TOKEN

    def channel(self) -> Channel:
        return SmsChannel(
            binding(self._gateway.url, fields={"reference": "reference"}, **self._more),
            place="sms",
            token=lambda: self._token,
            journal=FolderJournal(self._folder / "sent"),
        )

    def arrived(self) -> list[Arrival]:
        return [
            Arrival(
                ref=text["reference"],
                name="",
                to=(text["to"],),
                content=None,
                text=text["message"],
            )
            for text in self._gateway.texts
        ]

    def received(self) -> bytes:
        return b"".join(body for _, _, _, body in self._gateway.requests)

    def refuse(self) -> None:
        self._token = "another"

    def take_away(self) -> None:
        self._stop()

    def lose_answers(self) -> None:
        self._gateway.hang_up = True
        self._gateway.mends_after = len(self._gateway.texts) + 1

    @contextmanager
    def kill_at(self, step: int) -> Iterator[None]:
        hook = counting_down(step)
        with ExitStack() as stack:
            for owner, names in (
                (HttpClient, ("_once",)),
                (FolderJournal, ("begin", "sent", "not_sent")),
            ):
                for name in names:
                    stack.enter_context(mock.patch.object(owner, name, hooked(owner, name, hook)))
            yield


def hooked(owner: type, name: str, hook: Callable[..., None]) -> Callable[..., Any]:
    """The method of `owner` with `hook` called before and after it."""
    original = getattr(owner, name)

    def method(*arguments: Any) -> Any:
        hook()
        result = original(*arguments)
        hook()
        return result

    return method


@contextmanager
def _world(folder: Path, more: dict[str, Any], once_by: str | None) -> Iterator[ChannelWorld]:
    folder.mkdir()
    with ExitStack() as stack:
        here = stack.enter_context(gateway())
        here.once_by = once_by
        yield SmsWorld(folder, here, stack.close, more)


@contextmanager
def sms_world(folder: Path) -> Iterator[ChannelWorld]:
    with _world(folder, {}, None) as world:
        yield world


@contextmanager
def sms_once_world(folder: Path) -> Iterator[ChannelWorld]:
    """A gateway that takes the same text once."""
    more = {"idempotency": {"header": "Idempotency-Key"}}
    with _world(folder, more, "Idempotency-Key") as world:
        yield world
