"""A sealed container lies ready for the person who hands it over, and goes when that is done.

Nothing leaves by this: a person carries it (A-69 d, H-33). What lies here is sealed; a password
never does.
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from connectors.channel import Delivered, Parcel, Standing
from connectors.parcel_rules import check_parcel
from lifecycle.errors import Misconfigured, NotProven, Refused, Unreachable

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class HandOver:
    """A folder from which one role fetches what it hands over."""

    def __init__(self, *, place: str, folder: Path | None) -> None:
        """`folder`: None for a way by which no file goes (a telephone, a letter)."""
        self._place = place
        self._folder = folder

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def check(self, to: tuple[str, ...]) -> None:
        """Whether a file can be laid ready. Nothing is. Raises `Refused("address_malformed")`,
        `Misconfigured("hand_over_folder_unsafe")`, `Unreachable("hand_over_not_writable")`."""
        if not to or not all(to):
            raise Refused("address_malformed", ref=self._place)
        if self._folder is not None:
            self._ready(self._folder)

    def deliver(self, parcel: Parcel) -> Delivered:
        """Lay the container ready, its letter beside it; laid again it is the same one.

        Raises as `check`; `Refused("only_a_person_tells")` for a letter alone, which may hold a
        password, and `Refused("parcel_file_missing")`.
        """
        check_parcel(parcel)
        if self._folder is None or parcel.file is None:
            raise Refused("only_a_person_tells", ref=self._place)
        folder = self._ready(self._folder)
        if not parcel.file.is_file():
            raise Refused("parcel_file_missing", ref=self._place)
        ending = parcel.file.suffix or Path(parcel.name).suffix
        failed = False
        try:
            if parcel.text:
                _lay(folder / f"{parcel.ref}.txt", parcel.text.encode())
            _lay(folder / f"{parcel.ref}{ending}", parcel.file)
            _sync(folder)
        except OSError:
            failed = True
        if failed:
            raise Unreachable("hand_over_not_writable", ref=self._place)
        return Delivered(parcel.ref, parcel.ref)

    def withdraw(self, delivered: Delivered) -> None:
        """Remove the container for good. Gone already is success. Raises `Unreachable`,
        `NotProven("deletion_refused")`."""
        if self._folder is None:
            return
        failed = False
        try:
            for file in self._files(self._folder, delivered.ref):
                file.unlink(missing_ok=True)
            _sync(self._folder)
            failed = bool(self._files(self._folder, delivered.ref))
        except FileNotFoundError:
            return
        except NotADirectoryError:
            raise Unreachable("hand_over_not_writable", ref=self._place) from None
        except OSError:
            failed = True
        if failed:
            raise NotProven("deletion_refused", ref=self._place)

    def standing(self, delivered: Delivered) -> Standing:
        """`THERE` while the container lies here; then `BEYOND`: whoever got it has it."""
        if self._folder is None:
            return Standing.BEYOND
        with suppress(OSError):
            found = self._files(self._folder, delivered.ref)
            whole = [one for one in found if one.suffix not in {".part", ".txt"}]
            return Standing.THERE if whole else Standing.BEYOND
        return Standing.COULD_NOT_LOOK

    def where(self, ref: str) -> Path | None:
        """Where the container `ref` (`X-…`) lies: for the terminal of who fetches it."""
        if self._folder is None or not self._folder.is_dir():
            return None
        found = self._files(self._folder, ref)
        return next((one for one in found if one.suffix not in {".part", ".txt"}), None)

    def _files(self, folder: Path, ref: str) -> list[Path]:
        return sorted(one for one in folder.iterdir() if one.name.split(".")[0] == ref)

    def _ready(self, folder: Path) -> Path:
        """The folder, there and ours alone: who may read it sees to whom something goes."""
        status = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = folder.lstat()
        except OSError:
            status = None
        if status is None:
            raise Unreachable("hand_over_not_writable", ref=self._place)
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
            raise Misconfigured("hand_over_folder_unsafe", ref=self._place)
        if stat.S_IMODE(status.st_mode) != 0o700:
            folder.chmod(0o700)
        return folder


def _lay(target: Path, content: bytes | Path) -> None:
    """Whole under its name or not at all; readable by us alone."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, _NEW, 0o600), "wb") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            with content.open("rb") as source:
                shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
