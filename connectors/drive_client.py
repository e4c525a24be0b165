"""Requests to Google Drive: its token goes to the bound host alone, and nothing happens twice."""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

from connectors.trusted_authorities import trusted
from lifecycle.errors import Unreachable

PASSING: Final = frozenset({429, 500, 502, 503, 504})
_TRIES: Final = 5
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds before the second, third, … try; up to half as much again is added by chance."""
_LONGEST_PAUSE: Final = 60.0
"""Seconds; who is asked to wait longer comes back with the next run."""
_LARGEST: Final = 16 * 1024 * 1024
"""Bytes of an answer that is no file."""
_TOO_FAST: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
"""Google's reasons, with 403 as well as 429: nothing was done, ask again later."""

# At INFO httpx writes every address: an upload's address is a key to the file.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Token(Protocol):
    """A bearer token that can be fetched anew."""

    def __call__(self) -> str: ...

    def forget(self, token: str) -> None:
        """It was refused."""
        ...


class Answered(NamedTuple):
    """What Drive answered. Content and location may be personal, and the location is a key."""

    status: int
    content: bytes
    reason: str
    """Google's word for an error, only ever compared; empty if there is none."""
    location: str | None
    received: str | None
    """The header `Range`: what of an upload has arrived."""
    wait: float | None

    def __repr__(self) -> str:
        return f"Answered(status={self.status})"

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return 200 <= self.status < 300

    @property
    def too_fast(self) -> bool:
        """Whether nothing was done because too much was asked in a short time."""
        return self.status == 429 or (self.status == 403 and self.reason in _TOO_FAST)


class DriveClient:
    """Drive's API v3 at one base address."""

    def __init__(self, base: str, token: Token, *, timeout: int, place: str) -> None:
        self._base = base.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._place = place

    @property
    def place(self) -> str:
        """The binding's name, for errors."""
        return self._place

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool,
        largest: int = _LARGEST,
    ) -> Answered:
        """One request; again where nothing was done, or if `repeatable` where that is unknown.

        Gives what Drive decided: done, or refused with 400, 403, 404, 409, …. Raises `Unreachable`.
        """
        content = None if body is None else orjson.dumps(body)
        sent = {} if body is None else {"Content-Type": "application/json; charset=UTF-8"}
        address = f"{self._base}{path}?{httpx.QueryParams(dict(query))}"
        for number in range(_TRIES):
            last = number == _TRIES - 1
            answered = None
            try:
                answered = self.once(
                    method, address, content, headers={**sent, **(headers or {})}, largest=largest
                )
            except Unreachable as error:
                if last or not repeatable or error.code != "system_unreachable":
                    raise
            if answered is not None:
                unsure = answered.status in PASSING and not answered.too_fast
                if not answered.too_fast and not unsure:
                    return answered
                if last or (unsure and not repeatable):
                    break
            self.pause(number, answered)
        raise Unreachable("system_unreachable", ref=self._place, **_status(answered))

    def once(
        self,
        method: str,
        address: str,
        content: bytes | None,
        *,
        headers: Mapping[str, str],
        largest: int = _LARGEST,
    ) -> Answered:
        """One request, sent a second time only with a new token after the old one was refused.

        Raises `Unreachable`, also for another host (`system_leads_elsewhere`).
        """
        if _origin(address) != _origin(self._base):
            raise Unreachable("system_leads_elsewhere", ref=self._place)
        token = self._token()
        answered = self._sent(method, address, content, {**headers, **_bearer(token)}, largest)
        if answered.status == 401:
            self._token.forget(token)
            headers = {**headers, **_bearer(self._token())}
            answered = self._sent(method, address, content, headers, largest)
        if answered.status == 401:
            raise Unreachable("system_login_refused", ref=self._place)
        # 308 is how an upload that is not complete is answered: no redirection without an address.
        leads_away = 300 <= answered.status < 400 and answered.status != 308
        if leads_away or (answered.status == 308 and answered.location is not None):
            raise Unreachable("system_leads_elsewhere", ref=self._place)
        return answered

    def session(self, answered: Answered) -> str:
        """The address of an upload that was begun. Raises `Unreachable` for another host."""
        target = ""
        with contextlib.suppress(ValueError):  # an address that is none
            target = urljoin(f"{self._base}/", answered.location or "")
        where = urlsplit(f"{self._base}/upload/").path
        if _origin(target) != _origin(self._base) or not urlsplit(target).path.startswith(where):
            raise Unreachable("system_leads_elsewhere", ref=self._place)
        return target

    def parsed(self, answered: Answered) -> dict[str, Any]:
        """The JSON object that was asked for. Raises `Unreachable`."""
        self.require(answered)
        found: object = None
        with contextlib.suppress(orjson.JSONDecodeError):
            found = orjson.loads(answered.content)
        if not isinstance(found, dict):
            raise Unreachable("system_unlike_binding", ref=self._place)
        return found

    def require(self, answered: Answered) -> None:
        """See that it was carried out. Raises `Unreachable`: with `system_login_refused` where the
        account lacks a right."""
        if answered.status == 403:
            raise Unreachable("system_login_refused", ref=self._place)
        if not answered.done:
            raise Unreachable("system_unreachable", ref=self._place, **_status(answered))

    def pause(self, number: int, answered: Answered | None = None) -> None:
        """Wait before the next try, as long as Drive asks for or longer each time."""
        seconds = _PAUSES[min(number, len(_PAUSES) - 1)]
        seconds *= 1 + secrets.randbelow(500) / 1000
        if answered is not None and answered.wait is not None:
            seconds = answered.wait
        time.sleep(min(seconds, _LONGEST_PAUSE))

    def _sent(
        self,
        method: str,
        address: str,
        content: bytes | None,
        headers: Mapping[str, str],
        largest: int,
    ) -> Answered:
        failed = too_large = False
        received = bytearray()
        try:
            # No proxy and no .netrc from the environment: nobody else sees the token.
            with (
                httpx.Client(timeout=self._timeout, trust_env=False, verify=trusted()) as client,
                client.stream(method, address, content=content, headers=dict(headers)) as response,
            ):
                for part in response.iter_bytes():
                    received += part
                    if len(received) > largest:
                        too_large = True
                        break
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            failed = True
        # Outside the handler: httpx's words quote the address.
        if failed:
            raise Unreachable("system_unreachable", ref=self._place)
        if too_large:
            raise Unreachable("answer_too_large", ref=self._place)
        wait = response.headers.get("Retry-After", "")
        return Answered(
            response.status_code,
            bytes(received),
            "" if response.is_success else _reason(bytes(received)),
            response.headers.get("Location"),
            response.headers.get("Range"),
            float(wait) if wait.isdecimal() else None,
        )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _status(answered: Answered | None) -> dict[str, int]:
    return {} if answered is None else {"status": answered.status}


def _reason(content: bytes) -> str:
    try:
        return str(orjson.loads(content)["error"]["errors"][0]["reason"])
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return ""


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
        user = "@" in parts.netloc
    except ValueError:
        return "", "", None
    return ("", "", None) if user else (parts.scheme, parts.hostname or "", port)
