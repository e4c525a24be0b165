"""What only its owner may read or change is so, or it is not used (A-60, art. 32)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from lifecycle.errors import Misconfigured


def is_exposed(path: Path) -> bool:
    """Whether others than its owner may read it.

    A group may read what another user put there for us: a mounted secret or volume is made so.
    """
    found = path.stat()
    others = stat.S_IRWXO if found.st_uid != os.geteuid() else stat.S_IRWXO | stat.S_IRWXG
    return bool(found.st_mode & others)


def may_be_changed(folder: Path) -> bool:
    """Whether others than its owner may take files away there, or put others in their place.

    Not where each may do so with their own only, or nobody: so is a mounted secret's folder.
    """
    found = folder.stat()
    if found.st_mode & stat.S_ISVTX or os.statvfs(folder).f_flag & os.ST_RDONLY:
        return False
    own = found.st_uid == os.geteuid()
    return bool(found.st_mode & (stat.S_IWOTH | (stat.S_IWGRP if own else 0)))


def read_secret(path: Path) -> str:
    """What a file says that only its owner can read.

    Raises `Misconfigured`: `secret_file_readable_by_others`, `secret_file_empty`,
    `secret_file_malformed`; `OSError` where there is none.
    """
    if is_exposed(path):
        raise Misconfigured("secret_file_readable_by_others", ref=path.name)
    text = ""
    try:
        text = path.read_text(encoding="ascii").strip()
        is_plain = text.isprintable()
    except UnicodeDecodeError:
        is_plain = False
    if not is_plain:
        raise Misconfigured("secret_file_malformed", ref=path.name)
    if not text:
        raise Misconfigured("secret_file_empty", ref=path.name)
    return text
