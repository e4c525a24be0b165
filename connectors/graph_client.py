"""Requests to Microsoft Graph: its token goes to Graph alone, and nothing is sent twice by chance.

The addresses are those of Microsoft's SDK; the sending is ours (docs/decisions, number 16).
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, cast

import httpx
import orjson

from connectors.graph_addresses import (
    GRAPH,
    has_odd_steps,
    origin_of,
    origins_of,
    seconds_to_wait,
)
from connectors.trusted_authorities import trusted
from lifecycle.errors import Changed, Misconfigured, Unreachable

if TYPE_CHECKING:
    from kiota_abstractions.base_request_builder import BaseRequestBuilder
    from kiota_abstractions.request_adapter import RequestAdapter
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.generated.drives.drives_request_builder import DrivesRequestBuilder
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

_REPEATABLE: Final = frozenset({"GET", "DELETE", "PUT"})
"""Idempotent by RFC 9110, section 9.2.2."""
_PASSING: Final = frozenset({429, 500, 502, 503, 504})
_PASSING_CODES: Final = frozenset({"system_unreachable", "answer_lost"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRIES: Final = 4
_PAUSES: Final = (0.5, 2.0, 8.0)
"""Seconds before the second, third and fourth try, where Graph asks for no other."""
_LONGEST_PAUSE: Final = 120.0
"""Seconds; who is asked to wait longer comes back with the next run."""
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one answer that is kept in memory."""
_PART: Final = 256 * 1024
_MOST_PAGES: Final = 100_000

# At INFO httpx writes every address: a pre-authenticated one is a key to the file.
for _name in ("httpx", "httpcore", "azure", "msal"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Sink(Protocol):
    """Where a file is written to as it comes; an open file is one."""

    def tell(self) -> int:
        """How far it is."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go back: what is behind counts no more."""
        ...

    def truncate(self) -> int:
        """Forget what is behind."""
        ...

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""
        ...


class GraphAnswer(NamedTuple):
    """What was answered; `content` is personal data and may hold pre-authenticated addresses."""

    status: int
    content: bytes
    location: str | None
    wait: float | None

    def __repr__(self) -> str:
        return f"GraphAnswer(status={self.status})"


class GraphClient:
    """One tenant's Graph. `token` is asked before each request, and once more after a 401.

    `storage_hosts` are where files are fetched from and brought to by pre-authenticated addresses
    (the tenant's SharePoint). No token goes there, and nothing at all goes anywhere else.
    """

    def __init__(
        self,
        token: Callable[[], str],
        *,
        system: str,
        base: str = GRAPH,
        storage_hosts: tuple[str, ...] = (),
        timeout: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`timeout`: seconds without a byte from the other end."""
        self._token = token
        self._system = system
        self._base = base.rstrip("/")
        self._origin = origin_of(self._base)
        self._storage = origins_of(storage_hosts, like=self._origin)
        self._timeout = timeout
        self._sleep = sleep
        self._open = threading.local()
        self._trust: ssl.SSLContext = trusted()

    @property
    def system(self) -> str:
        """The binding's name: configuration, never personal."""
        return self._system

    @property
    def drives(self) -> DrivesRequestBuilder:
        """The SDK's addresses below `/drives`."""
        from msgraph.generated.drives.drives_request_builder import DrivesRequestBuilder

        return DrivesRequestBuilder(cast("RequestAdapter", self), {"baseurl": self._base})

    @property
    def users(self) -> UsersRequestBuilder:
        """The SDK's addresses below `/users`."""
        from msgraph.generated.users.users_request_builder import UsersRequestBuilder

        return UsersRequestBuilder(cast("RequestAdapter", self), {"baseurl": self._base})

    @contextmanager
    def session(self) -> Iterator[None]:
        """Requests of this thread within share one connection; otherwise each has its own."""
        with self._http():
            yield

    def get(self, info: RequestInformation, *, passing: frozenset[int] = frozenset()) -> Any:
        """The JSON of one object; None for a status in `passing`. Raises as `send`."""
        answer = self.send(info, passing=passing)
        return None if answer.status in passing else self.parsed(answer)

    def pages(
        self, info: RequestInformation, *, headers: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every entry of a list to the very end: a page may be empty and not be the last.

        Raises as `send`, and `Unreachable("system_leads_elsewhere")` for a next page on another
        host.
        """
        address = self._address(info)
        seen: set[str] = set()
        while True:
            if address in seen or len(seen) >= _MOST_PAGES:
                raise Unreachable("system_unlike_binding", ref=self._system)
            seen.add(address)
            answer = self._repeated("GET", address, headers=headers)
            page = self.parsed(self._judged(answer, passing=frozenset()))
            entries = page.get("value") if isinstance(page, dict) else None
            if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
                raise Unreachable("system_unlike_binding", ref=self._system)
            yield from entries
            following = page.get("@odata.nextLink")
            if following is None:
                return
            address = self._own(str(following))

    def send(
        self,
        info: RequestInformation,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        passing: frozenset[int] = frozenset(),
    ) -> GraphAnswer:
        """One request; `body` is sent as JSON.

        GET, PUT and DELETE are tried again when Graph is busy or the answer is lost; a POST or a
        PATCH only if `repeatable` says that twice is the same as once (a permanent deletion),
        which is never so for a mail. Answers with a status in `passing` are given back, others
        that are not 2xx raise: `Misconfigured("graph_token_refused")` for 401,
        `Misconfigured("graph_right_missing")` for 403, `Changed("item_changed")` for 412,
        `Unreachable("item_missing")` for 404, `Unreachable` for everything else:
        `Unreachable("answer_lost")` when the request was sent
        and may have been carried out.
        """
        content = None if body is None else _json(body)
        method = _method(info)
        sent = dict(headers or {})
        if content is not None:
            sent["Content-Type"] = "application/json"
        again = method in _REPEATABLE if repeatable is None else repeatable
        answer = self._repeated(
            method, self._address(info), content, headers=sent, repeatable=again
        )
        return self._judged(answer, passing=passing)

    def download(self, info: RequestInformation, into: Sink, *, largest: int) -> int:
        """Write the file that `info` asks for to `into`, from its present position; its bytes.

        Follows one redirect to a storage host, without the token. A download that is cut off is
        begun anew. Raises as `send`, and `Unreachable("answer_too_large")`.
        """
        start = into.tell()
        answer = GraphAnswer(0, b"", None, None)

        def fetch(address: str, *, own: bool) -> GraphAnswer:
            into.seek(start)
            into.truncate()
            return self._once("GET", address, None, {}, own=own, into=into, largest=largest)

        def whole() -> GraphAnswer:
            answer = fetch(self._address(info), own=True)
            if answer.status in _REDIRECTS:
                # A fresh address for each try: such addresses live a few minutes only.
                answer = fetch(self.storage_address(answer.location or ""), own=False)
            return answer

        with self.session():
            answer = self._again(whole, repeatable=True)
        self._judged(answer, passing=frozenset())
        return into.tell() - start

    def storage(
        self,
        method: str,
        address: str,
        content: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> GraphAnswer:
        """One request to a pre-authenticated address, without the token, tried once; any status.

        Raises `Unreachable`, also `Unreachable("system_leads_elsewhere")` for any other host.
        """
        return self._once(method, self.storage_address(address), content, headers or {}, own=False)

    def pause(self, number: int, wait: float | None) -> None:
        """Wait before try `number` + 1: as long as was asked for, or as always."""
        pause = _PAUSES[min(number, len(_PAUSES)) - 1] if wait is None else wait
        self._sleep(min(pause, _LONGEST_PAUSE))

    def storage_address(self, address: str) -> str:
        """`address`, if it lies where files may be; `Unreachable("system_leads_elsewhere")`."""
        if origin_of(address) not in self._storage:
            raise Unreachable("system_leads_elsewhere", ref=self._system)
        return address

    def parsed(self, answer: GraphAnswer) -> Any:
        """The answer's JSON. Raises `Unreachable("system_unlike_binding")`."""
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(answer.content)
        # A name may hold half a character: it must not make a whole folder unreadable.
        with suppress(ValueError, RecursionError):
            return json.loads(answer.content)
        raise Unreachable("system_unlike_binding", ref=self._system)

    def _address(self, info: RequestInformation) -> str:
        return self._own(info.url)

    def _own(self, address: str) -> str:
        """`address`, if it lies within Graph: only there the token may go."""
        if origin_of(address) != self._origin or not address.startswith(f"{self._base}/"):
            raise Unreachable("system_leads_elsewhere", ref=self._system)
        if has_odd_steps(address):
            raise Unreachable("system_unlike_binding", ref=self._system)
        return address

    def _judged(self, answer: GraphAnswer, *, passing: frozenset[int]) -> GraphAnswer:
        status = answer.status
        if 200 <= status < 300 or status in passing:
            return answer
        if status == 401:
            raise Misconfigured("graph_token_refused", ref=self._system)
        if status == 403:
            raise Misconfigured("graph_right_missing", ref=self._system)
        if status == 412:
            raise Changed("item_changed", ref=self._system)
        if status in (404, 410):
            raise Unreachable("item_missing", ref=self._system)
        if status in _REDIRECTS:
            raise Unreachable("system_leads_elsewhere", ref=self._system)
        if status < 500 and status != 429:
            raise Unreachable("system_unlike_binding", ref=self._system)
        raise Unreachable("system_unreachable", ref=self._system)

    def _repeated(
        self,
        method: str,
        address: str,
        content: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> GraphAnswer:
        sent = {"Accept": "application/json", **(headers or {})}
        return self._again(
            lambda: self._once(method, address, content, sent, own=True), repeatable=repeatable
        )

    def _again(self, once: Callable[[], GraphAnswer], *, repeatable: bool) -> GraphAnswer:
        tries = _TRIES if repeatable else 1
        renewed = False
        number = 0
        while True:
            number += 1
            answer = None
            try:
                answer = once()
            except Unreachable as error:
                if error.code not in _PASSING_CODES or number >= tries:
                    raise
            if answer is not None:
                if answer.status == 401 and not renewed:
                    # Nothing was done yet, whatever was asked; the next token may be a new one.
                    renewed = True
                    number -= 1
                    continue
                if answer.status not in _PASSING or number >= tries:
                    return answer
            wait = None if answer is None else answer.wait
            if answer is not None and wait is not None and wait > _LONGEST_PAUSE:
                return answer
            self.pause(number, wait)

    def _once(
        self,
        method: str,
        address: str,
        content: bytes | None,
        headers: Mapping[str, str],
        *,
        own: bool,
        into: Sink | None = None,
        largest: int = _LARGEST,
    ) -> GraphAnswer:
        sent = dict(headers)
        if own:
            sent["Authorization"] = f"Bearer {self._token()}"
        silent = lost = too_large = False
        received = bytearray()
        taken = 0
        try:
            with (
                self._http() as http,
                http.stream(method, address, content=content, headers=sent) as response,
            ):
                whole = into if response.status_code in (200, 206) else None
                for part in response.iter_bytes(_PART):
                    taken += len(part)
                    if taken > largest:
                        too_large = True
                        break
                    if whole is None:
                        received += part
                    else:
                        whole.write(part)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.InvalidURL):
            silent = True
        except (httpx.HTTPError, httpx.StreamError):
            lost = True
        # Outside the handlers: httpx's words quote the address.
        if silent:
            raise Unreachable("system_unreachable", ref=self._system)
        if lost:
            raise Unreachable("answer_lost", ref=self._system)
        if too_large:
            raise Unreachable("answer_too_large", ref=self._system)
        return GraphAnswer(
            response.status_code,
            bytes(received),
            response.headers.get("Location"),
            seconds_to_wait(response.headers.get("Retry-After")),
        )

    @contextmanager
    def _http(self) -> Iterator[httpx.Client]:
        running: httpx.Client | None = getattr(self._open, "http", None)
        if running is not None:
            yield running
            return
        # No proxy and no .netrc from the environment: nobody else sees the token.
        with httpx.Client(
            timeout=self._timeout, trust_env=False, follow_redirects=False, verify=self._trust
        ) as http:
            self._open.http = http
            try:
                yield http
            finally:
                self._open.http = None


def asking(builder: BaseRequestBuilder, method: str = "GET", **query: object) -> RequestInformation:
    """The request that `method` makes of the SDK's `builder`; `query` are OData's parameters
    without their `$`: `select=["id"]`, `top=200`."""
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    info = RequestInformation(Method(method), builder.url_template, builder.path_parameters)
    info.query_parameters.update({f"%24{name}": value for name, value in query.items()})
    return info


def _method(info: RequestInformation) -> str:
    if info.http_method is None:
        raise ValueError("a request needs a method")
    return str(info.http_method.value)


def _json(body: object) -> bytes:
    with suppress(TypeError):
        return orjson.dumps(body)
    # A name with half a character goes back as it came.
    return json.dumps(body).encode()
