"""What the Graph of the tests holds, what it does wrong on demand, and what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass
class Behaviour:
    """What goes wrong; switch it off by setting it back."""

    tokens: set[str] | None = None
    """Only these tokens are good; None: any is."""
    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """The next requests are answered so, one each, and not carried out."""
    refuse: dict[str, int] = field(default_factory=dict)
    """Whatever ends so is answered with this status and not done: `{"/permanentDelete": 403}`."""
    page_size: int = 3
    empty_pages: bool = True
    """Between every two pages lies an empty one that has a next link."""
    next_host: str | None = None
    """The next page lies on this host."""
    redirect_to: str | None = None
    """Every request to Graph is led there."""
    storage_elsewhere: str | None = None
    """Pre-authenticated addresses lead to this host."""
    lose_answers_of: list[str] = field(default_factory=list)
    """What ends so is carried out, and the connection cut instead of an answer; once each."""
    cut_uploads_after: list[int] = field(default_factory=list)
    """The next ranges are cut off after so many bytes; none of the range is kept."""
    lose_upload_answers: list[bool] = field(default_factory=list)
    """The next ranges are kept whole, and their answer is lost if True."""
    cut_downloads_after: list[int] = field(default_factory=list)
    """The next downloads are cut off after so many bytes."""
    unreachable: bool = False
    """Every connection is cut at once."""
    before: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    """Just before a request that ends so is carried out, this happens; once each."""
    slow: float = 0.0


@dataclass
class Item:
    """A file or a folder of a drive."""

    id: str
    name: str
    parent: str | None
    folder: bool
    data: bytes = b""
    etag: int = 1
    ctag: int = 1
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    permissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    letters: list[str] = field(default_factory=list)
    """What was written to those it is shared with."""


@dataclass
class Upload:
    """A session that waits for ranges."""

    drive: str
    parent: str
    name: str
    conflict: str
    received: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True)
class Seen:
    """One request, as it arrived."""

    server: str
    """`graph`, `storage` or `foreign`."""
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def bears_token(self) -> bool:
        """Whether anything in it could open Graph."""
        return "authorization" in {name.lower() for name in self.headers}


@dataclass
class Drive:
    """One drive: items by id, the root among them."""

    id: str
    items: dict[str, Item] = field(default_factory=dict)
    recycle_bin: list[Item] = field(default_factory=list)
    purged: list[Item] = field(default_factory=list)


class GraphWorld:
    """Everything: a test looks into it and changes it behind the client's back."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.behaviour = Behaviour()
        self.drives: dict[str, Drive] = {}
        self.uploads: dict[str, Upload] = {}
        self.downloads: dict[str, tuple[str, str]] = {}
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.url = ""
        self.storage_host = ""
        self.foreign_url = ""
        self._number = 0

    def new_id(self, start: str) -> str:
        """An id as Graph gives them."""
        with self.lock:
            self._number += 1
            return f"{start}{self._number:030d}"

    def drive(self, drive_id: str = "b!drive-one") -> Drive:
        """The drive of that id, made if need be."""
        with self.lock:
            if drive_id not in self.drives:
                root = Item(self.new_id("01ROOT"), "root", None, folder=True)
                self.drives[drive_id] = Drive(drive_id, {root.id: root})
            return self.drives[drive_id]

    def folder(self, name: str, *, drive: str = "b!drive-one", parent: str | None = None) -> Item:
        """A folder of that name, found or made."""
        return self._item(name, drive, parent, folder=True)

    def drop(
        self,
        path: str,
        data: bytes,
        *,
        within: Item,
        drive: str = "b!drive-one",
        as_one_name: bool = False,
    ) -> Item:
        """What a person does: a file appears, or its content is replaced."""
        with self.lock:
            steps = [path] if as_one_name else path.split("/")
            parent = within.id
            for step in steps[:-1]:
                parent = self._item(step, drive, parent, folder=True).id
            item = self._item(steps[-1], drive, parent, folder=False)
            item.data = data
            item.etag += 1
            item.ctag += 1
            return item

    def _item(self, name: str, drive: str, parent: str | None, *, folder: bool) -> Item:
        with self.lock:
            items = self.drive(drive).items
            above = parent or next(i.id for i in items.values() if i.parent is None)
            found = next((i for i in items.values() if (i.parent, i.name) == (above, name)), None)
            if found is None:
                found = Item(self.new_id("01ITEM"), name, above, folder)
                items[found.id] = found
            return found

    def paths(self, within: Item, *, drive: str = "b!drive-one") -> dict[str, Item]:
        """Every file below a folder, by its path from there."""
        with self.lock:
            items = self.drives[drive].items
            found = {}
            for item in items.values():
                steps = [item.name]
                above = item.parent
                while above is not None and above != within.id:
                    steps.append(items[above].name)
                    above = items[above].parent
                if above == within.id and not item.folder:
                    found["/".join(reversed(steps))] = item
            return found

    def asked(self, method: str, ending: str = "") -> list[Seen]:
        """The requests to Graph of that method whose path ends so."""
        return [
            s
            for s in self.seen
            if s.server == "graph" and s.method == method and s.path.endswith(ending)
        ]

    def check(self) -> None:
        """What must hold of every test: nothing breaks Microsoft's description, no token goes
        anywhere but to Graph, nothing at all to a foreign host, no file to a recycle bin."""
        assert self.violations == []
        assert [s for s in self.seen if s.server != "graph" and s.bears_token] == []
        assert [s for s in self.seen if s.server == "foreign"] == []
        assert [s for s in self.asked("DELETE") if "/permissions/" not in s.path] == []
        assert all(drive.recycle_bin == [] for drive in self.drives.values())
