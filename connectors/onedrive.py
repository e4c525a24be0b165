"""That folder is emptied every day and the files are deleted permanently: a folder in OneDrive or
SharePoint as staging (A-100, A-101)."""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from connectors.base import StagedItem
from connectors.graph_client import GraphClient
from connectors.graph_credentials import Secrets, token_of
from connectors.onedrive_items import BoundFolder, Entry
from lifecycle.bindings.onedrive import DriveFolder, OneDriveStaging
from lifecycle.errors import Changed, FileRefused, GallraError, NotProven, Refused, Unreachable
from lifecycle.intake.outcomes import FileReason

LARGEST_FILE: Final = 128 * 1024 * 1024
"""Bytes that are read into memory at most, as from a folder on a disk."""
PRIVATE_PREFIX: Final = "gallra-deleting-"
"""What an item is called between the decision and its removal."""
_NOT_ALLOWED: Final = re.compile(
    r'["*:<>?/\\|\x00-\x1f\x7f\ud800-\udfff]|^[ ~]|[ .]$|^\.\.?$|_vti_|^.lock$|^desktop\.ini$'
    r"|^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)",
    re.IGNORECASE,
)
"""What OneDrive takes for no name, or makes another one of."""
_LONGEST_NAME: Final = 200


class CloudStaging:
    """A staging folder in OneDrive.

    A key is the path below the folder; what is done goes by the id, which is part of the version.
    Notebooks, shortcuts and empty subfolders are items of their own: never followed or opened, and
    removed like files. Subfolders that become empty go with their last file.
    """

    private_prefix: Final = PRIVATE_PREFIX

    def __init__(
        self, folder: BoundFolder, *, place: str, largest_file: int = LARGEST_FILE
    ) -> None:
        self._folder = folder
        self._place = place
        self._largest_file = largest_file

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def list_items(self) -> Iterator[StagedItem]:
        """Every file, in subfolders too, and every empty subfolder.

        Raises `Unreachable`, also when the folder is not there any more at the end.
        """
        found: list[StagedItem] = []
        with self._folder.client.session():
            root = self._folder.require()
            waiting: list[tuple[tuple[str, ...], Entry]] = [((), root)]
            while waiting:
                names, folder = waiting.pop()
                entries = self._within(folder, root)
                if entries == [] and folder.id != root.id:
                    found.append(_item(names, folder))
                for entry in entries or ():
                    path = (*names, _step(entry.name))
                    if entry.is_folder:
                        waiting.append((path, entry))
                    else:
                        found.append(_item(path, entry))
            self._folder.require()
        return iter(found)

    def read(self, item: StagedItem) -> bytes:
        """The bytes of exactly this version.

        Raises `Changed`, `Unreachable`, or `FileRefused` for what is no file, is kept back by the
        virus scanner, or is larger than `largest_file`.
        """
        with self._folder.client.session():
            entry = self._here(item)
            if entry is None or version_of(entry) != item.version:
                raise Changed("item_changed")
            if not entry.readable:
                raise FileRefused(FileReason.NOT_A_WORKBOOK)
            if entry.size > self._largest_file:
                raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
            content = BytesIO()
            self._folder.download(entry, content, largest=self._largest_file)
            after = self._folder.get(entry.id)
        data = content.getvalue()
        if after is None or version_of(after) != item.version or len(data) != after.size:
            raise Changed("item_changed")
        return data

    def delete_permanently(self, item: StagedItem) -> None:
        """Remove exactly this version beyond the recycle bin; already gone is success.

        The item first gets a private name, under the condition that it still is what was looked
        at: what somebody brings under the old name meanwhile is another item. A kill in between
        leaves the private name, which the next listing shows.
        Raises `Changed`, `Unreachable` or `NotProven("deletion_refused")`.
        """
        with self._folder.client.session():
            entry = self._here(item)
            if entry is None:
                return
            if version_of(entry) != item.version:
                raise Changed("item_changed")
            self._remove(entry)
            self._remove_empty(entry.parent)

    def put(self, name: str, data: bytes) -> StagedItem:
        """Place a file whole or not at all.

        Raises `Refused("name_not_allowed")`, `Refused("name_taken")`, `Unreachable`.
        """
        if not name or len(name) > _LONGEST_NAME or _NOT_ALLOWED.search(name):
            raise Refused("name_not_allowed")
        with self._folder.client.session():
            entry = self._folder.put(self._folder.folder, name, BytesIO(data), len(data))
        return _item((_step(entry.name),), entry)

    def _within(self, folder: Entry, root: Entry) -> list[Entry] | None:
        """What is in a folder; None: a subfolder that somebody took away meanwhile."""
        try:
            return list(self._folder.children(folder.id))
        except Unreachable as error:
            if error.code != "folder_missing" or folder.id == root.id:
                raise
        return None

    def _here(self, item: StagedItem) -> Entry | None:
        """What the item is now; None: it is gone. Raises `Changed` when it lies elsewhere: that is
        no longer ours, and must not be called gone."""
        entry = self._folder.get(item.version.partition("|")[0])
        if entry is None:
            # Gone, if the folder itself is there: otherwise nobody knows.
            self._folder.require()
        elif not self._folder.lies_within(entry):
            self._folder.require()
            raise Changed("item_changed")
        return entry

    def _remove(self, entry: Entry) -> None:
        suffix = PurePosixPath(entry.name).suffix
        plain = re.fullmatch(r"\.[A-Za-z0-9]{1,4}", suffix, re.ASCII) is not None
        private = f"{PRIVATE_PREFIX}{randomness.token_hex(16)}{suffix if plain else ''}"
        renamed = self._folder.rename(entry, private)
        if renamed is None:
            return
        failure: GallraError | None = None
        try:
            if version_of(renamed) != version_of(entry):
                raise Changed("item_changed")
            if entry.is_folder and next(self._folder.children(entry.id), None) is not None:
                raise Changed("item_changed")
            self._folder.purge(entry.id)
        except (Changed, NotProven) as error:
            failure = error
        if failure is not None:
            # It stays, so it gets its name back, unless that is taken by now.
            with suppress(GallraError):
                self._folder.rename(renamed, entry.name)
            raise failure

    def _remove_empty(self, parent: str | None) -> None:
        """Subfolders' names can tell of a person too: the emptied ones go, innermost first."""
        while parent is not None and parent != self._folder.folder:
            above = self._folder.get(parent)
            if above is None or above.children:
                return
            try:
                self._remove(above)
            except (Changed, NotProven):
                return  # in use again, or kept: then the next listing shows it
            parent = above.parent


def version_of(entry: Entry) -> str:
    """The identity of an item's bytes; unlike the eTag it stays when somebody renames it."""
    return f"{entry.id}|{'' if entry.is_folder else entry.ctag}"


def opened_folder(binding: DriveFolder, *, secrets: Secrets, system: str) -> BoundFolder:
    """The folder of a binding. Nothing is asked of it yet."""
    client = GraphClient(
        token_of(binding, secrets=secrets, system=system),
        system=system,
        base=binding.url,
        storage_hosts=(binding.files_host,),
        timeout=binding.timeout,
    )
    return BoundFolder(client, drive=binding.drive, folder=binding.folder)


def opened_staging(binding: OneDriveStaging, *, secrets: Secrets) -> CloudStaging:
    """The staging folder of a binding. Nothing is asked of it yet."""
    folder = opened_folder(binding, secrets=secrets, system=binding.place)
    return CloudStaging(folder, place=binding.place)


def _item(path: tuple[str, ...], entry: Entry) -> StagedItem:
    return StagedItem(
        key="/".join(path),
        name=path[-1],
        version=version_of(entry),
        size=0 if entry.is_folder else entry.size,
        arrived_at=entry.created,
        empty_folder=entry.is_folder,
    )


def _step(name: str) -> str:
    """A name as one step of a key: neither a separator nor half a character in it."""
    whole = name.encode("utf-8", errors="replace").decode()
    return whole.replace("/", "\N{DIVISION SLASH}").replace("\0", "\N{REPLACEMENT CHARACTER}")
