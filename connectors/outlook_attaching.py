"""The sealed file is laid into a draft whole, in parts where it is large, and looked at again."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from connectors.graph_client import GraphAnswer, GraphClient, asking
from connectors.outlook_mail import IMMUTABLE, Mailbox
from lifecycle.errors import Refused, Unreachable

_INLINE: Final = 2_900_000
"""Bytes; Graph takes 4 MB in one request, and base64 makes a third more of them."""
_PART: Final = 10 * 320 * 1024
"""Bytes of one part: a multiple of 320 KiB below Graph's limit of 4 MB."""
_TYPE: Final = "application/octet-stream"
_PASSING: Final = frozenset({416, 429, 500, 502, 503, 504})
_FAILURES: Final = 8
"""So many without a byte of progress end it."""
_RANGE: Final = re.compile(r"(\d{1,18})(?:-\d*)?", re.ASCII)


def attach(mailbox: Mailbox, draft: str, file: Path, name: str) -> None:
    """Lay the bytes of `file` into the draft under `name`, and see that they are there.

    Raises `Unreachable` when they are not there whole; the draft is then of no use.
    """
    size = -1
    with suppress(OSError), file.open("rb") as content:
        size = file.stat().st_size
        if size <= _INLINE:
            _inline(mailbox, draft, content.read(), name)
        else:
            _in_parts(mailbox, draft, content, name, size)
    if size < 0:
        raise Refused("parcel_file_missing", ref=mailbox.client.system)
    if not _is_there(mailbox, draft, name, size):
        raise Unreachable("upload_incomplete", ref=mailbox.client.system)


def attached(mailbox: Mailbox, draft: str) -> list[str]:
    """The names of what is attached to a message."""
    info = asking(mailbox.message(draft).attachments, select=["name"])
    return [str(one.get("name")) for one in mailbox.client.pages(info, headers=IMMUTABLE)]


def _inline(mailbox: Mailbox, draft: str, content: bytes, name: str) -> None:
    body = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": name,
        "contentType": _TYPE,
        "contentBytes": base64.b64encode(content).decode(),
    }
    info = asking(mailbox.message(draft).attachments, "POST")
    mailbox.client.send(info, body, headers=IMMUTABLE)


def _in_parts(mailbox: Mailbox, draft: str, content: BinaryIO, name: str, size: int) -> None:
    client = mailbox.client
    item = {"attachmentType": "file", "name": name, "size": size, "contentType": _TYPE}
    info = asking(mailbox.message(draft).attachments.create_upload_session, "POST")
    opened = client.parsed(client.send(info, {"AttachmentItem": item}, headers=IMMUTABLE))
    address = str(opened.get("uploadUrl") if isinstance(opened, dict) else None)
    start = failures = 0
    while start < size:
        content.seek(start)
        part = content.read(min(_PART, size - start))
        sent = {
            "Content-Type": _TYPE,
            "Content-Range": f"bytes {start}-{start + len(part) - 1}/{size}",
        }
        answer = _asked(client, "PUT", address, part, sent)
        if answer is None or answer.status in _PASSING:
            # What came through although its answer did not is not brought again.
            failures += 1
            client.pause(min(failures, 3), None if answer is None else answer.wait)
            answer = _asked(client, "GET", address)
        if answer is not None and answer.status in (201, 404):
            return  # finished, or given up: the draft itself tells which
        following = start if answer is None else _following(client, answer, start)
        failures = 0 if following > start else failures + 1
        if failures > _FAILURES:
            raise Unreachable("system_unreachable", ref=client.system)
        start = following


def _asked(
    client: GraphClient,
    method: str,
    address: str,
    part: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> GraphAnswer | None:
    """The answer of Outlook's storage; None: none came."""
    try:
        return client.storage(method, address, part, headers=headers)
    except Unreachable as error:
        if error.code == "system_leads_elsewhere":
            raise
        return None


def _following(client: GraphClient, answer: GraphAnswer, start: int) -> int:
    """The first byte that is still missing: Outlook names it alone, or with what follows it."""
    if answer.status in _PASSING:
        return start
    told: Any = client.parsed(answer) if answer.status in (200, 202) else None
    ranges = told.get("nextExpectedRanges") if isinstance(told, dict) else None
    fits = _RANGE.fullmatch(str(ranges[0])) if isinstance(ranges, list) and ranges else None
    if fits is None:
        raise Unreachable("system_unlike_binding", ref=client.system)
    return int(fits[1])


def _is_there(mailbox: Mailbox, draft: str, name: str, size: int) -> bool:
    """Outlook counts a little more than the bytes of the file, never fewer."""
    info = asking(mailbox.message(draft).attachments, select=["name", "size"])
    found = list(mailbox.client.pages(info, headers=IMMUTABLE))
    return [one.get("name") for one in found] == [name] and found[0].get("size", 0) >= size
