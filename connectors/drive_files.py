"""Files in one folder of Google Drive: listed to the end, put whole, and deleted for good."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Final, NamedTuple
from urllib.parse import quote

from connectors.drive_client import DriveClient
from connectors.drive_upload import upload
from lifecycle.errors import Changed, FileRefused, Misconfigured, NotProven, Unreachable
from lifecycle.intake.outcomes import FileReason

FOLDER: Final = "application/vnd.google-apps.folder"
_NATIVE: Final = "application/vnd.google-apps."
"""Documents of Google's own, shortcuts, folders: they have no bytes."""
_FIELDS: Final = (
    "id,name,mimeType,parents,headRevisionId,md5Checksum,size,version,createdTime,modifiedTime,"
    "trashed,driveId,appProperties"
)
_MOST_PAGES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveFile:
    """One file as Drive showed it."""

    id: str
    name: str = field(repr=False)
    kind: str
    """Its MIME type."""
    parents: tuple[str, ...]
    version: str
    """Of the bytes: the head revision and its MD5 sum. Of what has none: when it was changed."""
    md5: str | None
    size: int
    """Bytes."""
    created: datetime
    modified: datetime
    trashed: bool
    drive: str | None
    properties: Mapping[str, str]

    @property
    def has_bytes(self) -> bool:
        """Whether it is a file as on a disk, and no document of Google's own or shortcut."""
        return self.md5 is not None and not self.kind.startswith(_NATIVE)


class DriveRoot(NamedTuple):
    """The folder that is bound, and the shared drive that it lies in."""

    folder: str
    drive: str | None


class DriveFiles:
    """What can be done in the bound folder."""

    def __init__(self, client: DriveClient, root: DriveRoot) -> None:
        self._client = client
        self._root = root

    @property
    def client(self) -> DriveClient:
        """For requests about one file."""
        return self._client

    @property
    def root(self) -> DriveRoot:
        """The bound folder."""
        return self._root

    def reach(self) -> None:
        """See that the folder itself is there: Drive says "not found" of what it will not show.

        Raises `Unreachable`, `Misconfigured("folder_not_as_bound")`.
        """
        query = {"fields": _FIELDS, "supportsAllDrives": "true"}
        answered = self._client.ask("GET", _path(self._root.folder), query, repeatable=True)
        found = self._file(self._client.parsed(answered))
        if found.kind != FOLDER or found.drive != self._root.drive or found.trashed:
            raise Misconfigured("folder_not_as_bound", ref=self._client.place)

    def capabilities(self) -> Mapping[str, object]:
        """What the account may do in the folder. Raises `Unreachable`."""
        query = {"fields": "capabilities", "supportsAllDrives": "true"}
        answered = self._client.ask("GET", _path(self._root.folder), query, repeatable=True)
        found = self._client.parsed(answered).get("capabilities")
        return found if isinstance(found, dict) else {}

    def look(self, file: str) -> DriveFile | None:
        """The file as it is now, in the trash too; None: it is gone, and the folder is there."""
        query = {"fields": _FIELDS, "supportsAllDrives": "true"}
        answered = self._client.ask("GET", _path(file), query, repeatable=True)
        if answered.status == 404:
            self.reach()
            return None
        return self._file(self._client.parsed(answered))

    def children(self, folder: str) -> Iterator[DriveFile]:
        """What lies in a folder, in the trash too, to the very end. Raises `Unreachable`."""
        query = {"q": f"'{folder}' in parents", "fields": f"files({_FIELDS})", "spaces": "drive"}
        query |= {"pageSize": "1000"}
        if self._root.drive is not None:
            query |= {"corpora": "drive", "driveId": self._root.drive}
            query |= {"includeItemsFromAllDrives": "true", "supportsAllDrives": "true"}
        else:
            query |= {"corpora": "user"}
        for found in self.pages("/drive/v3/files", query, "files"):
            yield self._file(found)

    def pages(self, path: str, query: Mapping[str, str], items: str) -> Iterator[dict[str, Any]]:
        """Every item of a list. A page may be empty and not be the last one.

        Raises `Unreachable`, also when Drive says that it did not look everywhere.
        """
        asked = {**query, "fields": f"nextPageToken,{query['fields']}"}
        if items == "files":
            asked["fields"] = f"incompleteSearch,{asked['fields']}"
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            page = self._client.parsed(self._client.ask("GET", path, asked, repeatable=True))
            if page.get("incompleteSearch"):
                raise Unreachable("listing_incomplete", ref=self._client.place)
            found = page.get(items, [])
            if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
                raise Unreachable("system_unlike_binding", ref=self._client.place)
            yield from found
            after = page.get("nextPageToken")
            if not after:
                return
            if after in seen:
                break
            seen.add(after)
            asked["pageToken"] = str(after)
        raise Unreachable("listing_in_a_circle", ref=self._client.place)

    def content(self, file: DriveFile, *, largest: int) -> bytes | None:
        """The bytes that lie there now; None: it is gone.

        Raises `Unreachable`, `FileRefused("corrupt")` for what Google holds back as harmful.
        """
        query = {"alt": "media", "supportsAllDrives": "true"}
        answered = self._client.ask("GET", _path(file.id), query, repeatable=True, largest=largest)
        if answered.status == 404:
            return None
        if answered.reason == "cannotDownloadAbusiveFile":
            raise FileRefused(FileReason.CORRUPT)
        if not answered.done:
            self._client.require(answered)
        return answered.content

    def put(
        self, name: str, data: BinaryIO, size: int, *, properties: Mapping[str, str] | None = None
    ) -> DriveFile:
        """A new file, whole or not at all. Its id is fetched first, so that asking twice for it
        makes one file (409). Raises `Unreachable`, `Changed` when `data` has other bytes by now.
        """
        query = {"count": "1", "space": "drive", "type": "files"}
        answered = self._client.ask("GET", "/drive/v3/files/generateIds", query, repeatable=True)
        ids = self._client.parsed(answered).get("ids")
        if not isinstance(ids, list) or len(ids) != 1:
            raise Unreachable("system_unlike_binding", ref=self._client.place)
        about = {
            "id": str(ids[0]),
            "name": name,
            "parents": [self._root.folder],
            "mimeType": "application/octet-stream",
            "appProperties": dict(properties or {}),
        }
        md5 = upload(self._client, about, data, size)
        there = self.look(str(ids[0]))
        if there is None or there.md5 != md5 or there.size != size:
            raise Changed("item_changed")
        return there

    def remove(self, file: str) -> None:
        """Delete for good, past the trash; gone already is success.

        Raises `NotProven("deletion_refused")` when a missing right keeps it or it is still there.
        """
        query = {"supportsAllDrives": "true"}
        answered = self._client.ask("DELETE", _path(file), query, repeatable=True)
        if answered.status == 403:
            raise NotProven("deletion_refused")
        if answered.status != 404 and not answered.done:
            self._client.require(answered)
        if self.look(file) is not None:
            raise NotProven("deletion_refused")

    def _file(self, found: Mapping[str, Any]) -> DriveFile:
        made: DriveFile | None = None
        with contextlib.suppress(KeyError, ValueError, TypeError, AttributeError):
            made = _made(found)
        if made is None:
            raise Unreachable("system_unlike_binding", ref=self._client.place)
        return made


def _path(file: str) -> str:
    return f"/drive/v3/files/{quote(file, safe='')}"


def _made(found: Mapping[str, Any]) -> DriveFile:
    md5 = found.get("md5Checksum")
    revision = found.get("headRevisionId")
    return DriveFile(
        id=str(found["id"]),
        name=str(found["name"]),
        kind=str(found["mimeType"]),
        parents=tuple(map(str, found.get("parents", ()))),
        version=f"{revision}:{md5}" if md5 else f"changed:{found['modifiedTime']}",
        md5=None if md5 is None else str(md5),
        size=int(found.get("size", 0)),
        created=_moment(found["createdTime"]),
        modified=_moment(found["modifiedTime"]),
        trashed=bool(found.get("trashed", False)),
        drive=found.get("driveId"),
        properties=dict(found.get("appProperties", {})),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment
