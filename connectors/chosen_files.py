"""The Excel file on the operator's computer: imported where it lies, then deleted (A-98)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from connectors.base import StagedItem
from connectors.folder import FolderStaging
from lifecycle.errors import Refused


class ChosenFiles:
    """A staging that consists of certain files only; their folders are otherwise left alone."""

    def __init__(self, paths: Sequence[Path], *, place: str) -> None:
        self._place = place
        self._folders: dict[Path, FolderStaging] = {}
        self._chosen = [Path(path.parent.resolve(), path.name) for path in paths]
        for path in self._chosen:
            self._folders.setdefault(path.parent, FolderStaging(path.parent, place=place))

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    @property
    def keys(self) -> list[str]:
        """The handles of the chosen files, there or not."""
        return [str(path) for path in self._chosen]

    def list_items(self) -> Iterator[StagedItem]:
        """The chosen files that exist, and what a stopped deletion of one left beside it."""
        for folder, staging in self._folders.items():
            wanted = {path.name for path in self._chosen if path.parent == folder}
            for item in staging.list_named(wanted):
                yield replace(item, key=str(folder / item.key))

    def read(self, item: StagedItem) -> bytes:
        """As `FolderStaging.read`."""
        staging, own = self._own(item)
        return staging.read(own)

    def delete_permanently(self, item: StagedItem) -> None:
        """As `FolderStaging.delete_permanently`."""
        staging, own = self._own(item)
        staging.delete_permanently(own)

    def put(self, name: str, data: bytes) -> StagedItem:
        """Nothing is ever placed among chosen files: raises `Refused("read_only_staging")`."""
        raise Refused("read_only_staging")

    def _own(self, item: StagedItem) -> tuple[FolderStaging, StagedItem]:
        path = Path(item.key)
        staging = self._folders.get(path.parent)
        if staging is None:
            raise Refused("not_a_chosen_file")
        return staging, replace(item, key=path.name)
