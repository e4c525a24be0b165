"""A few questions to our own Prefect server, without importing Prefect (which takes seconds)."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from lifecycle.errors import Unreachable
from tasks.serving.prefect_settings import HOST, WORK_POOL, auth_file

_PATIENCE = 30.0
_TRIED_AGAIN = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries while its database is busy: SQLite has one writer at a time, and the
scheduler writes as well."""


def is_ours(home: Path, port: int) -> bool:
    """Whether a server that takes our password, and refuses without it, listens there."""
    try:
        auth = _authorisation(home)
    except OSError:
        return False
    path = "/api/admin/version"
    return _ask(port, "GET", path, auth)[0] == 200 and _ask(port, "GET", path, {})[0] == 401


def refuse_unknown_parameters(home: Path, port: int) -> int:
    """Have the server refuse, for every deployment of our pool, parameters that no flow has.

    `enforce_parameter_schema` alone stores them: whoever starts a run with an extra field would
    write it into Prefect's database in clear. Returns the number of deployments. Raises
    `Unreachable("prefect_deploy_failed")`.
    """
    pool = {"work_pools": {"name": {"any_": [WORK_POOL]}}}
    deployments = _call(home, port, "POST", "/api/deployments/filter", pool)
    for each in deployments:
        schema = each["parameter_openapi_schema"] | {"additionalProperties": False}
        change = {"parameter_openapi_schema": schema}
        _call(home, port, "PATCH", f"/api/deployments/{each['id']}", change)
    return len(deployments)


def _call(home: Path, port: int, method: str, path: str, body: dict[str, Any]) -> Any:
    """A changing request that may be repeated."""
    for wait in (*_TRIED_AGAIN, None):
        status, answer = _change(home, port, method, path, body)
        if status is not None and status < 300:
            return answer
        if wait is None or status not in (None, 429, 503):
            break
        time.sleep(wait)
    raise Unreachable("prefect_deploy_failed", status=status or 0)


def _change(
    home: Path, port: int, method: str, path: str, body: dict[str, Any]
) -> tuple[int | None, Any]:
    """Prefect wants a CSRF token, fetched for a client name of ours."""
    headers = _authorisation(home)
    client = secrets.token_hex(16)
    status, token = _ask(port, "GET", f"/api/csrf-token?{urlencode({'client': client})}", headers)
    if status == 200:
        headers |= {
            "Prefect-Csrf-Token": token["token"],
            "Prefect-Csrf-Client": client,
            "Content-Type": "application/json",
        }
        return _ask(port, method, path, headers, body)
    return status, token


def _authorisation(home: Path) -> dict[str, str]:
    auth = auth_file(home).read_text(encoding="ascii").strip()
    return {"Authorization": f"Basic {base64.b64encode(auth.encode()).decode()}"}


def _ask(
    port: int, method: str, path: str, headers: dict[str, str], body: object = None
) -> tuple[int | None, Any]:
    """Status and parsed answer; no status when nobody answers."""
    with closing(http.client.HTTPConnection(HOST, port, timeout=_PATIENCE)) as connection:
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, body=text, headers=headers)
            response = connection.getresponse()
            answer = response.read()
            return response.status, json.loads(answer) if answer else None
        except (OSError, http.client.HTTPException, ValueError):
            return None, None
