"""That folder is emptied every day and the files are deleted permanently: a partner's folder that
is fetched from and emptied by SFTP as staging (A-100, A-101)."""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Final

from connectors.base import StagedItem
from connectors.folder_changes import PRIVATE_PREFIX
from connectors.folder_tree import is_text, key_of, steps
from connectors.sftp_packets import Attributes, Opened, Status, StatusError
from connectors.sftp_session import FolderCodes, Login, SftpDoor
from connectors.sftp_transfer import PART, content_of, is_regular, removed, send
from connectors.sftp_tree import entries, kind_of, look_in, version_of
from connectors.sftp_wire import Wire
from lifecycle.bindings.sftp import SftpServer
from lifecycle.errors import Changed, FileRefused, NotProven, Refused, Unreachable
from lifecycle.intake.outcomes import FileReason

LARGEST_FILE: Final = 128 * 1024 * 1024
"""Bytes that are read into memory at most."""
SETTLING: Final = 1.1
"""Seconds after which another write is sure to get another time stamp: the protocol's are whole
seconds."""
_YOUNG: Final = 3600
"""Seconds: a file whose time is further in the past is not being written in this very second,
however wrong the two clocks are."""
_NOT_ALLOWED: Final = re.compile(r"[/\x00\ud800-\udc7f\udd00-\udfff]")
"""A path, or no text; bytes that are no UTF-8 stand as Python has them."""
_CODES: Final = FolderCodes("folder_missing", "folder_forbidden", "folder_not_answering")


class SftpStaging:
    """A staging folder on an SFTP server.

    A version is what the protocol tells of a file: kind, owner, size and time of change. Links and
    empty subfolders are items of their own: never followed or opened, and removed like files.
    """

    def __init__(
        self,
        server: SftpServer,
        login: Login,
        *,
        place: str,
        largest_file: int = LARGEST_FILE,
        settling: float = SETTLING,
    ) -> None:
        self._root = os.fsencode(server.folder)
        self._place = place
        self._largest_file = largest_file
        self._settling = settling
        self._door = SftpDoor(server, login, place=place, codes=_CODES)

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def list_items(self) -> Iterator[StagedItem]:
        """Every entry that is not a folder with something in it, in subfolders too.

        An entry under a name longer than the server can have is one that cannot be read or removed.
        Raises `Unreachable`, also for a listing with names that lead out, and `Refused` for a
        server that is not the pinned one.
        """
        return iter(self._door.visit(self._listed))

    def read(self, item: StagedItem) -> bytes:
        """The bytes of exactly this version.

        Raises `Changed`, `Unreachable`, or `FileRefused` for what is no regular file or is larger
        than `largest_file`.
        """
        parts, name = steps(item.key)
        return self._door.visit(lambda wire: self._read(wire, item, parts, name))

    def delete_permanently(self, item: StagedItem) -> None:
        """Remove exactly this version; already gone is success.

        The entry first gets a private name, is compared under that name, and only then removed.
        A cut in between leaves the private name, which the next listing shows.
        Raises `Changed`, `Unreachable` or `NotProven("deletion_refused")`.
        """
        parts, name = steps(item.key)
        self._door.visit(lambda wire: self._delete(wire, item, parts, name))

    def put(self, name: str, data: bytes) -> StagedItem:
        """Place a file whole or not at all.

        Raises `Refused("name_not_allowed")`, `Refused("name_taken")`, `Unreachable`.
        """
        if _NOT_ALLOWED.search(name) or name in ("", ".", ".."):
            raise Refused("name_not_allowed")
        return self._door.visit(lambda wire: self._put(wire, name, data))

    def _listed(self, wire: Wire) -> list[StagedItem]:
        found = self._entries_now(wire)
        began = time.monotonic()
        young = time.time() - _YOUNG
        before = {_key_and_version(*entry) for entry in found}
        if any((status.modified or 0) > young for _, _, status in found):
            # What is written again within this second would look the same afterwards.
            self._wait_until_settled(began)
            found = self._entries_now(wire)
        return [_item(*entry, settled=_key_and_version(*entry) in before) for entry in found]

    def _entries_now(self, wire: Wire) -> list[tuple[tuple[str, ...], str, Attributes]]:
        root = wire.look(self._root, follow=True)
        if root is None or kind_of(root) != stat.S_IFDIR:
            raise Unreachable("folder_missing", ref=self._place)
        return entries(wire, self._root, place=self._place)

    def _read(self, wire: Wire, item: StagedItem, parts: tuple[str, ...], name: str) -> bytes:
        folder = self._folder(wire, parts)
        status = None if folder is None else look_in(wire, folder, os.fsencode(name))
        if folder is None or status is None or version_of(status) != item.version:
            raise Changed("item_changed")
        if not is_regular(status):
            raise FileRefused(FileReason.NOT_A_WORKBOOK)
        if item.size > self._largest_file:
            raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
        try:
            handle = wire.opened(_path(folder, name), Opened.READ)
        except StatusError as error:
            if error.status == Status.NO_SUCH_FILE:
                raise Changed("item_changed") from None
            raise
        before = wire.look_at(handle)
        # One byte more than it should have, to meet what was appended.
        data = b"".join(wire.read(handle, size=item.size + 1))
        after = wire.look_at(handle)
        wire.close(handle)
        same = version_of(before) == version_of(after) == item.version
        if not same or len(data) != item.size:
            raise Changed("item_changed")
        return data

    def _delete(self, wire: Wire, item: StagedItem, parts: tuple[str, ...], name: str) -> None:
        folder = self._folder(wire, parts)
        status = None if folder is None else look_in(wire, folder, os.fsencode(name))
        if folder is not None and status is not None:
            if version_of(status) != item.version:
                raise Changed("item_changed")
            if kind_of(status) == stat.S_IFDIR:
                _remove_folder(wire, _path(folder, name))
            else:
                _remove_file(wire, folder, name, item.version)
        for depth in range(len(parts), 0, -1):
            # Subfolders' names can tell of a person too: the emptied ones go, innermost first.
            try:
                wire.remove_folder(_joined(self._root, parts[:depth]))
            except StatusError as error:
                if error.status != Status.NO_SUCH_FILE:
                    return  # still in use, or kept: then the next listing shows it

    def _put(self, wire: Wire, name: str, data: bytes) -> StagedItem:
        root = self._folder(wire, ())
        assert root is not None  # noqa: S101 -- the root is there, or the call above raised
        private = _path(root, f"gallra-{secrets.token_hex(16)}{PART}")
        final = _path(root, name)
        if wire.look(final) is not None:
            raise Refused("name_taken")
        send(wire, content_of(io.BytesIO(data)), private)
        try:
            wire.rename(private, final)
        except StatusError:
            removed(wire, private)
            if wire.look(final) is not None:
                raise Refused("name_taken") from None
            raise
        status = wire.look(final)
        self._wait_until_settled(time.monotonic())
        if status is None:
            raise Changed("item_changed")
        return _item((), name, status)

    def _folder(self, wire: Wire, parts: tuple[str, ...]) -> bytes | None:
        """The path of a subfolder each of whose steps is a folder and no link, or None when it is
        not there any more. Raises `Changed`, `Unreachable("folder_missing")` for the root."""
        root = wire.look(self._root, follow=True)
        if root is None or kind_of(root) != stat.S_IFDIR:
            raise Unreachable("folder_missing", ref=self._place)
        for depth in range(1, len(parts) + 1):
            status = wire.look(_joined(self._root, parts[:depth]))
            if status is None:
                return None
            if kind_of(status) != stat.S_IFDIR:
                raise Changed("folder_changed")
        return _joined(self._root, parts)

    def _wait_until_settled(self, began: float) -> None:
        left = began + self._settling - time.monotonic()
        if left > 0:
            time.sleep(left)


def _remove_file(wire: Wire, folder: bytes, name: str, version: str) -> None:
    old = _path(folder, name)
    suffix = PurePosixPath(name).suffix
    # The suffix says what kind of file it is, should another version have to stay there.
    kept = suffix if len(suffix) <= 5 else ""
    private = _path(folder, f"{PRIVATE_PREFIX}{secrets.token_hex(16)}{kept}")
    try:
        wire.rename(old, private)
    except StatusError as error:
        if error.status == Status.NO_SUCH_FILE:
            return
        raise NotProven("deletion_refused") from None
    status = wire.look(private)
    if status is not None and version_of(status) != version:
        _give_back(wire, private, old)
        raise Changed("item_changed")
    try:
        removed(wire, private)
    except StatusError:
        _give_back(wire, private, old)
        raise NotProven("deletion_refused") from None
    if wire.look(private) is not None:
        raise NotProven("deletion_refused")


def _remove_folder(wire: Wire, path: bytes) -> None:
    try:
        wire.remove_folder(path)
    except StatusError as error:
        if error.status == Status.NO_SUCH_FILE:
            return
        if any(name not in (b".", b"..") for name, _ in list(wire.names(path))):
            raise Changed("item_changed") from None
        raise NotProven("deletion_refused") from None


def _give_back(wire: Wire, private: bytes, name: bytes) -> None:
    """Let it have its name again unless somebody took that: then it keeps the private one and
    shows in the next listing. Nothing is ever overwritten."""
    with contextlib.suppress(StatusError):
        if wire.look(name) is None:
            wire.rename(private, name)


def _path(folder: bytes, name: str) -> bytes:
    return folder.rstrip(b"/") + b"/" + os.fsencode(name)


def _joined(root: bytes, parts: tuple[str, ...]) -> bytes:
    for part in parts:
        root = _path(root, part)
    return root


def _key_and_version(parts: tuple[str, ...], name: str, status: Attributes) -> tuple[str, str]:
    return key_of(parts, name), version_of(status)


def _item(
    parts: tuple[str, ...], name: str, status: Attributes, *, settled: bool = True
) -> StagedItem:
    now = datetime.now(UTC).timestamp()
    return StagedItem(
        key=key_of(parts, name),
        name=name if is_text(name) else os.fsencode(name).decode(errors="replace"),
        # What came or changed during the listing is seen, and left alone until the next one.
        version=version_of(status) if settled else f"{version_of(status)}.unsettled",
        size=status.size or 0,
        # Rather too early than too late: a time that was brought along makes no file younger.
        arrived_at=datetime.fromtimestamp(min(status.modified or 0, now), UTC),
        empty_folder=kind_of(status) == stat.S_IFDIR,
    )
