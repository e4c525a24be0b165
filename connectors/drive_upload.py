"""A file goes up in parts, goes on where it was cut off, and is there whole or not at all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import BinaryIO, Final

from connectors.drive_client import PASSING, Answered, DriveClient
from lifecycle.errors import Changed, Unreachable

PART: Final = 8 * 1024 * 1024
"""Bytes of one request; Drive takes multiples of 256 KiB."""
_SESSIONS: Final = 3
_STANDSTILLS: Final = 5
"""So many requests in a row may bring an upload no further."""
_RECEIVED: Final = re.compile(r"bytes=0-(\d{1,15})")


def upload(client: DriveClient, about: Mapping[str, object], data: BinaryIO, size: int) -> str:
    """Make the file that `about` describes, with an id in it, out of `size` bytes of `data`.

    Returns the MD5 sum of what was sent. A file of that id that is there already (409) is taken for
    the one that an earlier try made; the caller compares. Raises `Unreachable`, `Changed`.
    """
    digest = _digest(data, size)
    for _ in range(_SESSIONS):
        session = _begun(client, about, size)
        if session is None or _carried(client, session, data, size):
            return digest
    raise Unreachable("system_unreachable", ref=client.place)


def _begun(client: DriveClient, about: Mapping[str, object], size: int) -> str | None:
    """The session's address; None: the file is there already."""
    # A domain may show every new file to everybody in it unless it is told not to.
    query = {"uploadType": "resumable", "supportsAllDrives": "true"}
    query |= {"ignoreDefaultVisibility": "true", "fields": "id"}
    headers = {
        "X-Upload-Content-Type": "application/octet-stream",
        "X-Upload-Content-Length": str(size),
    }
    # A session without its last part makes no file: beginning one may be repeated.
    answered = client.ask(
        "POST", "/upload/drive/v3/files", query, dict(about), headers=headers, repeatable=True
    )
    if answered.status == 409:
        return None
    client.require(answered)
    return client.session(answered)


def _carried(client: DriveClient, session: str, data: BinaryIO, size: int) -> bool:
    """Whether all of it arrived; False: the session is over, and another must be begun."""
    position, standstills, unsure = 0, 0, False
    while standstills <= _STANDSTILLS:
        answered: Answered | None = None
        try:
            if unsure:
                answered = client.once(
                    "PUT", session, b"", headers={"Content-Range": f"bytes */{size}"}
                )
            else:
                answered = _part(client, session, data, position, size)
        except Unreachable as error:
            if error.code != "system_unreachable":
                raise
        if answered is None or answered.status in PASSING or answered.too_fast:
            client.pause(standstills, answered)
            standstills += 1
            unsure = True
            continue
        if answered.done or answered.status == 409:
            return True
        if answered.status != 308:
            return False
        # Never what was sent: only what Drive says that it has.
        received = _received(answered, size)
        standstills = 0 if received > position else standstills + 1
        position, unsure = received, False
    raise Unreachable("system_unreachable", ref=client.place)


def _part(client: DriveClient, session: str, data: BinaryIO, position: int, size: int) -> Answered:
    data.seek(position)
    part = data.read(min(PART, size - position))
    if len(part) != min(PART, size - position):
        raise Changed("item_changed")
    span = f"bytes {position}-{position + len(part) - 1}/{size}" if part else f"bytes */{size}"
    return client.once("PUT", session, part, headers={"Content-Range": span})


def _received(answered: Answered, size: int) -> int:
    found = _RECEIVED.fullmatch(answered.received or "")
    return 0 if found is None else min(int(found.group(1)) + 1, size)


def _digest(data: BinaryIO, size: int) -> str:
    data.seek(0)
    digest = hashlib.md5(usedforsecurity=False)
    left = size
    while left:
        part = data.read(min(PART, left))
        if not part:
            raise Changed("item_changed")
        digest.update(part)
        left -= len(part)
    return digest.hexdigest()
