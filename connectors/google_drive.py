"""That folder is emptied every day and the files are deleted permanently: a folder in Google Drive
as staging (A-100, A-101)."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from connectors.base import StagedItem
from connectors.drive_client import DriveClient
from connectors.drive_files import FOLDER, DriveFile, DriveFiles, DriveRoot
from connectors.drive_token import ServiceAccountToken
from lifecycle.bindings.google_drive import DriveFolder, GoogleDriveStaging
from lifecycle.errors import Changed, FileRefused, NotProven, Refused
from lifecycle.intake.outcomes import FileReason

LARGEST_FILE: Final = 128 * 1024 * 1024
"""Bytes that are read into memory at most, as from a folder on a disk."""
_PLAIN_NAME: Final = re.compile(r"[^/\\\x00-\x1f\x7f\ud800-\udfff]{1,200}")


class DriveStaging:
    """A staging folder in Google Drive.

    A key is the ids of the folders, from the bound one inwards, and of the file. Shortcuts and
    documents of Google's own are items: never followed, not readable, removed like files. What lies
    in the trash is still there.
    """

    def __init__(self, files: DriveFiles, *, place: str, largest_file: int = LARGEST_FILE) -> None:
        self._files = files
        self._place = place
        self._largest_file = largest_file

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def list_items(self) -> Iterator[StagedItem]:
        """Every file, in subfolders and in the trash too, and every empty subfolder.

        Raises `Unreachable`, also when the folder is out of sight at the end: what Drive does not
        show any more looks like nothing.
        """
        self._files.reach()
        root = self._files.root.folder
        waiting: list[tuple[tuple[str, ...], DriveFile | None]] = [((root,), None)]
        seen = {root}
        while waiting:
            chain, folder = waiting.pop()
            found = False
            for file in self._files.children(chain[-1]):
                found = True
                if file.kind != FOLDER:
                    yield _item(chain, file)
                elif file.id not in seen:
                    seen.add(file.id)
                    waiting.append(((*chain, file.id), file))
            if folder is not None and not found:
                yield _item(chain[:-1], folder)
        self._files.reach()

    def read(self, item: StagedItem) -> bytes:
        """The bytes of exactly this version, proven by their sum.

        Raises `Changed`, `Unreachable`, or `FileRefused` for what has no bytes, is larger than
        `largest_file` or is held back by Google as harmful.
        """
        now = self._now(item)
        if now is None or now.version != item.version:
            raise Changed("item_changed")
        if not now.has_bytes:
            raise FileRefused(FileReason.NOT_A_WORKBOOK)
        if now.size > self._largest_file:
            raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
        data = self._files.content(now, largest=self._largest_file)
        if data is None or hashlib.md5(data, usedforsecurity=False).hexdigest() != now.md5:
            raise Changed("item_changed")
        return data

    def delete_permanently(self, item: StagedItem) -> None:
        """Remove exactly this version past the trash; already gone is success.

        Drive deletes by id, without asking for a version: it is compared immediately before.
        Raises `Changed` (also when it was moved out of its folder), `Unreachable`,
        `NotProven("deletion_refused")`.
        """
        now = self._now(item)
        if now is not None:
            if item.empty_folder:
                # A folder takes everything in it along.
                if now.kind != FOLDER or any(self._files.children(now.id)):
                    raise Changed("item_changed")
            elif now.version != item.version:
                raise Changed("item_changed")
            self._files.remove(now.id)
        self._remove_empty(_steps(item.key)[:-1])

    def put(self, name: str, data: bytes) -> StagedItem:
        """Place a file whole or not at all.

        Drive lets two files have one name, so it is looked for before and after.
        Raises `Refused("name_not_allowed")`, `Refused("name_taken")`, `Unreachable`, `Changed`.
        """
        if not _PLAIN_NAME.fullmatch(name) or name in {".", ".."}:
            raise Refused("name_not_allowed")
        self._files.reach()
        if self._called(name):
            raise Refused("name_taken")
        made = self._files.put(name, io.BytesIO(data), len(data))
        first = min(self._called(name), key=lambda f: (f.created, f.id), default=made)
        if first.id != made.id:
            self._files.remove(made.id)
            raise Refused("name_taken")
        return _item((self._files.root.folder,), made)

    def _called(self, name: str) -> list[DriveFile]:
        return [f for f in self._files.children(self._files.root.folder) if f.name == name]

    def _now(self, item: StagedItem) -> DriveFile | None:
        """The item as it is now; None: it is gone. Raises `Changed` when it lies elsewhere."""
        *_, folder, file = _steps(item.key)
        now = self._files.look(file)
        if now is not None and folder not in now.parents:
            raise Changed("item_changed")
        return now

    def _remove_empty(self, chain: tuple[str, ...]) -> None:
        """Subfolders' names can tell of a person too: the emptied ones go, innermost first."""
        for depth in range(len(chain) - 1, 0, -1):
            folder = self._files.look(chain[depth])
            if folder is None:
                continue
            if chain[depth - 1] not in folder.parents or any(self._files.children(folder.id)):
                return
            try:
                self._files.remove(folder.id)
            except NotProven:
                return  # kept: then the next listing shows it


def opened_files(binding: DriveFolder, *, place: str, key: Callable[[], str]) -> DriveFiles:
    """The bound folder. Nothing is asked of it yet."""
    token = ServiceAccountToken(
        key,
        token_url=binding.token_url,
        acting_as=binding.acting_as,
        timeout=binding.timeout,
        place=place,
    )
    client = DriveClient(binding.url, token, timeout=binding.timeout, place=place)
    return DriveFiles(client, DriveRoot(binding.folder, binding.drive))


def opened_staging(binding: GoogleDriveStaging, *, key: Callable[[], str]) -> DriveStaging:
    """The staging folder that `binding` describes; `key` fetches the service account's key."""
    return DriveStaging(opened_files(binding, place=binding.place, key=key), place=binding.place)


def _steps(key: str) -> tuple[str, ...]:
    steps = tuple(key.split("/"))
    if len(steps) < 2 or not all(steps):
        raise Changed("item_changed")
    return steps


def _item(chain: tuple[str, ...], file: DriveFile) -> StagedItem:
    # A program that puts a file there may say of it that it was changed in the future.
    times = [moment for moment in (file.created, file.modified) if moment <= datetime.now(UTC)]
    return StagedItem(
        key="/".join((*chain, file.id)),
        name=file.name,
        version=file.version,
        size=file.size,
        arrived_at=max(times, default=file.created).astimezone(UTC),
        empty_folder=file.kind == FOLDER,
    )
