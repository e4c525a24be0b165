"""A file is brought whole or not at all: in ranges that go on where they were cut off.

Microsoft's own upload task stops after 5 MiB and sends the last range twice. Nobody sees the file
before its last byte is there.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, BinaryIO, Final

from connectors.graph_client import GraphAnswer, GraphClient
from lifecycle.errors import GallraError, Refused, Unreachable

RANGE: Final = 16 * 320 * 1024
"""Bytes of one range; Graph wants a multiple of 320 KiB."""
_FAILURES: Final = 5
"""So many in a row without a byte of progress end it."""
_NEXT: Final = re.compile(r"(\d{1,15})-\d*")


def upload(client: GraphClient, address: str, source: BinaryIO, size: int) -> Any:
    """Bring `size` bytes of `source` to the pre-authenticated `address` of an upload session.

    The JSON of the new item, or None when everything was sent and the last answer was lost: the
    caller looks. Raises `Unreachable` (nothing is there), `Refused("name_taken")`,
    `Unreachable("system_leads_elsewhere")` when the session lies on a host that is not bound.
    """
    failure: GallraError
    try:
        with client.session():
            return _bring(client, address, source, size)
    except GallraError as error:
        failure = error
    if failure.code != "system_leads_elsewhere":
        # What was brought so far is thrown away at once, not when the session runs out.
        with suppress(GallraError):
            client.storage("DELETE", address)
    raise failure


def _bring(client: GraphClient, address: str, source: BinaryIO, size: int) -> Any:
    start = source.tell()
    at = failures = 0
    while True:
        source.seek(start + at)
        part = source.read(min(RANGE, size - at))
        if len(part) != min(RANGE, size - at) or not part:
            raise Refused("file_too_short", ref=client.system)
        ends = at + len(part) == size
        answer = _sent(client, address, part, at=at, size=size)
        status = 0 if answer is None else answer.status
        if answer is not None and status in (200, 201):
            return client.parsed(answer)
        if status == 409:
            raise Refused("name_taken", ref=client.system)
        if answer is not None and status == 202:
            reached = _expected(client, answer)
            # Asked for again and again, a range that never arrives would keep us for ever.
            failures = 0 if reached > at else failures + 1
            at = reached
        else:
            if status not in (0, 404, 416, 429, 500, 502, 503, 504):
                raise Unreachable("system_unlike_binding", ref=client.system)
            failures += 1
            client.pause(min(failures, 3), None if answer is None else answer.wait)
            standing = _asked(client, address)
            if standing is not None and standing.status == 404:
                if ends:
                    return None
                raise Unreachable("upload_lost", ref=client.system)
            if standing is not None and standing.status == 200:
                reached = _expected(client, standing)
                failures = 0 if reached > at else failures
                at = reached
        if at >= size:
            return None
        if failures >= _FAILURES:
            raise Unreachable("system_unreachable", ref=client.system)


def _sent(
    client: GraphClient, address: str, part: bytes, *, at: int, size: int
) -> GraphAnswer | None:
    headers = {
        "Content-Range": f"bytes {at}-{at + len(part) - 1}/{size}",
        "Content-Type": "application/octet-stream",
    }
    try:
        return client.storage("PUT", address, part, headers=headers)
    except Unreachable as error:
        if error.code == "system_leads_elsewhere":
            raise
        return None


def _asked(client: GraphClient, address: str) -> GraphAnswer | None:
    with suppress(Unreachable):
        return client.storage("GET", address)
    return None


def _expected(client: GraphClient, answer: GraphAnswer) -> int:
    """From which byte on the storage wants to go on."""
    body = client.parsed(answer)
    ranges = body.get("nextExpectedRanges") if isinstance(body, dict) else None
    match = _NEXT.fullmatch(str(ranges[0])) if isinstance(ranges, list) and ranges else None
    if match is None:
        raise Unreachable("system_unlike_binding", ref=client.system)
    return int(match.group(1))
