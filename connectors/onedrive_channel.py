"""A sealed file is shared in OneDrive with named people until a day, and taken back (A-69)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final, NamedTuple

from connectors.channel import Delivered, Parcel, Standing
from connectors.graph_client import asking
from connectors.graph_credentials import Secrets
from connectors.onedrive import opened_folder
from connectors.onedrive_items import BoundFolder, Entry
from connectors.parcel_rules import check_parcel
from lifecycle.bindings.onedrive import OneDriveChannel as OneDriveBinding
from lifecycle.errors import GallraError, NotProven, Refused, Unreachable

_LONGEST_LETTER: Final = 2000
"""Characters that Graph takes along with a share."""
_OPEN: Final = frozenset({"anonymous", "organization"})
"""Scopes of a link that are wider than named people."""
_GONE: Final = frozenset({404, 410})
_KEPT: Final = frozenset({403, 423})


def _clock() -> datetime:
    return datetime.now(UTC)


class _Share(NamedTuple):
    """One permission by link on one item."""

    id: str
    scope: str
    ends: datetime | None


class OneDriveChannel:
    """Sharing out of one folder: a folder of each parcel's own, in it the file, which stays with
    us; the recipient reads it by a link that opens for nobody else.
    """

    def __init__(
        self,
        folder: BoundFolder,
        *,
        place: str,
        zone: tzinfo,
        now: Callable[[], datetime] = _clock,
    ) -> None:
        """`zone`: the controller's; the last day ends there."""
        self._folder = folder
        self._place = place
        self._zone = zone
        self._now = now

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def check(self, to: tuple[str, ...]) -> None:
        """See that the folder is there and that nobody else reads along.

        Raises `Refused("no_recipient")`, `Refused("share_folder_open")` when a link to the folder
        itself would open every parcel to more than the people named, `Unreachable`,
        `Misconfigured`.
        """
        if not to or not all(_is_address(address) for address in to):
            raise Refused("no_recipient")
        with self._folder.client.session():
            self._folder.require()
            if any(share.scope in _OPEN for share in self._shares(self._folder.folder)):
                raise Refused("share_folder_open", ref=self._place)

    def deliver(self, parcel: Parcel) -> Delivered:
        """Put the file into a folder that is called as the parcel's reference, then share it with
        exactly these people until the last day has ended. Microsoft writes to them.

        Raises `Refused` (then the file is gone again), `Unreachable`.
        """
        check_parcel(parcel)
        if parcel.file is None:
            raise Refused("channel_needs_a_file")
        if len(parcel.text) > _LONGEST_LETTER:
            raise Refused("letter_too_long")
        ends = self._end_of(parcel.until)
        with self._folder.client.session():
            self.check(parcel.to)
            own = self._own_folder(parcel.ref)
            file, earlier = self._put(own, parcel.name, parcel.file)
            if any(share.scope != "users" for share in earlier):
                # Made wider than asked for, and its answer was lost: nobody has looked at it yet.
                for share in earlier:
                    self._end(file.id, share.id)
                self._unsay(own, file)
                raise Refused("share_too_wide", ref=self._place)
            if any(share.ends != ends for share in earlier):
                raise Refused("parcel_differs", ref=self._place)
            share = earlier[0] if earlier else self._share(own, file, parcel, ends)
        return Delivered(parcel.ref, f"{own.id}/{file.id}/{share.id}")

    def withdraw(self, delivered: Delivered) -> None:
        """Take the permissions, then the file and its folder, beyond the recycle bin; what bears
        the reference as well as what the handle names.

        Raises `Unreachable`, `NotProven("deletion_refused")`: the permissions go all the same.
        """
        handle = delivered.handle.split("/") if delivered.handle else []
        with self._folder.client.session():
            self._folder.require()
            kept = False
            if handle:
                own, file, permission = handle
                kept = not self._end(file, permission)
                kept = not self._purged(file) or kept
                kept = not self._purged(own) or kept
            # A kill or a lost answer may have left it without a handle.
            by_name = self._folder.child(self._folder.folder, delivered.ref)
            if by_name is not None:
                kept = self._kept_in(by_name) or kept
        if kept:
            raise NotProven("deletion_refused", ref=self._place)

    def standing(self, delivered: Delivered) -> Standing:
        """Gone only when neither what the handle names nor anything else of its reference is
        there, and the folder of all of them can be seen."""
        named = delivered.handle.split("/")[:2] if delivered.handle else []
        try:
            with self._folder.client.session():
                self._folder.require()
                there = any(self._folder.get(item) is not None for item in named) or (
                    self._folder.child(self._folder.folder, delivered.ref) is not None
                )
        except GallraError:
            return Standing.COULD_NOT_LOOK
        return Standing.THERE if there else Standing.GONE

    def _kept_in(self, own: Entry) -> bool:
        """Whether anything of a parcel's own folder stays, although it was all taken away."""
        kept = False
        for entry in list(self._folder.children(own.id)) if own.is_folder else []:
            for share in [] if entry.is_folder else self._shares(entry.id, own=True):
                kept = not self._end(entry.id, share.id) or kept
            kept = not self._purged(entry.id) or kept
        return not self._purged(own.id) or kept

    def _end_of(self, until: date | None) -> datetime:
        if until is None:
            raise Refused("no_last_day")
        ends = datetime.combine(until + timedelta(days=1), time.min, self._zone).astimezone(UTC)
        if ends <= self._now():
            raise Refused("last_day_past")
        return ends

    def _own_folder(self, ref: str) -> Entry:
        found = self._folder.child(self._folder.folder, ref)
        if found is None:
            return self._folder.make_folder(self._folder.folder, ref)
        if not found.is_folder:
            raise Refused("parcel_differs", ref=self._place)
        return found

    def _put(self, own: Entry, name: str, path: Path) -> tuple[Entry, list[_Share]]:
        """The parcel's one file, and by which shares it was delivered before. Other bytes that
        nobody got to see are replaced."""
        size = path.stat().st_size
        kept: Entry | None = None
        earlier: list[_Share] = []
        for entry in list(self._folder.children(own.id)):
            with path.open("rb") as source:
                same = entry.name == name and self._folder.same_bytes(entry, source, size)
            shares = [] if entry.is_folder else self._shares(entry.id, own=True)
            if same:
                kept, earlier = entry, shares
            elif shares:
                raise Refused("parcel_differs", ref=self._place)
            else:
                self._folder.purge(entry.id)
        if kept is None:
            with path.open("rb") as source:
                kept = self._folder.put(own.id, name, source, size)
        return kept, earlier

    def _share(self, own: Entry, file: Entry, parcel: Parcel, ends: datetime) -> _Share:
        body: dict[str, Any] = {
            "type": "view",
            "scope": "users",
            "recipients": [{"email": address} for address in parcel.to],
            "expirationDateTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
            # Left out, the first share would take everybody's rights in the folder away.
            "retainInheritedPermissions": True,
            "sendNotification": True,
        }
        if parcel.text:
            body["message"] = parcel.text
        info = asking(self._folder.builder(file.id).create_link, "POST")
        # Never repeated by itself: Microsoft writes to the recipient each time.
        answer = self._folder.client.send(info, body, passing=frozenset({400, 403}))
        refusal = "sharing_switched_off"
        if answer.status not in (400, 403):
            share = self._read(self._folder.client.parsed(answer))
            if share is not None and share.scope == "users" and share.ends == ends:
                return share
            refusal = "share_too_wide"
            if share is not None:
                self._end(file.id, share.id)
        self._unsay(own, file)
        raise Refused(refusal, ref=self._place)

    def _unsay(self, own: Entry, file: Entry) -> None:
        """Nothing of a parcel stays."""
        self._folder.purge(file.id)
        self._folder.purge(own.id)

    def _shares(self, item: str, *, own: bool = False) -> list[_Share]:
        """The links that open an item; `own`: without those of the folders above it."""
        info = asking(self._folder.builder(item).permissions)
        found = []
        for permission in self._folder.client.pages(info):
            share = self._read(permission)
            if share is not None and not (own and permission.get("inheritedFrom")):
                found.append(share)
        return found

    def _read(self, permission: Any) -> _Share | None:
        """None: no link."""
        link = permission.get("link") if isinstance(permission, dict) else None
        if not isinstance(link, dict):
            return None
        ends: datetime | None = None
        try:
            mark = permission["id"]
            if text := permission.get("expirationDateTime"):
                ends = datetime.fromisoformat(text).astimezone(UTC)
        except (KeyError, TypeError, ValueError):
            mark = None
        if not isinstance(mark, str) or not mark or "/" in mark:
            raise Unreachable("system_unlike_binding", ref=self._place)
        return _Share(mark, str(link.get("scope")), ends)

    def _end(self, item: str, permission: str) -> bool:
        """Whether a permission is gone now."""
        builder = self._folder.builder(item).permissions.by_permission_id(permission)
        answer = self._folder.client.send(asking(builder, "DELETE"), passing=_GONE | _KEPT)
        return answer.status not in _KEPT

    def _purged(self, item: str) -> bool:
        try:
            self._folder.purge(item)
        except NotProven:
            return False
        return True


def opened_channel(
    binding: OneDriveBinding, *, place: str, secrets: Secrets, zone: tzinfo
) -> OneDriveChannel:
    """The way out of a binding. Nothing is asked of it yet."""
    folder = opened_folder(binding, secrets=secrets, system=place)
    return OneDriveChannel(folder, place=place, zone=zone)


def _is_address(text: str) -> bool:
    local, at, domain = text.partition("@")
    return bool(local and at and "." in domain) and not any(c.isspace() for c in text)
