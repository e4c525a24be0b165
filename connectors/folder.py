"""That folder is emptied every day and the files are deleted permanently: a folder on a disk or
a share as staging (A-100, A-101)."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import signal
import stat
import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from connectors.base import StagedItem
from connectors.folder_changes import PRIVATE_PREFIX, name_without_overwriting, refusals, remove
from connectors.folder_tree import (
    entries,
    is_text,
    key_of,
    look,
    opened_root,
    opened_subfolder,
    steps,
    still_the_same,
    unreachable,
    version_of,
)
from lifecycle.errors import Changed, FileRefused, Refused
from lifecycle.intake.outcomes import FileReason

LARGEST_FILE: Final = 128 * 1024 * 1024
"""Bytes that are read into memory at most; an export of 100,000 rows has about 20 million."""
_OLDEST_PLAUSIBLE: Final = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PRIVATE: Final = re.compile(rf"{PRIVATE_PREFIX}[0-9a-f]{{32}}(?:\.[^.]{{1,4}})?")


class FolderStaging:
    """A staging folder on this machine or mounted on it.

    Links, pipes, sockets and empty subfolders are items of their own: they are never followed or
    opened, and they are removed like files. Subfolders that become empty go with their last file.
    """

    private_prefix: Final = PRIVATE_PREFIX
    """How the name of an entry begins whose deletion was cut off."""

    def __init__(
        self,
        path: Path | str,
        *,
        place: str,
        mount_point: bool = False,
        mode: int = 0o600,
        largest_file: int = LARGEST_FILE,
    ) -> None:
        """`mount_point`: the path must be a mounted volume, or it counts as unreachable.
        `mode`: permissions of the files that `put` makes."""
        self._path = Path(path)
        self._place = place
        self._mount_point = mount_point
        self._mode = mode
        self._largest_file = largest_file

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def list_items(self) -> Iterator[StagedItem]:
        """Every entry that is not a folder with something in it, in subfolders too.

        Raises `Unreachable`, also when a part of the folder cannot be looked into.
        """
        with self._root() as root:
            waiting: list[tuple[str, ...]] = [()]
            while waiting:
                parts = waiting.pop()
                with opened_subfolder(root, parts) as folder:
                    if folder is None:
                        continue
                    found = entries(folder)
                    own_status = os.fstat(folder)
                if parts and not found:
                    yield _item(parts[:-1], parts[-1], own_status)
                for name, status in found:
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append((*parts, name))
                    else:
                        yield _item(parts, name, status)
            still_the_same(self._path, root)

    def list_named(self, names: Collection[str]) -> Iterator[StagedItem]:
        """Only the files of the folder itself that are called so, and what a stopped deletion
        left under a private name. Raises `Unreachable`."""
        with self._root() as root:
            for name, status in entries(root):
                if name in names or _PRIVATE.fullmatch(name):
                    yield _item((), name, status)
            still_the_same(self._path, root)

    def read(self, item: StagedItem) -> bytes:
        """The bytes of exactly this version.

        Raises `Changed`, `Unreachable`, or `FileRefused` for what is no regular file or is
        larger than `largest_file`.
        """
        parts, name = steps(item.key)
        with self._root() as root, opened_subfolder(root, parts) as folder:
            status = None if folder is None else look(name, folder=folder)
            if status is None or version_of(status) != item.version:
                raise Changed("item_changed")
            if not stat.S_ISREG(status.st_mode):
                raise FileRefused(FileReason.NOT_A_WORKBOOK)
            if status.st_size > self._largest_file:
                raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
            _outlast_the_clock_tick(status)
            try:
                with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
                    if _is_being_written(file.fileno()):
                        raise FileRefused(FileReason.TRUNCATED)
                    before = os.fstat(file.fileno())
                    data = file.read(status.st_size + 1)
                    after = os.fstat(file.fileno())
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENXIO):
                    raise Changed("item_changed") from None
                raise unreachable(error) from None
        same = version_of(before) == version_of(after) == item.version
        if not same or before.st_ctime_ns != after.st_ctime_ns or len(data) != item.size:
            raise Changed("item_changed")
        return data

    def delete_permanently(self, item: StagedItem) -> None:
        """Remove exactly this version; already gone is success.

        The entry first gets a private name that nobody else writes to, is compared under that
        name, and only then removed: what somebody puts under the old name meanwhile is safe. A
        kill in between leaves the private name, which the next listing shows.
        Raises `Changed`, `Unreachable` or `NotProven("deletion_refused")`.
        """
        parts, name = steps(item.key)
        with self._root() as root:
            with opened_subfolder(root, parts) as folder:
                status = None if folder is None else look(name, folder=folder)
                if folder is not None and status is not None:
                    if version_of(status) != item.version:
                        raise Changed("item_changed")
                    with refusals():
                        if stat.S_ISDIR(status.st_mode):
                            os.rmdir(name, dir_fd=folder)
                        else:
                            remove(name, item.version, folder=folder)
                        os.fsync(folder)
            self._remove_empty(root, parts)

    def put(self, name: str, data: bytes) -> StagedItem:
        """Place a file whole or not at all.

        Raises `Refused("name_not_allowed")`, `Refused("name_taken")`, `Unreachable`.
        """
        if "/" in name or "\0" in name or name in ("", ".", ".."):
            raise Refused("name_not_allowed")
        private = f"gallra-{secrets.token_hex(16)}.part"
        with self._root() as root:
            try:
                with os.fdopen(os.open(private, _CREATE, self._mode, dir_fd=root), "wb") as file:
                    os.fchmod(file.fileno(), self._mode)
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                name_without_overwriting(private, name, folder=root)
            except FileExistsError:
                raise Refused("name_taken") from None
            except OSError as error:
                raise unreachable(error) from None
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(private, dir_fd=root)
            os.fsync(root)
            status = look(name, folder=root)
        if status is None:
            raise Changed("item_changed")
        return _item((), name, status)

    def _root(self) -> contextlib.AbstractContextManager[int]:
        return opened_root(self._path, mount_point=self._mount_point)

    def _remove_empty(self, root: int, parts: tuple[str, ...]) -> None:
        """Subfolders' names can tell of a person too: the emptied ones go, innermost first."""
        for depth in range(len(parts), 0, -1):
            with opened_subfolder(root, parts[: depth - 1]) as folder:
                if folder is None:
                    continue
                try:
                    os.rmdir(parts[depth - 1], dir_fd=folder)
                except OSError:
                    return  # still in use, or kept: then the next listing shows it
                os.fsync(folder)


def _item(parts: tuple[str, ...], name: str, status: os.stat_result) -> StagedItem:
    return StagedItem(
        key=key_of(parts, name),
        name=name if is_text(name) else os.fsencode(name).decode(errors="replace"),
        version=version_of(status),
        size=status.st_size,
        arrived_at=_arrival(status),
        empty_folder=stat.S_ISDIR(status.st_mode),
    )


def _arrival(status: os.stat_result) -> datetime:
    """When the entry came into the folder, rather too early than too late.

    The inode's time is set on arrival, but a mere chmod sets it again; the content's time
    survives that, but may have been brought along from elsewhere. The earlier one never makes a
    file younger than it is.
    """
    moment = status.st_ctime
    if _OLDEST_PLAUSIBLE <= status.st_mtime < moment:
        moment = status.st_mtime
    return datetime.fromtimestamp(moment, UTC)


def _is_being_written(descriptor: int) -> bool:
    """Whether another process has the file open for writing: then it is still on its way.

    Linux gives a read lease on a local file only while nobody writes. Where that question is not
    answered (a share, another's file, another system) the file counts as whole.
    """
    ask = getattr(fcntl, "F_SETLEASE", None)
    if ask is None:
        return False
    try:
        # A writer who comes while we hold the lease is told by a signal that is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, ask, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(descriptor, ask, fcntl.F_UNLCK)
    return False


def _outlast_the_clock_tick(status: os.stat_result) -> None:
    """Wait until a write that comes from now on gets another time stamp than the last one.

    File systems stamp in ticks (10 ms, on FAT two seconds): two writes of the same length within
    one tick could not be told apart by their version.
    """
    tick = 2.0 if status.st_mtime_ns % 1_000_000_000 == 0 else 0.02
    left = status.st_mtime + tick - time.time()
    if 0 < left <= tick:
        time.sleep(left)
