"""Three servers on loopback: Graph, the storage of its files, and a stranger who only listens."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.factories.graph_server import drives, storage
from tests.factories.graph_server.drives import Asked, Reply, error
from tests.factories.graph_server.openapi import answer_violations, violations
from tests.factories.graph_server.world import GraphWorld, Seen

_BELOW = "/v1.0"


class _Cut(Exception):
    """The connection ends here, without an answer."""


@contextmanager
def graph_server() -> Iterator[GraphWorld]:
    """Servers of one's own; they end with the block."""
    world = GraphWorld()
    with ExitStack() as stack:
        world.url = f"http://{stack.enter_context(_serving(world, _Graph))}{_BELOW}"
        world.storage_host = stack.enter_context(_serving(world, _Storage))
        world.foreign_url = f"http://{stack.enter_context(_serving(world, _Foreign))}"
        yield world


@contextmanager
def _serving(of: GraphWorld, kind: type[_Handler]) -> Iterator[str]:
    class Handler(kind):  # type: ignore[misc, valid-type]
        world = of

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: cut connections are what these servers are for."""


class _Handler(BaseHTTPRequestHandler):
    world: GraphWorld
    name = ""
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Nothing: names stand in addresses."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        self.parts = parts
        try:
            body = self._body()
            self._note(body)
            if self.world.behaviour.unreachable:
                raise _Cut
            time.sleep(self.world.behaviour.slow)
            self._give(self.answer(body))
        except (_Cut, ConnectionError):
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _note(self, body: bytes) -> None:
        with self.world.lock:
            self.world.seen.append(
                Seen(
                    self.name,
                    self.command,
                    self.parts.path,
                    self.parts.query,
                    dict(self.headers.items()),
                    body,
                )
            )

    def answer(self, body: bytes) -> Reply:
        return Reply(404)

    def _give(self, reply: Reply) -> None:
        content = b"" if reply.body is None else reply.body
        kind = "application/octet-stream"
        if not isinstance(content, bytes):
            content, kind = json.dumps(content).encode(), "application/json"
        self.send_response(reply.status)
        for name, value in (reply.headers or {}).items():
            self.send_header(name, value)
        if content:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        cut = self._cut_at(reply.status)
        self.wfile.write(content if cut is None else content[:cut])
        if cut is not None and cut < len(content):
            self.wfile.flush()
            raise _Cut

    def _cut_at(self, status: int) -> int | None:
        return None


class _Graph(_Handler):
    name = "graph"

    def answer(self, body: bytes) -> Reply:
        world, how = self.world, self.world.behaviour
        path = self.parts.path.removeprefix(_BELOW)
        with world.lock:
            if not self.parts.path.startswith(f"{_BELOW}/") or "//" in path:
                world.violations.append("a path beside /v1.0")
                return error(400, "badRequest")
            query = {n: v[0] for n, v in parse_qs(self.parts.query).items()}
            parsed, flaws = self._checked(path, body)
            world.violations.extend(flaws)
            bearer = self.headers.get("Authorization", "")
            if not bearer.startswith("Bearer "):
                world.violations.append("a request without a token")
            if how.statuses:
                status, headers = how.statuses.pop(0)
                return Reply(status, error(status, "playedFailure").body, headers)
            if how.tokens is not None and bearer.removeprefix("Bearer ") not in how.tokens:
                return error(401, "InvalidAuthenticationToken")
            if how.redirect_to is not None:
                return Reply(302, None, {"Location": how.redirect_to})
            for ending, status in how.refuse.items():
                if f"{self.command} {path}".endswith(ending):
                    return error(status, "accessDenied")
            if flaws:
                return error(400, "invalidRequest")
            for number, (ending, happening) in enumerate(how.before):
                if f"{self.command} {path}".endswith(ending):
                    del how.before[number]
                    happening()
                    break
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, path, query, headers, parsed)
            reply = drives.answer(world, asked) or error(404, "unknown")
            if 200 <= reply.status < 300 and isinstance(reply.body, dict):
                world.violations.extend(answer_violations(self.command, path, reply.body))
            for number, ending in enumerate(how.lose_answers_of):
                if f"{self.command} {path}".endswith(ending):
                    del how.lose_answers_of[number]
                    raise _Cut
            return reply

    def _checked(self, path: str, body: bytes) -> tuple[Any, list[str]]:
        kind = self.headers.get("Content-Type", "")
        parsed: Any = body or None
        flaws = []
        if "json" in kind:
            try:
                parsed = json.loads(body)
            except ValueError:
                flaws.append("a body that is no JSON")
        if any(n.startswith("%24") for n, _ in parse_qsl(self.parts.query)):
            flaws.append("a parameter encoded twice")
        flaws += violations(self.command, path, self.parts.query, kind, parsed)
        return parsed, flaws


class _Storage(_Handler):
    name = "storage"

    def _body(self) -> bytes:
        how = self.world.behaviour
        if self.command == "PUT" and how.cut_uploads_after:
            self.rfile.read(how.cut_uploads_after.pop(0))
            self._note(b"")
            raise _Cut
        return super()._body()

    def answer(self, body: bytes) -> Reply:
        world, how = self.world, self.world.behaviour
        query = dict(parse_qsl(self.parts.query))
        with world.lock:
            if "tempauth" not in query:
                return error(401, "unauthenticated")
            if self.parts.path.startswith("/upload/"):
                mark = self.parts.path.removeprefix("/upload/")
                ranges = self.headers.get("Content-Range", "")
                reply = storage.upload(world, mark, self.command, ranges, body)
                lost = self.command == "PUT" and how.lose_upload_answers
                if lost and how.lose_upload_answers.pop(0):
                    raise _Cut
                return reply
            data = storage.download(world, query["tempauth"])
            return error(404, "itemNotFound") if data is None else Reply(200, data)

    def _cut_at(self, status: int) -> int | None:
        how = self.world.behaviour
        if self.command == "GET" and self.parts.path.startswith("/download/"):
            return how.cut_downloads_after.pop(0) if how.cut_downloads_after else None
        return None


class _Foreign(_Handler):
    """Whoever comes here was led astray; what they bring is noted."""

    name = "foreign"

    def answer(self, body: bytes) -> Reply:
        return Reply(200, {"value": []})
