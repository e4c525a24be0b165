"""What Google's reference of Drive API v3 allows in a request; anything else is a violation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

BOOLEANS: Final = frozenset(
    {
        "acknowledgeAbuse",
        "ignoreDefaultVisibility",
        "includeItemsFromAllDrives",
        "keepRevisionForever",
        "sendNotificationEmail",
        "supportsAllDrives",
        "transferOwnership",
        "useDomainAdminAccess",
    }
)
PARAMETERS: Final[dict[str, frozenset[str]]] = {
    "files.list": frozenset(
        {
            "corpora",
            "driveId",
            "fields",
            "includeItemsFromAllDrives",
            "orderBy",
            "pageSize",
            "pageToken",
            "q",
            "spaces",
            "supportsAllDrives",
        }
    ),
    "files.get": frozenset({"acknowledgeAbuse", "alt", "fields", "supportsAllDrives"}),
    "files.create": frozenset(
        {
            "fields",
            "ignoreDefaultVisibility",
            "keepRevisionForever",
            "supportsAllDrives",
            "uploadType",
        }
    ),
    "files.update": frozenset({"addParents", "fields", "removeParents", "supportsAllDrives"}),
    "files.delete": frozenset({"supportsAllDrives"}),
    "files.generateIds": frozenset({"count", "fields", "space", "type"}),
    "permissions.list": frozenset(
        {"fields", "pageSize", "pageToken", "supportsAllDrives", "useDomainAdminAccess"}
    ),
    "permissions.create": frozenset(
        {
            "emailMessage",
            "fields",
            "sendNotificationEmail",
            "supportsAllDrives",
            "transferOwnership",
            "useDomainAdminAccess",
        }
    ),
    "permissions.delete": frozenset({"supportsAllDrives", "useDomainAdminAccess"}),
    "drives.get": frozenset({"fields", "useDomainAdminAccess"}),
}
FILE: Final = frozenset(
    {
        "appProperties",
        "capabilities",
        "createdTime",
        "driveId",
        "headRevisionId",
        "id",
        "kind",
        "md5Checksum",
        "mimeType",
        "modifiedTime",
        "name",
        "parents",
        "sha256Checksum",
        "size",
        "trashed",
        "version",
    }
)
PERMISSION: Final = frozenset(
    {
        "deleted",
        "displayName",
        "domain",
        "emailAddress",
        "expirationTime",
        "id",
        "kind",
        "permissionDetails",
        "role",
        "type",
    }
)
FIELDS: Final[dict[str, Mapping[str, frozenset[str]]]] = {
    "files.list": {"nextPageToken": frozenset(), "incompleteSearch": frozenset(), "files": FILE},
    "files.get": dict.fromkeys(FILE, frozenset()),
    "files.create": dict.fromkeys(FILE, frozenset()),
    "files.update": dict.fromkeys(FILE, frozenset()),
    "files.generateIds": {"ids": frozenset(), "space": frozenset(), "kind": frozenset()},
    "permissions.list": {"nextPageToken": frozenset(), "permissions": PERMISSION},
    "permissions.create": dict.fromkeys(PERMISSION, frozenset()),
    "drives.get": {"id": frozenset(), "name": frozenset(), "restrictions": frozenset()},
}
WRITABLE: Final[dict[str, frozenset[str]]] = {
    "files.create": frozenset({"appProperties", "id", "mimeType", "name", "parents"}),
    "files.update": frozenset({"appProperties", "mimeType", "name", "trashed"}),
    "permissions.create": frozenset({"emailAddress", "expirationTime", "role", "type"}),
}
IN_PARENTS: Final = re.compile(r"'([A-Za-z0-9_-]+)' in parents")


def wrong_in(operation: str, query: Mapping[str, str], body: Any) -> Iterator[str]:
    """What the reference does not know or does not allow."""
    for name, value in query.items():
        if name not in PARAMETERS[operation]:
            yield f"{operation}: parameter {name}"
        if name in BOOLEANS and value not in {"true", "false"}:
            yield f"{operation}: {name} is no boolean"
    if "fields" in query:
        yield from _wrong_mask(operation, query["fields"])
    if operation in WRITABLE:
        if not isinstance(body, dict):
            yield f"{operation}: no body"
        else:
            yield from (f"{operation}: field {n}" for n in body if n not in WRITABLE[operation])
    elif body not in (None, b""):
        yield f"{operation}: a body"
    if operation == "files.list":
        yield from _wrong_list(query)


def mask(text: str) -> dict[str, frozenset[str]]:
    """`a,b(c,d)` as name → inner names. Raises `ValueError`."""
    found: dict[str, frozenset[str]] = {}
    rest = text
    while rest:
        match = re.match(r"([A-Za-z0-9]+)(?:\(([A-Za-z0-9,]+)\))?(?:,|$)", rest)
        if match is None:
            raise ValueError(text)
        found[match[1]] = frozenset((match[2] or "").split(",")) - {""}
        rest = rest[match.end() :]
    return found


def wrong_permission(body: Mapping[str, Any], *, folder: bool, now: datetime) -> str | None:
    """Google's reason why a permission cannot be given; None: it can."""
    if body.get("type") not in {"user", "group"} or "@" not in body.get("emailAddress", ""):
        return "invalidSharingRequest"
    if body.get("role") not in {"reader", "commenter", "writer"}:
        return "invalidSharingRequest"
    if "expirationTime" in body:
        until = datetime.fromisoformat(body["expirationTime"])
        if until <= now or until > now + timedelta(days=366):
            return "expirationTimeInvalid"
        if folder and body["role"] != "reader":
            return "expirationTimeInvalid"
    return None


def _wrong_mask(operation: str, text: str) -> Iterator[str]:
    try:
        asked = mask(text)
    except ValueError:
        yield f"{operation}: fields cannot be read"
        return
    known = FIELDS[operation]
    for name, inner in asked.items():
        if name not in known:
            yield f"{operation}: fields: {name}"
        elif not inner <= known[name]:
            yield f"{operation}: fields: {name}(…)"


def _wrong_list(query: Mapping[str, str]) -> Iterator[str]:
    if not 1 <= int(query.get("pageSize", "100")) <= 1000:
        yield "files.list: pageSize"
    if IN_PARENTS.fullmatch(query.get("q", "")) is None:
        yield "files.list: q"
    if query.get("corpora") not in {None, "user", "domain", "drive", "allDrives"}:
        yield "files.list: corpora"
    if query.get("corpora") == "drive":
        whole = query.get("includeItemsFromAllDrives") == query.get("supportsAllDrives") == "true"
        if "driveId" not in query or not whole:
            yield "files.list: a drive without driveId and the two switches"
    elif "driveId" in query:
        yield "files.list: driveId without corpora=drive"
