"""With whom the files of a folder in Google Drive are shared: links, domains, people, groups
(A-64, A-67)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson

from connectors.base import StagedItem
from connectors.documents import FolderDocuments
from connectors.drive_files import DriveFiles
from connectors.google_drive import DriveStaging, opened_files
from lifecycle.bindings.google_drive import GoogleDriveStaging
from lifecycle.errors import Changed, Unreachable
from lifecycle.placement.reach import Grant, GrantedTo

_FIELDS: Final = "permissions(id,type,role,emailAddress,domain,deleted)"
_TO: Final = {
    "anyone": GrantedTo.ANYONE,
    "domain": GrantedTo.ORGANISATION,
    "user": GrantedTo.PERSON,
    "group": GrantedTo.GROUP,
}


class DriveReach:
    """The permissions of files in one bound folder, those of folder and drive included."""

    def __init__(self, files: DriveFiles, *, account: Callable[[], str]) -> None:
        """`account`: our own service account's address, which may read all of them."""
        self._files = files
        self._account = account

    def grants(self, item: StagedItem) -> list[Grant]:
        """To whom a file is open. Raises `Changed` when it is gone, `Unreachable`."""
        file = item.key.rpartition("/")[2]
        account = self._account().casefold()
        query = {"fields": _FIELDS, "pageSize": "100", "supportsAllDrives": "true"}
        path = f"/drive/v3/files/{quote(file, safe='')}/permissions"
        gone = False
        found: list[Grant] = []
        try:
            found = [
                self._read(one)
                for one in self._files.pages(path, query, "permissions")
                if not one.get("deleted") and str(one.get("emailAddress", "")).casefold() != account
            ]
        except Unreachable:
            # Drive says "not found" of what is gone as of what it will not show.
            if self._files.look(file) is not None:
                raise
            gone = True
        if gone:
            raise Changed("item_changed")
        return found

    def _read(self, found: Mapping[str, Any]) -> Grant:
        to = _TO.get(str(found.get("type")))
        if to is None:
            raise Unreachable("system_unlike_binding", ref=self._files.client.place)
        whom = found.get("domain") if to is GrantedTo.ORGANISATION else found.get("emailAddress")
        return Grant(to, str(whom or ""))


def opened_documents(binding: GoogleDriveStaging, *, key: Callable[[], str]) -> FolderDocuments:
    """The files of a binding and with whom they are shared. Nothing is asked of it yet."""
    files = opened_files(binding, place=binding.place, key=key)
    reach = DriveReach(files, account=lambda: account_of(key()))
    return FolderDocuments(DriveStaging(files, place=binding.place), grants=reach.grants)


def account_of(key: str) -> str:
    """The address in a service account's key; "" where there is none: then no token is got."""
    found: object = None
    with contextlib.suppress(orjson.JSONDecodeError):
        found = orjson.loads(key)
    return str(found.get("client_email") or "") if isinstance(found, dict) else ""
