"""To which hosts a request may go at all: Graph's own, and where the tenant's files lie."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

GRAPH: Final = "https://graph.microsoft.com/v1.0"

Origin: TypeAlias = tuple[str, str, int | None]
"""Scheme, host and port."""

_PORTS: Final = {"https": 443, "http": 80}


def origin_of(address: str) -> Origin:
    """The origin of `address`; three times nothing if it is no address, or names a user."""
    try:
        parts = urlsplit(address)
        if "@" in parts.netloc or not parts.hostname:
            return "", "", None
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", "", None


def origins_of(hosts: Iterable[str], *, like: Origin) -> frozenset[Origin]:
    """The origins of `hosts` (`host` or `host:port`), by the scheme of the origin `like`."""
    return frozenset(origin_of(f"{like[0]}://{host}/") for host in hosts)


def has_odd_steps(address: str) -> bool:
    """Whether the path has a step that would make it another path: empty, `.` or `..`.

    Ids come from the answers of a system; one that is called `..` must not climb.
    """
    steps = urlsplit(address).path.split("/")[1:]
    return "" in steps or any(
        part in {".", ".."} for step in steps for part in unquote(step).split("/")
    )


def seconds_to_wait(retry_after: str | None, *, now: datetime | None = None) -> float | None:
    """The header `Retry-After` in seconds (RFC 9110, section 10.2.3); None: it says nothing."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) <= 6:
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, math.ceil((moment - (now or datetime.now(UTC))).total_seconds()))
