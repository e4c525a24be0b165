"""How the storage of the tests takes and gives files by pre-authenticated addresses."""

from __future__ import annotations

import re
from typing import Any

from tests.factories.graph_server.drives import NOT_FOUND, Reply, error, shown
from tests.factories.graph_server.world import GraphWorld, Item

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_STEP = 320 * 1024
"""Every range but the last is a multiple of this."""


def upload(world: GraphWorld, mark: str, method: str, content_range: str, body: bytes) -> Reply:
    """One range of a session, or a question about it."""
    session = world.uploads.get(mark)
    if session is None:
        return NOT_FOUND
    if method == "DELETE":
        del world.uploads[mark]
        return Reply(204)
    if method == "GET":
        return Reply(200, {"nextExpectedRanges": [f"{len(session.received)}-"]})
    match = _RANGE.fullmatch(content_range)
    if match is None or method != "PUT":
        world.violations.append("upload: no range")
        return error(400, "invalidRange")
    first, last, total = (int(number) for number in match.groups())
    if last - first + 1 != len(body) or (last + 1 < total and len(body) % _STEP):
        world.violations.append("upload: a range of another length than it may have")
        return error(400, "invalidRange")
    if first != len(session.received):
        return error(416, "invalidRange")
    session.received += body
    if last + 1 < total:
        return Reply(202, {"nextExpectedRanges": [f"{last + 1}-"]})
    del world.uploads[mark]
    drive = world.drives[session.drive]
    for item in drive.items.values():
        if (item.parent, item.name.casefold()) == (session.parent, session.name.casefold()):
            return error(409, "nameAlreadyExists")
    made = Item(world.new_id("01ITEM"), session.name, session.parent, folder=False)
    made.data = bytes(session.received)
    drive.items[made.id] = made
    return Reply(201, shown(world, drive, made))


def download(world: GraphWorld, mark: str) -> bytes | None:
    """The bytes behind an address; None: it is too old, or the file is gone."""
    drive, item = world.downloads.get(mark, ("", ""))
    found: Any = world.drives[drive].items.get(item) if drive else None
    return None if found is None else found.data
