"""One folder of a drive: everything that is done to it goes by ids below it, never by a name that
somebody else wrote."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from connectors.graph_client import GraphClient, Sink, asking
from connectors.graph_upload import upload
from lifecycle.errors import Changed, NotProven, Refused, Unreachable

if TYPE_CHECKING:
    from msgraph.generated.drives.item.items.item.drive_item_item_request_builder import (
        DriveItemItemRequestBuilder,
    )

_FIELDS: Final = (
    "id",
    "name",
    "eTag",
    "cTag",
    "size",
    "createdDateTime",
    "parentReference",
    "file",
    "folder",
    "malware",
)
_PAGE: Final = 200
_DEEPEST: Final = 64
_PART: Final = 1024 * 1024
_KEPT: Final = frozenset({403, 423})
"""A hold, a retention label, a missing right, or somebody who has it open: it is still there."""
_GONE: Final = frozenset({404, 410})
_ID: Final = re.compile(r"[A-Za-z0-9!._-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder as Graph describes it."""

    id: str
    name: str = field(repr=False)
    etag: str
    ctag: str
    size: int
    created: datetime
    parent: str | None
    children: int | None
    """How many a folder holds; None: it is none."""
    readable: bool
    """False: a notebook, a shortcut, or what the virus scanner keeps back."""

    @property
    def is_folder(self) -> bool:
        """Whether it is one."""
        return self.children is not None


class BoundFolder:
    """One folder of one drive, by the drive's id and the folder's."""

    def __init__(self, client: GraphClient, *, drive: str, folder: str) -> None:
        self.client = client
        self._drive = drive
        self.folder = folder

    def builder(self, item: str) -> DriveItemItemRequestBuilder:
        """The SDK's address of an item."""
        return self.client.drives.by_drive_id(self._drive).items.by_drive_item_id(item)

    def get(self, item: str) -> Entry | None:
        """What there is under that id now; None: nothing. Raises `Unreachable`, `Misconfigured`."""
        info = asking(self.builder(item), select=list(_FIELDS))
        found = self.client.get(info, passing=_GONE)
        return None if found is None else self._entry(found)

    def require(self) -> Entry:
        """The bound folder itself. Raises `Unreachable("folder_missing")`: a folder that is not
        there is never an empty one."""
        found = self.get(self.folder)
        if found is None or not found.is_folder:
            raise Unreachable("folder_missing", ref=self.client.system)
        return found

    def child(self, parent: str, name: str) -> Entry | None:
        """What is called so in a folder; `name` is one of our own."""
        found = self.get(f"{parent}:/{name}:")
        return found if found is None or found.parent == parent else None

    def children(self, parent: str) -> Iterator[Entry]:
        """Everything in a folder, page for page to the very end.

        Raises `Unreachable("folder_missing")` when the folder is not there."""
        info = asking(self.builder(parent).children, select=list(_FIELDS), top=_PAGE)
        missing = False
        try:
            for found in self.client.pages(info):
                yield self._entry(found)
        except Unreachable as error:
            if error.code != "item_missing":
                raise
            missing = True
        if missing:
            raise Unreachable("folder_missing", ref=self.client.system)

    def lies_within(self, entry: Entry) -> bool:
        """Whether an item still lies below the bound folder: somebody may have moved it."""
        above = entry.parent
        for _ in range(_DEEPEST):
            if above is None:
                return False
            if above == self.folder:
                return True
            found = self.get(above)
            above = None if found is None else found.parent
        return False

    def rename(self, entry: Entry, name: str) -> Entry | None:
        """Give exactly this state of an item another name; None: it is gone.

        Raises `Changed` when it is another by now (If-Match), `NotProven("deletion_refused")`
        when a hold keeps even its name."""
        info = asking(self.builder(entry.id), "PATCH")
        answer = self.client.send(
            info, {"name": name}, headers={"If-Match": entry.etag}, passing=_GONE | _KEPT
        )
        if answer.status in _KEPT:
            raise NotProven("deletion_refused", ref=self.client.system)
        return None if answer.status in _GONE else self._entry(self.client.parsed(answer))

    def purge(self, item: str) -> None:
        """Delete an item permanently, beyond any recycle bin; gone already is success.

        Raises `NotProven("deletion_refused")`, `Unreachable`."""
        info = asking(self.builder(item).permanent_delete, "POST")
        # Twice is the same as once: the second time it is not there any more.
        answer = self.client.send(info, repeatable=True, passing=_GONE | _KEPT)
        if answer.status in _KEPT:
            raise NotProven("deletion_refused", ref=self.client.system)

    def make_folder(self, parent: str, name: str) -> Entry:
        """A new folder; `name` is one of our own. Raises `Refused("name_taken")`."""
        return self._made(parent, {"name": name, "folder": {}})

    def put(self, parent: str, name: str, source: BinaryIO, size: int) -> Entry:
        """Place a file whole or not at all; `name` is one of our own.

        Raises `Refused("name_taken")`, `Unreachable`."""
        if size == 0:
            return self._made(parent, {"name": name, "file": {}})
        info = asking(self.builder(f"{parent}:/{name}:").create_upload_session, "POST")
        body = {"item": {"@microsoft.graph.conflictBehavior": "fail", "name": name}}
        answer = self.client.send(info, body, repeatable=True, passing=frozenset({404, 409}))
        if answer.status == 404:
            raise Unreachable("folder_missing", ref=self.client.system)
        if answer.status == 409:
            raise Refused("name_taken", ref=self.client.system)
        session = self.client.parsed(answer)
        address = session.get("uploadUrl") if isinstance(session, dict) else None
        if not isinstance(address, str):
            raise Unreachable("system_unlike_binding", ref=self.client.system)
        start = source.tell()
        made = upload(self.client, address, source, size)
        if made is not None:
            return self._entry(made)
        # The last answer was lost: whatever is called so now is ours only byte for byte.
        found = self.child(parent, name)
        source.seek(start)
        if found is None or not self.same_bytes(found, source, size):
            raise Unreachable("answer_lost", ref=self.client.system)
        return found

    def same_bytes(self, entry: Entry, source: BinaryIO, size: int) -> bool:
        """Whether an item holds exactly the next `size` bytes of `source`."""
        if entry.is_folder or entry.size != size:
            return False
        there = _Digest()
        self.download(entry, there, largest=size)
        ours = hashlib.sha256()
        left = size
        while left and (part := source.read(min(left, _PART))):
            ours.update(part)
            left -= len(part)
        return left == 0 and there.value() == ours.digest()

    def download(self, entry: Entry, into: Sink, *, largest: int) -> int:
        """Write a file's bytes to `into`; how many. Raises `Changed` when it is gone."""
        info = asking(self.builder(entry.id).content)
        written = 0
        gone = False
        try:
            written = self.client.download(info, into, largest=largest)
        except Unreachable as error:
            if error.code != "item_missing":
                raise
            gone = True
        if gone:
            raise Changed("item_changed", ref=self.client.system)
        return written

    def _made(self, parent: str, body: dict[str, Any]) -> Entry:
        info = asking(self.builder(parent).children, "POST")
        body = {**body, "@microsoft.graph.conflictBehavior": "fail"}
        answer = self.client.send(info, body, passing=frozenset({404, 409}))
        if answer.status == 409:
            raise Refused("name_taken", ref=self.client.system)
        if answer.status == 404:
            raise Unreachable("folder_missing", ref=self.client.system)
        return self._entry(self.client.parsed(answer))

    def _entry(self, found: Any) -> Entry:
        """Raises `Unreachable("system_unlike_binding")` for what Graph never answers."""
        entry: Entry | None = None
        try:
            parent = (found.get("parentReference") or {}).get("id")
            folder = found.get("folder")
            entry = Entry(
                id=_id(found["id"]),
                name=str(found["name"]),
                etag=str(found["eTag"]),
                ctag=str(found.get("cTag") or found["eTag"]),
                size=int(found.get("size") or 0),
                created=datetime.fromisoformat(found["createdDateTime"]).astimezone(UTC),
                parent=None if parent is None else _id(parent),
                children=None if folder is None else int(folder.get("childCount") or 0),
                readable=isinstance(found.get("file"), dict) and found.get("malware") is None,
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            entry = None
        if entry is None:
            raise Unreachable("system_unlike_binding", ref=self.client.system)
        return entry


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value) or value in {".", ".."}:
        raise ValueError("not an id")
    return value


class _Digest:
    """A sink that keeps nothing but the sum of what came."""

    def __init__(self) -> None:
        self._sum = hashlib.sha256()
        self._taken = 0

    def tell(self) -> int:
        return self._taken

    def seek(self, offset: int, /) -> int:
        if offset != self._taken:
            # Only ever back to the beginning: a download that was cut off begins anew.
            self._sum, self._taken = hashlib.sha256(), 0
        return self._taken

    def truncate(self) -> int:
        return self._taken

    def write(self, data: bytes, /) -> int:
        self._sum.update(data)
        self._taken += len(data)
        return len(data)

    def value(self) -> bytes:
        return self._sum.digest()
