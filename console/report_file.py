"""Where an import report goes is looked at before anything is imported and deleted."""

from __future__ import annotations

import json
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

import typer


def check_target(path: Path) -> None:
    """Refuse a place where no report can be written: a folder, a link, a place without the right.

    Raises `typer.BadParameter`.
    """
    parent = path.absolute().parent
    if not parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}")
    with suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            raise typer.BadParameter(f"{path} is a folder: name a file")
        if not stat.S_ISREG(mode):
            raise typer.BadParameter(f"{path} is no ordinary file; links are not followed")
    try:
        draft = _draft(path)
        os.close(os.open(draft, _NEW, 0o600))
        draft.unlink()  # a stop in the long work that follows must not leave it
    except OSError:
        raise typer.BadParameter(f"nothing can be written in {path.parent}") from None


def write_private(path: Path, document: object) -> None:
    """Write whole or not at all, readable for the operator only."""
    _write(path, json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """The same for a page or a workbook. Raises as `check_target`."""
    check_target(path)
    _write(path, data)


def _write(path: Path, data: bytes) -> None:
    draft = _draft(path)
    try:
        with os.fdopen(os.open(draft, _NEW, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def _draft(path: Path) -> Path:
    return path.with_name(f".gallra-{secrets.token_hex(8)}.part")
