"""A sealed parcel is put into the recipient's folder on the recipient's own server, and taken
away again when its time is up (A-69, H-33)."""

from __future__ import annotations

import re
import stat
from typing import BinaryIO, Final

from connectors.channel import Delivered, Parcel, Standing
from connectors.parcel_rules import check_parcel
from connectors.sftp_packets import StatusError
from connectors.sftp_session import FolderCodes, Login, SftpDoor
from connectors.sftp_transfer import PART, content_of, holds, name_finally, removed, send
from connectors.sftp_wire import Wire
from lifecycle.bindings.sftp import SftpChannel as SftpBinding
from lifecycle.errors import GallraError, NotProven, Refused, Unreachable

_REF: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CODES: Final = FolderCodes(
    "recipient_folder_missing", "recipient_folder_forbidden", "recipient_folder_failing"
)


class SftpChannel:
    """One recipient's folder. It takes files only: no letter is laid beside one, and a letter alone
    (a password, a telling) is refused. How to open the file stands under its password.

    A parcel's file lies there as `<ref>-<name>`, and as `<ref>.part` until it is whole and was
    read back.
    """

    def __init__(self, server: SftpBinding, login: Login, *, place: str) -> None:
        self._folder = server.folder
        self._to = frozenset(address.casefold() for address in server.to)
        self._place = place
        self._door = SftpDoor(server, login, place=place, codes=_CODES)

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def check(self, to: tuple[str, ...]) -> None:
        """Whether the server is the pinned one, lets us in, and has the folder.

        Raises `Refused`, `Unreachable`, `Misconfigured`.
        """
        self._own_folder_only(to)
        self._door.visit(self._see_folder)

    def deliver(self, parcel: Parcel) -> Delivered:
        """Send the file, read it back, and only then give it its name.

        Raises `Refused`, `Unreachable`: then nothing lies under the name, and the next try goes
        on where this one ended. An answer that was lost is mended in the same way: a file that
        arrived is found by its reference and its content.
        """
        self._own_folder_only(parcel.to)
        check_parcel(parcel)
        if parcel.file is None:
            raise Refused("channel_carries_no_letter", ref=parcel.ref)
        final, part = _names(parcel.ref, parcel.name)
        failed = False
        try:
            with parcel.file.open("rb") as file:
                self._delivered(file, final, part, parcel.ref)
        except OSError:
            failed = True
        if failed:
            raise Refused("parcel_file_missing", ref=parcel.ref)
        return Delivered(parcel.ref, final)

    def withdraw(self, delivered: Delivered) -> None:
        """Remove the file and what a stopped delivery left; already gone is success. Without a
        handle: whatever bears the reference.

        Raises `Unreachable`, `NotProven("deletion_refused")`; `Refused("name_not_allowed")`, before
        anybody is asked, for what no delivery was ever called.
        """
        _known(delivered)

        def work(wire: Wire) -> bool:
            self._see_folder(wire)
            for name in self._bearing(wire, delivered):
                try:
                    removed(wire, self._path(name))
                except StatusError:
                    continue  # what stays there is met below
            return self._is_there(wire, delivered)

        if self._door.visit(work):
            raise NotProven("deletion_refused", ref=delivered.ref)

    def standing(self, delivered: Delivered) -> Standing:
        """Look anew whether the file or a part of it lies there. Raises as `withdraw` of a name."""
        _known(delivered)

        def work(wire: Wire) -> bool:
            self._see_folder(wire)
            return self._is_there(wire, delivered)

        try:
            return Standing.THERE if self._door.visit(work) else Standing.GONE
        except GallraError:
            return Standing.COULD_NOT_LOOK

    def _is_there(self, wire: Wire, delivered: Delivered) -> bool:
        return any(
            wire.look(self._path(name)) is not None for name in self._bearing(wire, delivered)
        )

    def _bearing(self, wire: Wire, delivered: Delivered) -> tuple[str, ...]:
        """The names under which a delivery laid something."""
        if delivered.handle:
            return _handled(delivered)
        start, part = f"{delivered.ref}-".encode(), f"{delivered.ref}{PART}"
        # Only names that a delivery gives: another one's are the recipient's.
        found = [
            name.decode("ascii", "replace")
            for name, _ in wire.names(self._folder.encode())
            if name.startswith(start)
        ]
        mine = [name for name in found if _NAME.fullmatch(name.removeprefix(start.decode()))]
        return (*mine, part)

    def _delivered(self, file: BinaryIO, final: str, part: str, ref: str) -> None:
        content = content_of(file)

        def work(wire: Wire) -> None:
            self._see_folder(wire)
            whole, partial = self._path(final), self._path(part)
            if wire.look(whole) is None:
                send(wire, content, partial)
                name_finally(wire, partial, whole)
            elif not holds(wire, whole, content):
                # Under this name only this parcel was ever to lie: it is not ours to remove.
                raise Refused("recipient_file_differs", ref=ref)
            removed(wire, partial)

        self._door.visit(work)

    def _see_folder(self, wire: Wire) -> None:
        found = wire.look(self._folder.encode(), follow=True)
        if found is None or (found.mode is not None and not stat.S_ISDIR(found.mode)):
            raise Unreachable(_CODES.missing, ref=self._place)

    def _path(self, name: str) -> bytes:
        return f"{self._folder.rstrip('/')}/{name}".encode()

    def _own_folder_only(self, to: tuple[str, ...]) -> None:
        if any(address.casefold() not in self._to for address in to):
            raise Refused("folder_of_another_recipient", ref=self._place)


def _names(ref: str, name: str) -> tuple[str, str]:
    """The file's name and that of its part: nothing in them leads anywhere else."""
    if not _REF.fullmatch(ref) or not _NAME.fullmatch(name) or name.endswith(PART):
        raise Refused("name_not_allowed", ref=ref)
    return f"{ref}-{name}", f"{ref}{PART}"


def _known(delivered: Delivered) -> None:
    if delivered.handle:
        _handled(delivered)
    elif not _REF.fullmatch(delivered.ref):
        raise Refused("name_not_allowed", ref=delivered.ref)


def _handled(delivered: Delivered) -> tuple[str, str]:
    """The names that a delivery made. Raises `Refused` for anything that it never gives."""
    start = f"{delivered.ref}-"
    if not delivered.handle.startswith(start):
        raise Refused("name_not_allowed", ref=delivered.ref)
    return _names(delivered.ref, delivered.handle.removeprefix(start))
