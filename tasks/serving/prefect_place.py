"""Which Prefect server this house speaks to: this machine's, or one that runs elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from lifecycle.errors import Misconfigured
from tasks.house.private import read_secret
from tasks.house.settings import Settings
from tasks.serving.prefect_settings import HOST, auth_file, prefect_home


@dataclass(frozen=True, slots=True)
class Place:
    """A server's address and the word that it lets in."""

    api: str
    """`http(s)://…/api`, without a slash at the end."""
    auth: str = field(repr=False)
    """`user:password`."""
    here: bool
    """Whether it is this machine's own, under the state folder."""
    owner: int | None = None
    """Of this machine's own: the user whose server it is."""


def here(home: Path, port: int) -> Place:
    """This machine's own server on `port`. Raises `OSError` where there is no password yet, and
    as `read_secret`."""
    file = auth_file(home)
    auth = read_secret(file)
    return Place(f"http://{HOST}:{port}/api", auth, here=True, owner=file.stat().st_uid)


def place_of(settings: Settings) -> Place | None:
    """The server that the settings name, else the one that was last served here; none: Gallra
    runs without one.

    Raises `Misconfigured`: `prefect_auth_missing`, `secret_file_readable_by_others`,
    `secret_file_empty`, `secret_file_malformed`.
    """
    if settings.prefect_api is not None:
        if settings.prefect_auth is None or not settings.prefect_auth.is_file():
            raise Misconfigured("prefect_auth_missing")
        return Place(settings.prefect_api, read_secret(settings.prefect_auth), here=False)
    if not (settings.home / "prefect").is_dir():
        return None  # looking makes no folder
    port = noted_port(settings.home)
    try:
        return None if port is None else here(settings.home, port)
    except OSError:
        return None


def note(home: Path) -> Path:
    """Where the running server's port is written down."""
    return prefect_home(home) / "server.json"


def noted_port(home: Path) -> int | None:
    """The port of the server that runs here, or ran here until it was killed."""
    try:
        return int(json.loads(note(home).read_text(encoding="ascii"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
