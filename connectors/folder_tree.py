"""The staging folder from the inside: every step from its root is taken by descriptor, without
following a link, so that nothing outside it can be read or removed (A-101)."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lifecycle.errors import Changed, Refused, Unreachable

_ROOT_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_STEP_FLAGS: Final = _ROOT_FLAGS | os.O_NOFOLLOW
_GONE: Final = {errno.ENOENT}
_REPLACED: Final = {errno.ENOTDIR, errno.ELOOP}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM}


def unreachable(error: OSError) -> Unreachable:
    """What an operating-system error means for the caller; its text and file name are dropped."""
    if error.errno in _GONE | _REPLACED:
        return Unreachable("folder_missing")
    if error.errno in _FORBIDDEN:
        return Unreachable("folder_forbidden")
    return Unreachable("folder_not_answering")


@contextlib.contextmanager
def opened_root(path: Path, *, mount_point: bool) -> Iterator[int]:
    """A descriptor of the folder itself.

    With `mount_point` a folder that lies on its parent's device is a mount that is missing, not
    an empty folder. Raises `Unreachable`.
    """
    try:
        root = os.open(path, _ROOT_FLAGS)
    except OSError as error:
        raise unreachable(error) from None
    try:
        if mount_point and os.fstat(root).st_dev == os.stat("..", dir_fd=root).st_dev:
            raise Unreachable("folder_not_mounted")
        yield root
    finally:
        os.close(root)


def still_the_same(path: Path, root: int) -> None:
    """Raises `Unreachable` when the folder was taken away or exchanged while it was open: what
    was listed through the old descriptor then proves nothing."""
    try:
        now = path.stat()
    except OSError as error:
        raise unreachable(error) from None
    if not os.path.samestat(now, os.fstat(root)):
        raise Unreachable("folder_missing")


def key_of(parts: tuple[str, ...], name: str) -> str:
    """A path inside the folder as Unicode text: whoever keeps or digests a key need not know that
    file names may be bytes that are no text. Such a path is written as NUL and hexadecimals."""
    path = "/".join((*parts, name))
    return path if is_text(path) else f"\0{os.fsencode(path).hex()}"


def is_text(name: str) -> bool:
    """Whether a file name is Unicode text."""
    return name.isascii() or not any("\ud800" <= char <= "\udfff" for char in name)


def steps(key: str) -> tuple[tuple[str, ...], str]:
    """The subfolders on the way to `key`, and its last name: the inverse of `key_of`.

    Raises `Refused("key_outside_folder")` for anything that a listing never gives.
    """
    path = key
    if key.startswith("\0"):
        try:
            path = os.fsdecode(bytes.fromhex(key[1:]))
        except ValueError:
            raise Refused("key_outside_folder") from None
    *parts, name = path.split("/")
    if "\0" in path or any(step in ("", ".", "..") for step in (*parts, name)):
        raise Refused("key_outside_folder")
    return tuple(parts), name


@contextlib.contextmanager
def opened_subfolder(root: int, parts: tuple[str, ...]) -> Iterator[int | None]:
    """A descriptor of a subfolder, or None when it is not there any more.

    Raises `Changed` when a step became something else (a link, a file), `Unreachable` otherwise.
    """
    folder = _descend(root, parts)
    try:
        yield folder
    finally:
        if folder is not None:
            os.close(folder)


def _descend(root: int, parts: tuple[str, ...]) -> int | None:
    current = os.dup(root)
    for part in parts:
        try:
            following = os.open(part, _STEP_FLAGS, dir_fd=current)
        except OSError as error:
            if error.errno in _GONE:
                return None
            if error.errno in _REPLACED:
                raise Changed("folder_changed") from None
            raise unreachable(error) from None
        finally:
            os.close(current)
        current = following
    return current


def look(name: str, *, folder: int) -> os.stat_result | None:
    """What lies under `name` (a link itself, not its goal), or None. Raises `Unreachable`."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreachable(error) from None


def entries(folder: int) -> list[tuple[str, os.stat_result]]:
    """Everything in one directory, in a stable order. Raises `Unreachable`."""
    try:
        with os.scandir(folder) as found:
            names = sorted((entry.name for entry in found), key=os.fsencode)
    except OSError as error:
        raise unreachable(error) from None
    seen = ((name, look(name, folder=folder)) for name in names)
    return [(name, status) for name, status in seen if status is not None]


def version_of(status: os.stat_result) -> str:
    """Identity of the bytes: device, inode, last change of the content, size and type.

    The time of the last change of the *inode* is left out: renaming a file, as the deletion
    does, makes no other file of it.
    """
    return (
        f"{status.st_dev:x}.{status.st_ino:x}.{status.st_mtime_ns:x}.{status.st_size:x}"
        f".{stat.S_IFMT(status.st_mode):x}"
    )
