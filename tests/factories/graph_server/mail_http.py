"""The mail part of Graph on loopback, with everything that goes wrong on a network."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import orjson

from tests.factories.graph_server.mail import Mailboxes, Reply
from tests.factories.graph_server.openapi import violations


@dataclass
class Trouble:
    """What goes wrong with requests that fit."""

    method: str = "[A-Z]+"
    path: str = ".*"
    times: int = 1
    """How many such requests; -1: all of them."""
    status: int | None = None
    """Answered with it; nothing is done."""
    headers: dict[str, str] = field(default_factory=dict)
    done: bool = False
    """The request is carried out all the same, and the connection cut instead of an answer."""


@dataclass
class Request:
    """What somebody asked."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: object


class MailOnLoopback(Mailboxes):
    """A mail server that can be asked over HTTP."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.host = f"127.0.0.1:{port}"
        self.base = f"http://127.0.0.1:{port}/v1.0"
        self.token = "token-1"
        self.trouble: list[Trouble] = []
        self.requests: list[Request] = []
        self.slips: list[str] = []
        """Where a request does not keep to Microsoft's description."""
        self.lock = threading.Lock()

    def handle(self, request: Request, raw: bytes) -> Reply | None:
        """The answer; None: none ever comes."""
        with self.lock:
            self.requests.append(request)
            wrong = self._wrong(request)
            if wrong is not None and wrong.status is not None:
                return Reply(wrong.status, None, wrong.headers)
            if wrong is not None and not wrong.done:
                return None
            reply = self._answered(request, raw)
            return reply if wrong is None else None

    def _answered(self, request: Request, raw: bytes) -> Reply:
        path, headers, method = request.path.removeprefix("/v1.0"), request.headers, request.method
        if path.startswith("/upload/"):
            return self.upload(method, path.removeprefix("/upload/"), headers, raw)
        if headers.get("authorization") != f"Bearer {self.token}":
            return Reply(401)
        kind = headers.get("content-type", "")
        self.slips += violations(method, path, request.query, kind, _described(request.body))
        return self.answer(method, path, request.query, headers, request.body)

    def _wrong(self, request: Request) -> Trouble | None:
        for one in self.trouble:
            fits = re.fullmatch(one.method, request.method) and re.search(one.path, request.path)
            if fits and one.times:
                one.times -= 1
                return one
        return None


def _described(body: object) -> object:
    """Without what this description of Microsoft's names but does not describe: a file
    attachment's own property, and extended properties, whose form is held to here."""
    if not isinstance(body, dict):
        return body
    left_out = set()
    if body.get("@odata.type") == "#microsoft.graph.fileAttachment":
        left_out.add("contentBytes")
    marks = body.get("singleValueExtendedProperties", ())
    if all(set(one) == {"id", "value"} and _PROPERTY.fullmatch(one["id"]) for one in marks):
        left_out.add("singleValueExtendedProperties")
    return {name: value for name, value in body.items() if name not in left_out}


_PROPERTY = re.compile(r"String \{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\} Name [A-Za-z]+")


@contextmanager
def mail_on_loopback() -> Iterator[MailOnLoopback]:
    """A server that stops at the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            parts = urlsplit(self.path)
            is_json = headers.get("content-type") == "application/json"
            body = orjson.loads(raw) if is_json and raw else None
            reply = mail.handle(Request(self.command, parts.path, parts.query, headers, body), raw)
            if reply is None:
                self.close_connection = True
                return
            content = b"" if reply.body is None else orjson.dumps(reply.body)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if reply.status != 204:
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 -- http.server's

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    mail = MailOnLoopback(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield mail
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
