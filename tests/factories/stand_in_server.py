"""A small JSON interface on loopback that pages, holds, fails, dawdles and leads elsewhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Behaviour:
    """What the server does wrong; switch it off by setting it back."""

    token: str | None = None
    page_size: int = 3
    empty_pages: bool = True
    """Between every two pages lies an empty one that has a next link."""
    statuses: list[int] = field(default_factory=list)
    """The next requests get these statuses, one each."""
    always: int | None = None
    """Every request gets this status."""
    slow: float = 0.0
    """Seconds before every answer."""
    delete_status: int | None = None
    """Erasing is answered so, and not done."""
    hang_up_after: int | None = None
    """After so many more changes every connection is cut."""
    redirect_to: str | None = None
    next_host: str | None = None
    """The next page lies on this host."""
    recycle_bin: bool = False
    """Erasing sets `deleted`, and the record is still shown."""
    lies_about_total: int = 0
    one_not_found: bool = False
    """Reading one record answers 404, whether it is there or not."""
    raw: bytes | None = None
    """Every list is answered with these bytes."""


class StandIn:
    """Resources by name, each a list of JSON records with `id`."""

    def __init__(self) -> None:
        self.resources: dict[str, list[dict[str, Any]]] = {}
        self.behaviour = Behaviour()
        self.requests: list[tuple[str, str, str | None]] = []
        """Method, path with query, Authorization header."""
        self.lock = threading.Lock()
        self.url = ""

    def find(self, resource: str, key: str) -> dict[str, Any] | None:
        with self.lock:
            records = self.resources.get(resource, [])
            return next((record for record in records if str(record["id"]) == key), None)


@contextmanager
def stand_in_server() -> Iterator[StandIn]:
    """A server of one's own; it ends with the block."""
    world = StandIn()

    class Handler(_Handler):
        stand_in = world

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    world.url = f"http://127.0.0.1:{server.server_address[1]}/api"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing: a key stands in the path."""

    def do_GET(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        how = self.stand_in.behaviour
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        with self.stand_in.lock:
            authorization = self.headers.get("Authorization")
            self.stand_in.requests.append((self.command, self.path, authorization))
            status = how.statuses.pop(0) if how.statuses else how.always
        time.sleep(how.slow)
        if how.hang_up_after == 0:
            self.close_connection = True
            return
        if status is not None:
            self._send(status, {"error": self.path})
        elif how.token is not None and authorization != f"Bearer {how.token}":
            self._send(401, None)
        elif how.redirect_to is not None:
            self._send(302, None, {"Location": how.redirect_to})
        else:
            self._route(body)

    def _route(self, body: Any) -> None:
        parts = urlsplit(self.path)
        _, _, resource, *rest = parts.path.split("/")
        with self.stand_in.lock:
            records = self.stand_in.resources.get(resource)
            if records is None:
                self._send(404, None)
            elif not rest:
                self._list(resource, records, parse_qs(parts.query))
            else:
                self._one(records, unquote(rest[0]), body)

    def _list(
        self, resource: str, records: list[dict[str, Any]], query: dict[str, list[str]]
    ) -> None:
        how = self.stand_in.behaviour
        start = int(query.get("from", ["0"])[0])
        if "page" in query:
            start = (int(query["page"][0]) - 1) * how.page_size
        gap = "gap" in query
        host = self.stand_in.url if how.next_host is None else how.next_host
        after: str | None = None
        if gap:
            after = f"{host}/{resource}?from={start}"
        elif start + how.page_size < len(records):
            after = f"{host}/{resource}?from={start + how.page_size}"
            after += "&gap=1" if how.empty_pages else ""
        shown = [] if gap else records[start : start + how.page_size]
        total = len(records) + how.lies_about_total
        meta = {"total": total, "pages": -(-len(records) // how.page_size)}
        self._send(
            200,
            {"data": shown, "links": {"next": after}, "meta": meta},
            raw=how.raw,
        )

    def _one(self, records: list[dict[str, Any]], key: str, body: Any) -> None:
        how = self.stand_in.behaviour
        record = next((r for r in records if str(r["id"]) == key), None)
        if record is None or (how.one_not_found and self.command == "GET"):
            self._send(404, None)
        elif self.command == "GET":
            self._send(200, {"record": record})
        elif record.get("onHold"):
            self._send(423, None)
        elif how.delete_status is not None:
            self._send(how.delete_status, None)
        else:
            if self.command == "PATCH":
                _merge(record, body)
            elif how.recycle_bin:
                record["deleted"] = True
            else:
                records.remove(record)
            if how.hang_up_after is not None:
                how.hang_up_after -= 1
            self._send(200, None)

    def _send(
        self,
        status: int,
        content: object,
        headers: dict[str, str] | None = None,
        *,
        raw: bytes | None = None,
    ) -> None:
        data = json.dumps(content).encode() if raw is None else raw
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _merge(record: dict[str, Any], patch: dict[str, Any]) -> None:
    """RFC 7386, but for that a null stays as null."""
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(record.get(name), dict):
            _merge(record[name], value)
        else:
            record[name] = value
