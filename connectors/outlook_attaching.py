"""The sealed file is laid into a draft whole, in parts where it is large, and looked at again."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from connectors.graph_client import GraphAnswer, asking
from connectors.outlook_mail import IMMUTABLE, Mailbox
from lifecycle.errors import Refused, Unreachable

_INLINE: Final = 2_900_000
"""Bytes; Graph takes 4 MB in one request, and base64 makes a third more of them."""
_PART: Final = 10 * 320 * 1024
"""Bytes of one part: a multiple of 320 KiB below Graph's limit of 4 MB."""
_TYPE: Final = "application/octet-stream"
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
    start = 0
    while start < size:
        content.seek(start)
        part = content.read(min(_PART, size - start))
        sent = {
            "Content-Type": _TYPE,
            "Content-Range": f"bytes {start}-{start + len(part) - 1}/{size}",
        }
        answer = client.storage("PUT", address, part, headers=sent)
        if answer.status == 201:
            return
        if answer.status == 416:
            # This part came through and its answer did not: ask what is still missing.
            answer = client.storage("GET", address)
        if answer.status == 404:
            return  # finished, or given up: the draft itself tells which
        following = _following(mailbox, answer, size)
        if following <= start:
            raise Unreachable("upload_incomplete", ref=client.system)
        start = following


def _following(mailbox: Mailbox, answer: GraphAnswer, size: int) -> int:
    """The first byte that is still missing."""
    client = mailbox.client
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable("system_unreachable", ref=client.system)
    told: Any = client.parsed(answer) if answer.status in (200, 202) else None
    ranges = told.get("nextExpectedRanges", told.get("NextExpectedRanges")) if told else None
    if ranges == []:
        return size
    fits = _RANGE.match(str(ranges[0])) if isinstance(ranges, list) else None
    if fits is None:
        raise Unreachable("system_unlike_binding", ref=client.system)
    return int(fits[1])


def _is_there(mailbox: Mailbox, draft: str, name: str, size: int) -> bool:
    """Outlook counts a little more than the bytes of the file, never fewer."""
    info = asking(mailbox.message(draft).attachments, select=["name", "size"])
    found = list(mailbox.client.pages(info, headers=IMMUTABLE))
    return [one.get("name") for one in found] == [name] and found[0].get("size", 0) >= size
