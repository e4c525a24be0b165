"""Who may read a file in Google Drive: named people, until an instant, and nobody by a link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from connectors.drive_files import DriveFiles
from lifecycle.errors import NotProven, Refused, Unreachable

_FIELDS = "id,type,role,emailAddress,expirationTime,permissionDetails"


class Share(NamedTuple):
    """One person's permission for one file."""

    id: str
    address: str
    """Case-folded."""
    role: str
    until: datetime | None
    """UTC; None: for ever."""

    def __repr__(self) -> str:
        return f"Share(role={self.role})"


class DriveSharing:
    """Permissions for files in the bound folder."""

    def __init__(self, files: DriveFiles) -> None:
        self._files = files
        self._client = files.client

    def check(self) -> None:
        """See that the shared drive lets files be shared with people who are not its members.

        Raises `Refused("sharing_switched_off")`, `Unreachable`.
        """
        drive = self._files.root.drive
        if drive is None:
            return
        path = f"/drive/v3/drives/{quote(drive, safe='')}"
        answered = self._client.ask("GET", path, {"fields": "restrictions"}, repeatable=True)
        restrictions = self._client.parsed(answered).get("restrictions", {})
        if not isinstance(restrictions, Mapping) or restrictions.get("driveMembersOnly"):
            raise Refused("sharing_switched_off", ref=self._client.place)

    def shares(self, file: str) -> list[Share]:
        """The permissions that were given for this very file, but for its owner's. Those that it
        has from the folder around it are the members' of the drive. Raises `Unreachable`."""
        query = {"fields": f"permissions({_FIELDS})", "pageSize": "100"}
        query |= {"supportsAllDrives": "true"}
        pages = self._files.pages(_path(file), query, "permissions")
        return [_share(found) for found in pages if found.get("role") != "owner" and _own(found)]

    def share(self, file: str, address: str, until: datetime, letter: str) -> Share:
        """Let one person read the file until then; Google writes to them with `letter`.

        Asked once only: whoever repeats it would have two mails written. Raises
        `Refused("recipient_not_shareable")`, `Unreachable` (look, then ask again).
        """
        query = {"sendNotificationEmail": "true", "supportsAllDrives": "true", "fields": _FIELDS}
        if letter:
            query["emailMessage"] = letter
        body = {
            "type": "user",
            "role": "reader",
            "emailAddress": address,
            "expirationTime": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        answered = self._client.ask("POST", _path(file), query, body, repeatable=False)
        # Too many shares in a day are not the recipient's fault.
        if answered.status in {400, 403} and answered.reason != "sharingRateLimitExceeded":
            raise Refused("recipient_not_shareable", ref=self._client.place)
        return _share(self._client.parsed(answered))

    def end(self, file: str, permission: str) -> None:
        """Take a permission away; gone already is success. Raises `Unreachable`,
        `NotProven("deletion_refused")`."""
        path = f"{_path(file)}/{quote(permission, safe='')}"
        query = {"supportsAllDrives": "true"}
        answered = self._client.ask("DELETE", path, query, repeatable=True)
        if answered.status == 403:
            raise NotProven("deletion_refused")
        if answered.status != 404:
            self._client.require(answered)


def _path(file: str) -> str:
    return f"/drive/v3/files/{quote(file, safe='')}/permissions"


def _own(found: Mapping[str, Any]) -> bool:
    """Whether a permission was given for the file itself."""
    details = found.get("permissionDetails")
    return not details or any(not detail.get("inherited") for detail in details)


def _share(found: Mapping[str, Any]) -> Share:
    made: Share | None = None
    try:
        until = found.get("expirationTime")
        made = Share(
            id=str(found["id"]),
            address=str(found.get("emailAddress", "")).casefold(),
            role=str(found["role"]),
            until=None if until is None else datetime.fromisoformat(until).astimezone(UTC),
        )
    except (KeyError, ValueError, TypeError):
        pass
    if made is None:
        raise Unreachable("system_unlike_binding")
    return made
