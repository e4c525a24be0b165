"""Prefect on this machine is closed: loopback, a password, CSRF, a list of origins, own keys.

Everything that Prefect is told, it is told by the environment made here. Prefect reads it while
it is imported: `flows.session` and the children of `tasks.serving.processes` have it before that.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from lifecycle.errors import Misconfigured
from tasks.house.private import read_secret

HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 4200
WORK_POOL: Final = "gallra"
_USER: Final = "gallra"
_EVENTS_KEPT: Final = timedelta(days=7)
"""Events are many, and an automation looks back on hours; a shorter history is shorter here too."""
_OFF: Final = "false"


def prefect_home(home: Path) -> Path:
    """Prefect's own state under `home` (GALLRA_HOME), made readable by its owner alone."""
    place = home / "prefect"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # parents alone get the usual mode
    place.mkdir(mode=0o700, exist_ok=True)
    place.chmod(0o700)
    return place


def logging_file() -> Path:
    """The logging configuration that masks; found without importing Prefect.

    Raises `Misconfigured("logging_file_missing")`: Prefect itself would fall back in silence.
    """
    spec = find_spec("flows")
    for place in spec.submodule_search_locations or () if spec else ():
        path = Path(place) / "logging.yml"
        if path.is_file():
            return path
    raise Misconfigured("logging_file_missing")


def auth_file(home: Path) -> Path:
    """Where the password of the Prefect UI and API lies (`user:password`, mode 0600)."""
    return prefect_home(home) / "auth"


def _secret(path: Path, fresh: str) -> str:
    """What `path` holds; if there is no such file, `fresh`, written for the owner alone.

    Two processes may start at once: whoever links first has named the secret, both read it.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(fresh)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            draft.unlink(missing_ok=True)
    return read_secret(path)


_LEASES: Final = "prefect.server.concurrency.lease_storage.filesystem"


def environment(home: Path, *, port: int, keep: timedelta = _EVENTS_KEPT) -> dict[str, str]:
    """Every setting for a Prefect server, client or worker of this house on `port`.

    `keep`: how long a server remembers runs; a client has no use for it. Makes the password and
    the encryption key at first use. Raises `Misconfigured`.
    """
    place = prefect_home(home)
    auth = _secret(auth_file(home), f"{_USER}:{secrets.token_urlsafe(24)}")
    key = _secret(place / "key", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    address = f"http://{HOST}:{port}"
    settings = client_settings(home, api=f"{address}/api", auth=auth) | server_settings(
        host=HOST,
        port=port,
        auth=auth,
        key=key,
        origins=(address, f"http://localhost:{port}"),
        database=f"sqlite+aiosqlite:///{place / 'prefect.db'}",
        keep=keep,
    )
    settings |= {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    assert_closed(settings)
    return settings


def client_settings(home: Path, *, api: str, auth: str) -> dict[str, str]:
    """What every process is told that speaks to a Prefect server: `api` is `…/api`, `auth` the
    server's `user:password`. Raises `Misconfigured("logging_file_missing")`."""
    return {
        "GALLRA_HOME": str(home),
        "PREFECT_HOME": str(prefect_home(home)),
        "PREFECT_API_URL": api,
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
        "PREFECT_LOGGING_CONFIG_PATH": str(logging_file()),
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_LOGGING_LOG_PRINTS": _OFF,
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": _OFF,
        # The least that Prefect allows: a run whose process was killed is missed soon.
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        # The server, and never the in-process one: it loses task runs.
        "PREFECT_SERVER_EPHEMERAL_ENABLED": _OFF,
        # Nothing leaves the house.
        "PREFECT_SERVER_ANALYTICS_ENABLED": _OFF,
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": _OFF,
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": _OFF,
        "DO_NOT_TRACK": "1",
    }


def server_settings(
    *,
    host: str,
    port: int,
    auth: str,
    key: str,
    origins: Sequence[str],
    database: str,
    keep: timedelta,
) -> dict[str, str]:
    """What a Prefect server is told beside that; the first of `origins` is where people find it."""
    return {
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": ",".join(origins),
        "PREFECT_SERVER_ENCRYPTION_KEY": key,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
        # On disk: a server that was killed would never give back what runs held then.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": _LEASES,
        # A run that found another of its schedule at work looks again soon: nobody likes to wait
        # half a minute for a few seconds' work.
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "10",
        "PREFECT_SERVER_UI_API_URL": f"{origins[0]}/api",
        # The newer UI calls an analytics host from the browser, whatever the settings say.
        "PREFECT_SERVER_UI_V2_ENABLED": _OFF,
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": _OFF,
        # Runs that have ended, with their pages and logs; events; and what lies about of others.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(int(keep.total_seconds())),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": _iso(min(keep, _EVENTS_KEPT)),
    }


def _iso(period: timedelta) -> str:
    return f"PT{int(period.total_seconds())}S"


def foreign_settings(folder: Path) -> list[str]:
    """The files in `folder` from which Prefect would take settings when it starts there.

    What we set goes before theirs. What we do not set they could: it would write what it asks its
    database into its log, say.
    """
    found = [name for name in ("prefect.toml", "profiles.toml") if (folder / name).is_file()]
    if _is_about_prefect(folder / "pyproject.toml"):
        found.append("pyproject.toml")
    # A name may stand in quotes there, and after a mark of the encoding.
    if _VARIABLE.search(_text(folder / ".env")):
        found.append(".env")
    return found


_VARIABLE: Final = re.compile(
    r"^[\s\ufeff'\"]*(export\s+)?['\"]?PREFECT_", re.MULTILINE | re.IGNORECASE
)


def _is_about_prefect(file: Path) -> bool:
    """Whether a `pyproject.toml` has Prefect's table, in whichever of TOML's spellings."""
    text = _text(file)
    try:
        tool = tomllib.loads(text).get("tool")
    except tomllib.TOMLDecodeError:
        return "prefect" in text  # Prefect may read it otherwise
    return isinstance(tool, dict) and "prefect" in tool


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def assert_closed(settings: Mapping[str, str], *, bound_to: str | None = None) -> None:
    """Refuse to start a server that others could reach or use.

    It listens on loopback, or on the one address `bound_to` that an administrator named. Raises
    `Misconfigured("server_would_start_open")`, `ref` naming the setting that is missing or open.
    """
    host = settings.get("PREFECT_SERVER_API_HOST", "")
    auth = settings.get("PREFECT_SERVER_API_AUTH_STRING", "")
    origins = settings.get("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", "*")
    closed = {
        "PREFECT_SERVER_API_HOST": host == bound_to or _is_loopback(host),
        "PREFECT_SERVER_API_AUTH_STRING": len(auth.partition(":")[2]) >= 16,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": settings.get(
            "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED", ""
        ).lower()
        == "true",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": bool(origins.strip()) and "*" not in origins,
        "PREFECT_SERVER_ENCRYPTION_KEY": _is_key(settings.get("PREFECT_SERVER_ENCRYPTION_KEY", "")),
        "PREFECT_SERVER_ANALYTICS_ENABLED": settings.get(
            "PREFECT_SERVER_ANALYTICS_ENABLED", ""
        ).lower()
        == _OFF,
    }
    for name, is_closed in closed.items():
        if not is_closed:
            raise Misconfigured("server_would_start_open", ref=name)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == 32
    except ValueError:
        return False
