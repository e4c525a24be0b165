"""Requests to one JSON interface: never to another host, never in clear, never twice by chance."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import httpx
import orjson

from connectors.trusted_authorities import trusted
from lifecycle.errors import Refused, Unreachable

_TRIES: Final = 3
_PAUSES: Final = (0.2, 1.0)
"""Seconds before the second and the third try."""
_LONGEST_PAUSE: Final = 5.0
_REPEATABLE: Final = frozenset({"GET", "DELETE", "PUT"})
"""Idempotent by RFC 9110, section 9.2.2."""
_PASSING: Final = frozenset({429, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_DONE_ELSEWHERE: Final = frozenset({301, 302, 303})
"""After these it may be done: "see other" is how a form that was taken is answered; only 307 and
308 want the request itself again (RFC 9110, section 15.4)."""
_MOST_REDIRECTS: Final = 3
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one answer."""

# At INFO httpx writes every address, and a record's key stands in it.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Unanswered(Unreachable):
    """The request left and no answer came: it may have had its effect."""


class Answered(NamedTuple):
    """What the system answered; `content` is personal data."""

    status: int
    content: bytes
    link: str | None
    """The next page by the header `Link`, if there is one."""

    def __repr__(self) -> str:
        return f"Answered(status={self.status})"


class HttpClient:
    """One base address, one token. The token is fetched when it is used, and goes nowhere else."""

    def __init__(
        self, base: str, token: Callable[[], str] | None, *, timeout: int, system: str
    ) -> None:
        self._base = base
        self._origin = _origin(base)
        self._token = token
        self._timeout = timeout
        self._system = system

    def address(self, path: str, *, key: str | None = None) -> str:
        """The address of `path`, with `{key}` filled in so that it stays one segment.

        Raises `Refused("key_malformed")` for a key that would make it another path.
        """
        if key is not None:
            if not key or key in {".", ".."}:
                raise Refused("key_malformed", ref=self._system)
            path = path.replace("{key}", quote(key, safe=""))
        return self._base + path

    def following(self, address: str, link: str) -> str:
        """The address that a link on the page `address` leads to.

        Raises `Unreachable("system_leads_elsewhere")` for another host: the token stays here.
        """
        target = _joined(address, link)
        if target is None or _origin(target) != self._origin:
            raise Unreachable("system_leads_elsewhere", ref=self._system)
        return target

    def get(self, address: str) -> Answered:
        """Read. Raises `Unreachable`."""
        for _ in range(_MOST_REDIRECTS):
            answered, location = self._repeated("GET", address, None)
            if answered.status not in _REDIRECTS:
                return answered
            address = self.following(address, location or "")
        raise Unreachable("system_leads_elsewhere", ref=self._system)

    def send(
        self,
        method: str,
        address: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Change. Tried again only where that is harmless. Raises `Unreachable`, which is
        `Unanswered` where the system may have done it all the same."""
        answered, _ = self._repeated(method, address, body, headers)
        if answered.status in _DONE_ELSEWHERE:
            raise Unanswered("system_leads_elsewhere", ref=self._system)
        if answered.status in _REDIRECTS:
            raise Unreachable("system_leads_elsewhere", ref=self._system)
        return answered

    def parsed(self, answered: Answered) -> Any:
        """The answer's JSON. Raises `Unreachable("system_unlike_binding")`."""
        try:
            return orjson.loads(answered.content)
        except orjson.JSONDecodeError:
            pass
        raise Unreachable("system_unlike_binding", ref=self._system)

    def _repeated(
        self, method: str, address: str, body: object, also: Mapping[str, str] | None = None
    ) -> tuple[Answered, str | None]:
        tries = _TRIES if method in _REPEATABLE else 1
        for number in range(tries):
            last = number == tries - 1
            try:
                answered, location, wait = self._once(method, address, body, also)
            except Unreachable:
                if last:
                    raise
                wait = None
            else:
                if answered.status not in _PASSING or last:
                    return answered, location
            time.sleep(min(_PAUSES[number] if wait is None else wait, _LONGEST_PAUSE))
        raise Unreachable("system_unreachable", ref=self._system)

    def _once(
        self, method: str, address: str, body: object, also: Mapping[str, str] | None
    ) -> tuple[Answered, str | None, float | None]:
        headers = {**(also or {}), "Accept": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token()}"
        content = None
        if body is not None:
            content = orjson.dumps(body)
            headers["Content-Type"] = "application/json"
        failed = unanswered = too_large = False
        received = bytearray()
        try:
            # No proxy and no .netrc from the environment: nobody else sees the token.
            with (
                httpx.Client(timeout=self._timeout, trust_env=False, verify=trusted()) as client,
                client.stream(method, address, content=content, headers=headers) as response,
            ):
                for part in response.iter_bytes():
                    received += part
                    if len(received) > _LARGEST:
                        too_large = True
                        break
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol):
            failed = True
        except (httpx.HTTPError, httpx.StreamError):
            unanswered = True
        except httpx.InvalidURL:
            failed = True
        # Outside the handler: httpx's words quote the address.
        if failed:
            raise Unreachable("system_unreachable", ref=self._system)
        if unanswered:
            raise Unanswered("system_unreachable", ref=self._system)
        if too_large:
            raise Unanswered("answer_too_large", ref=self._system)
        link = response.links.get("next", {}).get("url")
        wait = response.headers.get("Retry-After", "")
        return (
            Answered(response.status_code, bytes(received), link),
            response.headers.get("Location"),
            float(wait) if wait.isdecimal() else None,
        )


def _joined(address: str, link: str) -> str | None:
    try:
        return urljoin(address, link)
    except ValueError:
        return None


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
        return parts.scheme, parts.hostname or "", port
    except ValueError:
        return "", "", None
