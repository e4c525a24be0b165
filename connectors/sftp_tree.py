"""A staging folder on a server from the inside: no link is followed, and no name that a server
makes up leads out of it (A-101)."""

from __future__ import annotations

import os
import stat
from typing import Final

from connectors.sftp_packets import Attributes, Status, StatusError
from connectors.sftp_wire import Wire
from lifecycle.errors import Unreachable

_MOST_ENTRIES: Final = 100_000
_DEEPEST: Final = 32
_LONGEST: Final = 255
"""Bytes of a name in most folders of files; where more is possible is found out."""
UNSEEN: Final = Attributes(size=0, owner=None, mode=0, modified=0)
"""Of an entry that a listing shows under a name that the server itself cannot have: no file, no
folder, nothing that can be read or removed; and no reason not to look at the others."""


def kind_of(status: Attributes) -> int:
    """File, folder, link: as `stat.S_IFMT`; a server that does not say means files."""
    return stat.S_IFREG if status.mode is None else stat.S_IFMT(status.mode)


def version_of(status: Attributes) -> str:
    """Identity of the bytes as far as the protocol knows: kind, owner, size, time of change."""
    user, group = status.owner or (0, 0)
    return f"{kind_of(status):x}.{user:x}.{group:x}.{status.size or 0:x}.{status.modified or 0:x}"


def look_in(wire: Wire, folder: bytes, name: bytes) -> Attributes | None:
    """What lies there (a link itself), None, or `UNSEEN`. Raises `StatusError`."""
    path = folder.rstrip(b"/") + b"/"
    try:
        return wire.look(path + name)
    except StatusError:
        if len(name) <= _LONGEST or not _is_too_long(wire, path + b"x" * len(name)):
            raise
    return UNSEEN


def _is_too_long(wire: Wire, path: bytes) -> bool:
    """Whether the server cannot even say that there is no such name."""
    try:
        wire.look(path)
    except StatusError as error:
        return error.status in {Status.FAILURE, Status.BAD_MESSAGE}
    return False


def entries(
    wire: Wire, root: bytes, *, place: str
) -> list[tuple[tuple[str, ...], str, Attributes]]:
    """Every entry but folders with something in them, with the subfolders on the way to it.

    Raises `Unreachable("listing_malformed")` for a name that leads out, and for more than 100,000
    entries or 32 levels; `StatusError`.
    """
    found: list[tuple[tuple[str, ...], str, Attributes]] = []
    waiting: list[tuple[tuple[str, ...], Attributes | None]] = [((), None)]
    seen = 0
    while waiting:
        parts, own = waiting.pop()
        path = b"/".join((root.rstrip(b"/"), *map(os.fsencode, parts)))
        names = {name for name, _ in wire.names(path or b"/")} - {b".", b".."}
        seen += len(names)
        if seen > _MOST_ENTRIES or len(parts) >= _DEEPEST:
            raise Unreachable("listing_malformed", ref=place)
        if own is not None and not names:
            found.append((parts[:-1], parts[-1], own))
        for raw in sorted(names):
            if not raw or b"/" in raw or b"\0" in raw:
                raise Unreachable("listing_malformed", ref=place)
            name = os.fsdecode(raw)
            # Asked anew: what a listing says may be of a link's goal, or nothing at all.
            status = look_in(wire, path, raw)
            if status is None:
                continue
            if kind_of(status) == stat.S_IFDIR:
                waiting.append(((*parts, name), status))
            else:
                found.append((parts, name, status))
    return found
