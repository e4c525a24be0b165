"""A sealed file is shared in Google Drive with named people until a day, and taken back (A-69)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final

from connectors.channel import Delivered, Parcel, Standing
from connectors.drive_files import DriveFile, DriveFiles
from connectors.drive_sharing import DriveSharing, Share
from connectors.google_drive import opened_files
from connectors.parcel_rules import check_parcel
from lifecycle.bindings.google_drive import GoogleDriveChannel
from lifecycle.errors import GallraError, Refused

_REF: Final = "gallraParcel"
"""The property, seen by this account's programs alone, under which a parcel is found again."""
_LONGEST: Final = timedelta(days=365)
"""Drive keeps no longer time limit."""
_LONGEST_LETTER: Final = 1500
"""Characters: the letter travels in the request's address."""
_RIGHTS: Final = ("canListChildren", "canAddChildren")


def _clock() -> datetime:
    return datetime.now(UTC)


class DriveChannel:
    """Sharing out of one folder. The file lies with us, the recipient may read it."""

    def __init__(
        self,
        files: DriveFiles,
        *,
        place: str,
        zone: tzinfo,
        now: Callable[[], datetime] = _clock,
    ) -> None:
        """`zone`: the controller's; the last day ends there."""
        self._files = files
        self._sharing = DriveSharing(files)
        self._place = place
        self._zone = zone
        self._now = now

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def check(self, to: tuple[str, ...]) -> None:
        """See that files can be put, shared with outsiders and deleted for good in the folder.

        Raises `Refused("no_recipient")`, `Refused("account_lacks_rights")`,
        `Refused("sharing_switched_off")`, `Unreachable`, `Misconfigured`.
        """
        if not to or not all(_is_address(address) for address in to):
            raise Refused("no_recipient")
        self._files.reach()
        may = self._files.capabilities()
        needed = list(_RIGHTS)
        if self._files.root.drive is not None:
            # Only the drive's organizers may delete in it without the trash.
            needed.append("canDeleteChildren")
        if not all(may.get(right) is True for right in needed):
            raise Refused("account_lacks_rights", ref=self._place)
        self._sharing.check()

    def deliver(self, parcel: Parcel) -> Delivered:
        """Put the file into the folder, then share it with each address until the last day.

        Raises `Refused` (then the file is gone from the folder again), `Unreachable`.
        """
        check_parcel(parcel)
        if parcel.file is None:
            raise Refused("channel_needs_a_file")
        if len(parcel.text) > _LONGEST_LETTER:
            raise Refused("letter_too_long")
        until = self._end_of(parcel.until)
        self.check(parcel.to)
        file = self._put(parcel, parcel.file)
        wanted = {address.casefold(): address for address in parcel.to}
        there = self._sharing.shares(file.id)
        if any(s.address not in wanted or s.until not in {until, None} for s in there):
            raise Refused("parcel_differs", ref=self._place)
        refusal: str | None = None
        try:
            shares = self._shared(file, there, wanted, until, parcel.text)
        except Refused as refused:
            refusal = refused.code
        if refusal is not None:
            # Not even with the first of two people, and with nobody for ever.
            self._files.remove(file.id)
            raise Refused(refusal, ref=self._place)
        return Delivered(parcel.ref, "/".join((file.id, *sorted(s.id for s in shares))))

    def withdraw(self, delivered: Delivered) -> None:
        """Take the permissions, then the file, past the trash; look whether it is gone. What bears
        the reference goes as well as what the handle names.

        Raises `Unreachable`, `NotProven("deletion_refused")`.
        """
        named, *permissions = delivered.handle.split("/")
        if named and self._files.look(named) is not None:
            for permission in permissions:
                self._sharing.end(named, permission)
            self._files.remove(named)
        # A kill or a lost answer may have left it without a handle.
        for file in self._with(delivered.ref):
            for share in self._sharing.shares(file.id):
                self._sharing.end(file.id, share.id)
            self._files.remove(file.id)

    def standing(self, delivered: Delivered) -> Standing:
        """Gone only when neither the file nor another of its reference lies there, in the trash
        neither."""
        named = delivered.handle.split("/")[0]
        try:
            there = bool(named) and self._files.look(named) is not None
            there = there or bool(self._with(delivered.ref))
        except GallraError:
            return Standing.COULD_NOT_LOOK
        return Standing.THERE if there else Standing.GONE

    def _end_of(self, until: date | None) -> datetime:
        """The instant at which the last day ends."""
        if until is None:
            raise Refused("no_last_day")
        end = datetime.combine(until + timedelta(days=1), time.min, self._zone).astimezone(UTC)
        if end <= self._now():
            raise Refused("last_day_past")
        if end > self._now() + _LONGEST:
            raise Refused("last_day_too_far")
        return end

    def _with(self, ref: str) -> list[DriveFile]:
        """Files of a reference, the oldest first."""
        found = self._files.children(self._files.root.folder)
        mine = [file for file in found if file.properties.get(_REF) == ref]
        return sorted(mine, key=lambda file: (file.created, file.id))

    def _put(self, parcel: Parcel, path: Path) -> DriveFile:
        """The parcel's one file. What an earlier try put is taken if it has the same bytes; other
        bytes that nobody got to see are replaced."""
        size, md5 = _measured(path)
        kept: DriveFile | None = None
        for file in self._with(parcel.ref):
            if kept is None and file.md5 == md5 and not file.trashed:
                kept = file
            elif self._sharing.shares(file.id):
                raise Refused("parcel_differs")
            else:
                self._files.remove(file.id)
        if kept is not None:
            return kept
        try:
            with path.open("rb") as data:
                return self._files.put(parcel.name, data, size, properties={_REF: parcel.ref})
        except OSError:
            pass
        raise Refused("parcel_file_missing")

    def _shared(
        self,
        file: DriveFile,
        there: list[Share],
        wanted: dict[str, str],
        until: datetime,
        letter: str,
    ) -> list[Share]:
        """Each person's share, made where it is not there yet."""
        known = {share.address: share for share in there}
        shares = []
        for address, as_written in wanted.items():
            share = known.get(address)
            if share is None:
                share = self._sharing.share(file.id, as_written, until, letter)
            if share.role != "reader" or share.until != until:
                raise Refused("time_limit_not_kept")
            shares.append(share)
        return shares


def opened_channel(
    binding: GoogleDriveChannel, *, place: str, key: Callable[[], str], zone: tzinfo
) -> DriveChannel:
    """The channel that `binding` describes; `key` fetches the service account's key."""
    return DriveChannel(opened_files(binding, place=place, key=key), place=place, zone=zone)


def _is_address(address: str) -> bool:
    name, at, domain = address.rpartition("@")
    return bool(name and at and "." in domain) and address.isprintable() and " " not in address


def _measured(path: Path) -> tuple[int, str]:
    digest = hashlib.md5(usedforsecurity=False)
    size = 0
    try:
        with path.open("rb") as data:
            while part := data.read(1024 * 1024):
                digest.update(part)
                size += len(part)
            return size, digest.hexdigest()
    except OSError:
        pass
    raise Refused("parcel_file_missing")
