"""Files come and go whole: nothing is overwritten, only the meant version is removed (A-101)."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from connectors.folder_tree import look, version_of
from lifecycle.errors import Changed, NotProven, Unreachable

PRIVATE_PREFIX: Final = "gallra-deleting-"
"""What an entry is called between the decision and its removal."""
_KEPT: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NOT_EMPTY: Final = {errno.ENOTEMPTY, errno.EEXIST}


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Say what an operating-system error during a deletion means, without the file's name."""
    try:
        yield
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno in _NOT_EMPTY:
            raise Changed("item_changed") from None
        if error.errno in _KEPT:
            raise NotProven("deletion_refused") from None
        raise Unreachable("folder_not_answering") from None


def remove(name: str, version: str, *, folder: int) -> None:
    """Unlink `name` if it still is `version`; raises `Changed` and leaves everything otherwise."""
    suffix = PurePosixPath(name).suffix
    # The suffix says what kind of file it is, should another version have to stay there.
    private = f"{PRIVATE_PREFIX}{secrets.token_hex(16)}{suffix if len(suffix) <= 5 else ''}"
    os.rename(name, private, src_dir_fd=folder, dst_dir_fd=folder)
    status = look(private, folder=folder)
    if status is not None and version_of(status) != version:
        _give_back(private, name, folder=folder)
        raise Changed("item_changed")
    try:
        os.unlink(private, dir_fd=folder)
    except OSError:
        _give_back(private, name, folder=folder)
        raise


def name_without_overwriting(private: str, name: str, *, folder: int) -> None:
    """Let the file `private` be called `name`; raises `FileExistsError` when that is taken."""
    try:
        # A second name, after which the first one goes: unlike a rename it never overwrites.
        os.link(private, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Some shares know no second names. The glance before the rename is the best they allow.
        if look(name, folder=folder) is not None:
            raise FileExistsError from None
        os.rename(private, name, src_dir_fd=folder, dst_dir_fd=folder)


def _give_back(private: str, name: str, *, folder: int) -> None:
    """Let another version have its name again unless somebody took it: then it keeps the
    private one and shows in the next listing. Nothing is ever overwritten."""
    with contextlib.suppress(OSError):
        name_without_overwriting(private, name, folder=folder)
        os.unlink(private, dir_fd=folder)
