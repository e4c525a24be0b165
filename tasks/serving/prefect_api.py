"""A few questions to our own Prefect server, without importing Prefect (which takes seconds)."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import ssl
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from lifecycle.errors import Unreachable
from tasks.serving.listener import is_a_strangers
from tasks.serving.prefect_place import Place, here
from tasks.serving.prefect_settings import WORK_POOL

_PATIENCE: Final = 30.0
_TRIED_AGAIN: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries while its database is busy: SQLite has one writer at a time, and the
scheduler writes as well."""
_GONE: Final = 404
_PAGE: Final = 200
"""Prefect's own limit of one answer."""

Answer = tuple[int | None, Any]
"""Status and parsed words; no status when nobody answers."""


def is_ours(home: Path, port: int) -> bool:
    """Whether a server that takes our password, and refuses without it, listens there."""
    try:
        place = here(home, port)
    except OSError:
        return False
    api = PrefectApi(place)
    return api.get("/admin/version")[0] == 200 and api.unknown("GET", "/admin/version")[0] == 401


class PrefectApi:
    """What is asked of a Prefect server, and changed in it, one request at a time."""

    def __init__(self, place: Place, *, patience: float = _PATIENCE) -> None:
        self._place = place
        self._patience = patience

    def get(self, path: str) -> Answer:
        """Status and words of `path`, e.g. `/admin/version`."""
        return self._ask("GET", path, self._authorisation())

    def filter(self, what: str, body: dict[str, Any]) -> list[Any]:
        """Everything that `/{what}/filter` finds, page by page. Raises
        `Unreachable("prefect_does_not_answer")`."""
        found: list[Any] = []
        while True:
            page = self.asked(f"/{what}/filter", body | {"limit": _PAGE, "offset": len(found)})
            found += page
            if len(page) < _PAGE:
                return found

    def asked(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a question that changes nothing. Raises
        `Unreachable("prefect_does_not_answer")`."""
        status, answer = self._post("POST", path, body)
        if status != 200:
            raise Unreachable("prefect_does_not_answer", status=status or 0)
        return answer

    def change(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A changing request that may be repeated.

        Raises `Unreachable("prefect_deploy_failed")`.
        """
        for wait in (*_TRIED_AGAIN, None):
            status, answer = self._post(method, path, body)
            if status is not None and status < 300:
                return answer
            if wait is None or status not in (None, 429, 503):
                break
            time.sleep(wait)
        raise Unreachable("prefect_deploy_failed", status=status or 0)

    def remove(self, path: str) -> None:
        """What stands there is gone, by us or by another run that was faster.

        Raises `Unreachable("prefect_deploy_failed")`.
        """
        try:
            self.change("DELETE", path)
        except Unreachable as error:
            if error.counts.get("status") != _GONE:
                raise

    def unknown(self, method: str, path: str, headers: dict[str, str] | None = None) -> Answer:
        """What somebody is told who has no password."""
        return self._ask(method, path, headers or {})

    def without_token(self, path: str) -> Answer:
        """What a page of somebody else's is told that has the browser's password and no token."""
        headers = self._authorisation() | {"Content-Type": "application/json"}
        return self._ask("POST", path, headers, {})

    def allowed_origin(self, origin: str) -> str | None:
        """Which origin the server tells a browser to trust, asked by a page of `origin`."""
        if self._is_a_strangers():
            return None
        headers = self._authorisation() | {"Origin": origin}
        with closing(self._connection()) as connection:
            try:
                connection.request("GET", self._path("/admin/version"), headers=headers)
                response = connection.getresponse()
                response.read()
                return response.headers.get("Access-Control-Allow-Origin")
            except (OSError, http.client.HTTPException):
                return None

    def _post(self, method: str, path: str, body: dict[str, Any] | None) -> Answer:
        """Prefect wants a CSRF token, fetched for a client name of ours."""
        headers = self._authorisation()
        client = secrets.token_hex(16)
        asked = f"/csrf-token?{urlencode({'client': client})}"
        status, token = self._ask("GET", asked, headers)
        if status != 200:
            return status, token
        headers |= {
            "Prefect-Csrf-Token": token["token"],
            "Prefect-Csrf-Client": client,
            "Content-Type": "application/json",
        }
        return self._ask(method, path, headers, body)

    def _authorisation(self) -> dict[str, str]:
        return {"Authorization": f"Basic {base64.b64encode(self._place.auth.encode()).decode()}"}

    def _ask(self, method: str, path: str, headers: dict[str, str], body: object = None) -> Answer:
        if self._is_a_strangers():
            return None, None
        with closing(self._connection()) as connection:
            try:
                text = None if body is None else json.dumps(body)
                connection.request(method, self._path(path), body=text, headers=headers)
                response = connection.getresponse()
                answer = response.read()
                return response.status, json.loads(answer) if answer else None
            except (OSError, http.client.HTTPException, ValueError):
                return None, None

    def _is_a_strangers(self) -> bool:
        owner, port = self._place.owner, urlsplit(self._place.api).port
        return owner is not None and port is not None and is_a_strangers(port, owner=owner)

    def _path(self, path: str) -> str:
        return urlsplit(self._place.api).path + path

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._place.api)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            trusted = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._patience, context=trusted)
        return http.client.HTTPConnection(host, port, timeout=self._patience)


def refuse_unknown_parameters(place: Place) -> int:
    """Have the server refuse, for every deployment of our pool, parameters that no flow has.

    `enforce_parameter_schema` alone stores them: whoever starts a run with an extra field would
    write it into Prefect's database in clear. Returns the number of deployments. Raises
    `Unreachable("prefect_deploy_failed")`.
    """
    api = PrefectApi(place)
    pool = {"work_pools": {"name": {"any_": [WORK_POOL]}}}
    deployments = api.change("POST", "/deployments/filter", pool)
    for each in deployments:
        schema = each["parameter_openapi_schema"] | {"additionalProperties": False}
        change = {"parameter_openapi_schema": schema}
        api.change("PATCH", f"/deployments/{each['id']}", change)
    return len(deployments)
