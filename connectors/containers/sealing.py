"""Every container is shown to be encrypted before anybody can find it under its name (A-69 c).

It is written under a name of its own (`….part`, mode 0600), brought to the disk, opened again and
tried: without a password, with a wrong one, with the right one. Only then it is renamed. What goes
in comes out of memory: a kill leaves an encrypted `.part` at most, which the next run removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import re
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Final, Literal, NamedTuple, TypeVar

from lifecycle.errors import Busy, NotProven, Refused, Unreachable
from lifecycle.passwords import is_generated

Ending = Literal["zip", "xlsx", "pdf"]
CHUNK: Final = 1 << 20
"""Bytes that are read at a time."""
_REFERENCE: Final = "[A-Z]-[0-9A-HJKMNP-TV-Z]{13}"
_PART: Final = re.compile(rf"{_REFERENCE}\.(?:zip|xlsx|pdf)\.part")
_OWN: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_AGAIN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_Content = TypeVar("_Content")

# At DEBUG they tell how what is sealed is made up, byte by byte.
for _name in ("msoffcrypto", "olefile", "pikepdf"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Sealed(NamedTuple):
    """A container that was shown to be encrypted."""

    file: Path
    size: int
    """Bytes."""
    sha256: str
    """Of the container as it lies there: says nothing about what is in it."""


def container_name(ref: str, ending: Ending) -> str:
    """What the container is called: its reference and its kind, nothing of its content.

    Raises `Refused("container_name_not_neutral")`.
    """
    if not re.fullmatch(_REFERENCE, ref):
        raise Refused("container_name_not_neutral")
    return f"{ref}.{ending}"


def seal(
    target: Path,
    *,
    ending: Ending,
    password: str,
    write: Callable[[BinaryIO], _Content],
    check: Callable[[BinaryIO, _Content], None],
) -> Sealed:
    """Let `write` fill a new container and `check` try it; then it is called `target`.

    `write` gives what `check` compares with. A container of that name is replaced: sealing again
    is harmless. Raises `Refused("container_name_not_neutral")`,
    `Refused("password_not_generated")`, `Busy("held_by_another_run")`,
    `Unreachable("container_not_written")`, and what the two raise.
    """
    if not re.fullmatch(rf"{_REFERENCE}\.{ending}", target.name):
        raise Refused("container_name_not_neutral")
    if not is_generated(password):
        raise Refused("password_not_generated")
    part = target.with_name(f"{target.name}.part")
    done: Sealed | None = None
    try:
        descriptor = _owned(part)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                content = write(file)
                file.flush()
                os.fsync(file.fileno())
                with os.fdopen(os.open(part, _AGAIN), "rb") as again:
                    if not os.path.samestat(os.fstat(file.fileno()), os.fstat(again.fileno())):
                        raise Busy("held_by_another_run")
                    check(again, content)
                    again.seek(0)
                    done = Sealed(
                        target,
                        os.fstat(again.fileno()).st_size,
                        hashlib.file_digest(again, "sha256").hexdigest(),
                    )
                # While the lock is held: nobody else writes to what gets the name.
                part.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
        _sync(target.parent)
    except OSError:
        done = None
    if done is None:
        raise Unreachable("container_not_written")
    return done


def remove_leftovers(folder: Path) -> int:
    """Remove what a killed run left half written in `folder`; what another run writes to stays.
    How many went. Raises `Unreachable("container_not_written")`."""
    removed = 0
    failed = False
    try:
        for part in sorted(folder.iterdir()):
            if not _PART.fullmatch(part.name) or part.is_symlink() or not part.is_file():
                continue
            with contextlib.suppress(FileNotFoundError), part.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                part.unlink()
                removed += 1
        _sync(folder)
    except OSError:
        failed = True
    if failed:
        raise Unreachable("container_not_written")
    return removed


def gathered(source: Iterable[bytes], *, largest: int) -> bytes:
    """The whole source in memory. Raises `Refused("container_too_large")` above `largest` bytes,
    without reading on."""
    whole = bytearray()
    for chunk in source:
        whole += chunk
        if len(whole) > largest:
            raise Refused("container_too_large", largest=largest)
    return bytes(whole)


def not_encrypted() -> NotProven:
    """The finding that somebody could read something of a container without its password."""
    return NotProven("container_not_encrypted")


def wrong(password: str) -> str:
    """A password that surely is another one."""
    return f"{password[::-1]}-X"


def _owned(part: Path) -> int:
    """The empty file `part`, locked for us. What a killed run left in it is dropped."""
    while True:
        descriptor = os.open(part, _OWN, 0o600)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
                raise Unreachable("container_not_written")
            if not _locked(descriptor):
                raise Busy("held_by_another_run")
            with contextlib.suppress(FileNotFoundError):
                # Whoever held it before may have renamed it meanwhile: then it is theirs.
                if os.path.samestat(status, part.lstat()):
                    os.fchmod(descriptor, 0o600)
                    os.ftruncate(descriptor, 0)
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
