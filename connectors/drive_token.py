"""The key of the service account is read when a token is due, sent nowhere, and never kept."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import httpx
import orjson

from connectors.trusted_authorities import trusted
from lifecycle.errors import Misconfigured, Unreachable

SCOPE: Final = "https://www.googleapis.com/auth/drive"
"""The narrower `drive.file` does not see what people drop into a folder."""
_EARLY: Final = timedelta(minutes=5)
"""A token is not used in its last minutes: clocks differ."""
_NEEDED: Final = ("type", "client_email", "private_key", "private_key_id")

for _name in ("google.auth", "google.oauth2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class ServiceAccountToken:
    """Access tokens for one service account, by a signed assertion (RFC 7523)."""

    def __init__(
        self,
        key: Callable[[], str],
        *,
        token_url: str,
        acting_as: str | None,
        timeout: int,
        place: str,
    ) -> None:
        self._key = key
        self._token_url = token_url
        self._acting_as = acting_as
        self._timeout = timeout
        self._place = place
        self._lock = threading.Lock()
        self._token: str | None = None
        self._until = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> str:
        """A token that is good for some minutes.

        Raises `Misconfigured("drive_key_malformed")`, `Unreachable("system_login_refused")` when
        Google does not accept the key, `Unreachable("system_unreachable")`.
        """
        with self._lock:
            if self._token is None or datetime.now(UTC) >= self._until - _EARLY:
                self._token, self._until = self._fetched()
            return self._token

    def forget(self, token: str) -> None:
        """`token` was refused: the next call fetches another."""
        with self._lock:
            if self._token == token:
                self._token = None

    def _fetched(self) -> tuple[str, datetime]:
        from google.auth.exceptions import GoogleAuthError
        from google.oauth2 import service_account

        info = self._key_parts()
        line = _Line(self._token_url, self._timeout)
        credentials: Any = None
        with contextlib.suppress(GoogleAuthError, ValueError, TypeError):
            credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
                info, scopes=[SCOPE], subject=self._acting_as
            )
        # Outside the handlers: Google's words quote the key's owner and the answer.
        if credentials is None:
            raise Misconfigured("drive_key_malformed", ref=self._place)
        accepted = True
        try:
            credentials.refresh(line)
        except GoogleAuthError:
            accepted = False
        if line.failed or line.passing:
            raise Unreachable("system_unreachable", ref=self._place)
        if not accepted or not credentials.token or credentials.expiry is None:
            raise Unreachable("system_login_refused", ref=self._place)
        return credentials.token, credentials.expiry.replace(tzinfo=UTC)

    def _key_parts(self) -> dict[str, str]:
        """What is needed of the key file. The address of the token is not: the binding says it."""
        try:
            found = orjson.loads(self._key())
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict) or found.get("type") != "service_account":
            raise Misconfigured("drive_key_malformed", ref=self._place)
        parts = {name: str(found.get(name, "")) for name in _NEEDED}
        return {**parts, "token_uri": self._token_url}


class _Taken(NamedTuple):
    status: int
    headers: Mapping[str, str]
    data: bytes


class _Line:
    """The one way by which google-auth may send: to the token's address, without redirections."""

    def __init__(self, token_url: str, timeout: int) -> None:
        self._token_url = token_url
        self._timeout = timeout
        self.failed = False
        self.passing = False

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: object,
    ) -> _Taken:
        from google.auth.exceptions import TransportError

        response: httpx.Response | None = None
        if url == self._token_url:
            try:
                with httpx.Client(
                    timeout=timeout or self._timeout, trust_env=False, verify=trusted()
                ) as client:
                    response = client.request(method, url, content=body, headers=headers)
            except (httpx.HTTPError, httpx.InvalidURL):
                pass
        if response is None:
            self.failed = True
            raise TransportError("not sent")  # type: ignore[no-untyped-call]
        self.passing = response.status_code == 429 or response.status_code >= 500
        return _Taken(response.status_code, response.headers, response.content)
