"""Several Prefect servers on one database and one Redis, each as closed as a single one."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from lifecycle.errors import Misconfigured
from tasks.house.private import read_secret
from tasks.house.settings import Settings
from tasks.serving.prefect_place import Place, place_of
from tasks.serving.prefect_settings import (
    DEFAULT_PORT,
    HOST,
    assert_closed,
    client_settings,
    server_settings,
)
from tasks.serving.run_history import limit

DATABASE: Final = "prefect-database-url"
REDIS: Final = "prefect-redis-url"
ENCRYPTION_KEY: Final = "prefect-encryption-key"
"""The files in `GALLRA_PREFECT_SECRETS`."""
_DRIVER: Final = "postgresql+asyncpg"
_REDIS_SCHEMES: Final = ("redis", "rediss")


def shared_place(settings: Settings) -> Place:
    """The server, or the balancer before several, that the settings name.

    Raises `Misconfigured`: `prefect_api_missing`, and what `place_of` raises.
    """
    place = place_of(settings)
    if place is None or place.here:
        raise Misconfigured("prefect_api_missing")
    return place


def worker_environment(settings: Settings) -> dict[str, str]:
    """What a worker or a command is told that speaks to that server. Raises `Misconfigured`."""
    place = shared_place(settings)
    return client_settings(settings.home, api=place.api, auth=place.auth)


def server_environment(settings: Settings, *, port: int = DEFAULT_PORT) -> dict[str, str]:
    """What each of several servers is told: API, background services and database upgrade alike.

    Raises `Misconfigured`: `prefect_secrets_missing`, `prefect_database_not_shared`,
    `prefect_redis_not_shared`, `server_would_start_open`, and what `shared_place` raises.
    """
    place = shared_place(settings)
    bound = settings.prefect_bind
    redis = _redis(settings)
    told = client_settings(settings.home, api=place.api, auth=place.auth) | server_settings(
        host=bound or HOST,
        port=port,
        auth=place.auth,
        key=_shared(settings, ENCRYPTION_KEY),
        origins=_origins(place.api, settings.prefect_ui),
        database=_database(settings),
        keep=limit(settings),
    )
    told |= {
        # Two at once on an empty database disturb each other: one command does it before.
        "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
        "PREFECT_REDIS_MESSAGING_URL": redis,
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": redis,
        "PREFECT_SERVER_DOCKET_URL": redis,
    }
    assert_closed(told, bound_to=bound)
    return told


def _origins(api: str, ui: str | None) -> list[str]:
    """Whose pages are trusted: the one that people open first."""
    addresses = [urlsplit(one) for one in (ui, api) if one is not None]
    return list(dict.fromkeys(f"{one.scheme}://{one.netloc}" for one in addresses))


def _database(settings: Settings) -> str:
    url = _parsed(_shared(settings, DATABASE))
    if url is None or url.get_backend_name() != "postgresql":
        raise Misconfigured("prefect_database_not_shared")
    return url.set(drivername=_DRIVER).render_as_string(hide_password=False)


def _parsed(text: str) -> URL | None:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        return None


def _redis(settings: Settings) -> str:
    text = _shared(settings, REDIS)
    if urlsplit(text).scheme not in _REDIS_SCHEMES:
        raise Misconfigured("prefect_redis_not_shared")
    return text


def _shared(settings: Settings, name: str) -> str:
    folder: Path | None = settings.prefect_secrets
    if folder is None or not (folder / name).is_file():
        raise Misconfigured("prefect_secrets_missing", ref=name)
    return read_secret(folder / name)
