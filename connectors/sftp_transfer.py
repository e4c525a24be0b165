"""A file arrives whole under its name or not at all, and is read back before it is called there."""

from __future__ import annotations

import hashlib
import hmac
import stat
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from connectors.sftp_packets import Attributes, Opened, Status, StatusError
from connectors.sftp_wire import BLOCK, Wire
from lifecycle.errors import Refused, Unreachable

PART = ".part"
"""How the name of a file ends that is not whole yet."""


class Content(NamedTuple):
    """A local file that is to be sent."""

    file: BinaryIO
    size: int
    digest: bytes
    """SHA-256."""


def content_of(file: BinaryIO) -> Content:
    """Size and SHA-256 of what is in `file`."""
    digest = hashlib.sha256()
    size = 0
    file.seek(0)
    for block in _blocks(file):
        digest.update(block)
        size += len(block)
    return Content(file, size, digest.digest())


def is_regular(found: Attributes) -> bool:
    """Whether an entry is a file and not a link, a folder or a device."""
    return found.mode is None or stat.S_ISREG(found.mode)


def holds(wire: Wire, path: bytes, content: Content) -> bool:
    """Whether the file at `path`, read to its end, is `content`."""
    found = wire.look(path)
    if found is None or not is_regular(found) or found.size != content.size:
        return False
    handle = wire.opened(path, Opened.READ)
    digest = hashlib.sha256()
    # One byte more than it should have, to meet what was appended.
    for block in wire.read(handle, size=content.size + 1):
        digest.update(block)
    wire.close(handle)
    return hmac.compare_digest(digest.digest(), content.digest)


def send(wire: Wire, content: Content, part: bytes) -> None:
    """Have `content` whole and proven at `part`; what an earlier try left there is gone on with
    if it is the beginning of the same file, else begun anew.

    Raises `Unreachable("sent_file_differs")` after removing what is not the same, and
    `Refused("read_back_refused")` where the server lets nobody read what was written.
    """
    begin, flags = _resumed_from(wire, content, part)
    handle = wire.opened(part, flags)
    content.file.seek(begin)
    wire.write(handle, _blocks(content.file), begin=begin)
    wire.settle(handle)
    wire.close(handle)
    try:
        same = holds(wire, part, content)
    except StatusError as error:
        if error.status != Status.PERMISSION_DENIED:
            raise
        same = None
    if same is None:
        wire.remove(part)
        raise Refused("read_back_refused")
    if not same:
        wire.remove(part)
        raise Unreachable("sent_file_differs")


def name_finally(wire: Wire, part: bytes, final: bytes) -> None:
    """Let the proven `part` be called `final`, in one step where the server knows how."""
    if b"posix-rename@openssh.com" in wire.extensions:
        try:
            wire.rename_over(part, final)
        except StatusError as error:
            if error.status != Status.UNSUPPORTED:
                raise
        else:
            return
    # Some servers make a second name and take the first away: stopped in between they leave two,
    # and the next try removes the part.
    wire.rename(part, final)


def removed(wire: Wire, path: bytes) -> None:
    """Remove an entry; already gone is success. Raises `StatusError`."""
    try:
        wire.remove(path)
    except StatusError as error:
        if error.status != Status.NO_SUCH_FILE:
            raise


def _resumed_from(wire: Wire, content: Content, part: bytes) -> tuple[int, int]:
    """How many bytes of `part` are the beginning of `content` (all of them, or none), and how it
    is to be opened."""
    found = wire.look(part)
    if found is not None and not is_regular(found):
        # A link that somebody laid there would lead the file elsewhere.
        wire.remove(part)
        found = None
    if found is None:
        return 0, Opened.WRITE | Opened.CREATE | Opened.EXCLUSIVE
    if found.size and found.size <= content.size and _begins_with(wire, content, part, found.size):
        return found.size, Opened.WRITE
    return 0, Opened.WRITE | Opened.TRUNCATE


def _begins_with(wire: Wire, content: Content, part: bytes, size: int) -> bool:
    try:
        handle = wire.opened(part, Opened.READ)
    except StatusError:
        return False
    content.file.seek(0)
    same, read = True, 0
    for block in wire.read(handle, size=size):
        same = same and content.file.read(len(block)) == block
        read += len(block)
    wire.close(handle)
    return same and read == size


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block
