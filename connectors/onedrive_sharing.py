"""With whom the files of a folder in OneDrive are shared: links, people, groups, as Graph tells it
(A-64, A-67)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.base import StagedItem
from connectors.documents import FolderDocuments
from connectors.graph_client import asking
from connectors.graph_credentials import Secrets
from connectors.onedrive import CloudStaging, opened_folder
from connectors.onedrive_items import BoundFolder
from lifecycle.bindings.onedrive import OneDriveStaging
from lifecycle.errors import Changed, Unreachable
from lifecycle.placement.reach import Grant, GrantedTo

_SCOPES: Final = {"anonymous": GrantedTo.ANYONE, "organization": GrantedTo.ORGANISATION}
_EVERYBODY: Final = ("spo-grid-all-users", "c:0(.s|true")
"""In the sign-in names of SharePoint's "everyone except external users" and "everyone"."""
_NAMED: Final = ("grantedToIdentitiesV2", "grantedToIdentities")
_ONE: Final = ("grantedToV2", "grantedTo")


class CloudSharing:
    """The permissions of items in one bound folder, those of the folders above included."""

    def __init__(self, folder: BoundFolder) -> None:
        self._folder = folder

    def grants(self, item: StagedItem) -> list[Grant]:
        """To whom an item is open. Raises `Changed` when it is gone, `Unreachable`,
        `Misconfigured`."""
        builder = self._folder.builder(item.version.partition("|")[0])
        found: list[Grant] = []
        gone = False
        try:
            with self._folder.client.session():
                for permission in self._folder.client.pages(asking(builder.permissions)):
                    found += self._read(permission)
        except Unreachable as error:
            if error.code != "item_missing":
                raise
            gone = True
        if gone:
            raise Changed("item_changed")
        return found

    def _read(self, permission: Mapping[str, Any]) -> Iterator[Grant]:
        link = permission.get("link")
        scope = link.get("scope") if isinstance(link, Mapping) else None
        if scope in _SCOPES:
            yield Grant(_SCOPES[scope])
            return
        told = next((permission[name] for name in _NAMED if permission.get(name)), None)
        if told is None:
            told = [next((permission[name] for name in _ONE if permission.get(name)), {})]
        if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
            raise Unreachable("system_unlike_binding", ref=self._folder.client.system)
        for one in told:
            grant = _identity(one)
            if grant is not None:
                yield grant
        invited = (permission.get("invitation") or {}).get("email")
        if invited:
            yield Grant(GrantedTo.PERSON, str(invited))


def _identity(told: Mapping[str, Any]) -> Grant | None:
    """Of the ways in which Graph names one identity the one that tells most; None: nobody who
    reads (an application of the tenant's, a device)."""
    site = told.get("siteUser") or {}
    login = str(site.get("loginName") or "")
    if any(mark in login for mark in _EVERYBODY):
        return Grant(GrantedTo.ORGANISATION)
    group = told.get("group") or told.get("siteGroup")
    if group:
        return Grant(GrantedTo.GROUP, str(group.get("email") or group.get("id") or ""))
    user = told.get("user") or {}
    if not user and not site:
        return None
    sign_in = login.rpartition("|")[2]
    guest = sign_in if "#ext#" in sign_in.casefold() else ""
    address = guest or user.get("email") or site.get("email") or user.get("userPrincipalName")
    return Grant(GrantedTo.PERSON, str(address or (sign_in if "@" in sign_in else "")))


def opened_documents(binding: OneDriveStaging, *, secrets: Secrets) -> FolderDocuments:
    """The files of a binding and with whom they are shared. Nothing is asked of it yet."""
    folder = opened_folder(binding, secrets=secrets, system=binding.place)
    staging = CloudStaging(folder, place=binding.place)
    return FolderDocuments(staging, grants=CloudSharing(folder).grants)
