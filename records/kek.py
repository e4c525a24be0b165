"""The key-encryption keys lie apart from what they protect, one file for each epoch."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final, Protocol

from lifecycle.errors import KeyFailure, Misconfigured, NotProven

KEY_BYTES: Final = 32
_NAME: Final = re.compile(r"kek-([1-9][0-9]{0,8})")


class KekSource(Protocol):
    """Where key-encryption keys (KEKs) come from."""

    @property
    def place(self) -> str:
        """Where they lie, as an administrator would say it; no secret."""
        ...

    def epochs(self) -> list[int]:
        """The epochs that there is a KEK for, ascending."""
        ...

    def read(self, epoch: int) -> bytes:
        """The 32 bytes. Raises `KeyFailure`."""
        ...

    def create(self, epoch: int) -> bytes:
        """A new KEK, durable when this returns; the one that is there if there is one.

        Raises `Misconfigured("kek_must_be_supplied")` where only an administrator can.
        """
        ...

    def destroy(self, epoch: int) -> None:
        """Make the KEK irrecoverable; already gone is success.

        Raises `NotProven("kek_must_be_withdrawn")` where only an administrator can.
        """
        ...


class DirectoryKeks:
    """KEKs as files `kek-<epoch>` in a folder: 32 raw bytes, or the same in base64.

    `writable=False` suits a systemd credentials folder or a Kubernetes secret: Gallra then asks
    the administrator to supply and withdraw the files. Files must be readable by their owner
    alone; a supplied file of root's may also be readable by its group, which is how Kubernetes
    gives secrets to a process that is not root.
    """

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self.directory = directory
        self.writable = writable

    @property
    def place(self) -> str:
        return str(self.directory)

    def epochs(self) -> list[int]:
        try:
            names = [entry.name for entry in self.directory.iterdir()]
        except OSError:
            return []
        return sorted(int(match[1]) for name in names if (match := _NAME.fullmatch(name)))

    def read(self, epoch: int) -> bytes:
        code, found = "kek_unreadable", b""
        try:
            with self._file(epoch).open("rb") as file:
                status = os.fstat(file.fileno())
                code = "" if self._is_private(status) else "kek_readable_by_others"
                found = file.read(4096)
            if not self._file(epoch).exists():  # it was being overwritten as it was read
                code = "kek_missing"
        except FileNotFoundError:
            code = "kek_missing"
        except OSError:
            code = "kek_unreadable"
        if code:
            raise KeyFailure(code, ref=_name(epoch))
        return _decoded(found, epoch)

    def create(self, epoch: int) -> bytes:
        if not self.writable:
            if not self._file(epoch).exists():
                raise Misconfigured("kek_must_be_supplied", ref=_name(epoch))
            return self.read(epoch)
        failed = False
        try:
            for leftover in self._leftovers(epoch):  # of a creation that was killed
                leftover.unlink(missing_ok=True)
            if not self._file(epoch).exists():
                self._place_whole(epoch, secrets.token_bytes(KEY_BYTES))
        except OSError:
            failed = True
        if failed:
            raise KeyFailure("kek_not_writable", ref=_name(epoch))
        return self.read(epoch)

    def destroy(self, epoch: int) -> None:
        file = self._file(epoch)
        if not self.writable:
            if file.exists():
                raise NotProven("kek_must_be_withdrawn", ref=_name(epoch))
            return
        failed = False
        try:
            # Under another name first: whoever still reads it finds the whole key or none.
            if file.exists():
                file.rename(self.directory / f".{_name(epoch)}.{secrets.token_hex(4)}")
            for leftover in self._leftovers(epoch):
                _overwrite_and_remove(leftover)
            _sync_directory(self.directory)
        except OSError:
            failed = True
        if failed or file.exists():
            raise NotProven("kek_not_destroyed", ref=_name(epoch))

    def _place_whole(self, epoch: int, key: bytes) -> None:
        """The file appears complete or not at all, and never over another one."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        waiting = self.directory / f".{_name(epoch)}.{secrets.token_hex(4)}"
        descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
        try:
            os.write(descriptor, key)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(waiting, self._file(epoch))
        except (FileExistsError, FileNotFoundError):
            pass  # another process was first: its key counts
        finally:
            waiting.unlink(missing_ok=True)
        _sync_directory(self.directory)

    def _leftovers(self, epoch: int) -> list[Path]:
        return list(self.directory.glob(f".{_name(epoch)}.*"))

    def _file(self, epoch: int) -> Path:
        return self.directory / _name(epoch)

    def _is_private(self, status: os.stat_result) -> bool:
        others = stat.S_IMODE(status.st_mode) & 0o077
        return not others or (not self.writable and status.st_uid == 0 and others == 0o040)


def _name(epoch: int) -> str:
    return f"kek-{epoch}"


def _decoded(found: bytes, epoch: int) -> bytes:
    if len(found) == KEY_BYTES:
        return found
    try:
        key = base64.b64decode(found.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFailure("kek_malformed", ref=_name(epoch))
    return key


def _overwrite_and_remove(file: Path) -> None:
    """Overwriting helps where the file system writes in place; rotation does not rely on it
    alone, because a copied or journalled block is out of our reach (see docs/security.md)."""
    file.chmod(0o600)
    descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, secrets.token_bytes(max(KEY_BYTES, os.fstat(descriptor).st_size)))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    file.unlink()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
