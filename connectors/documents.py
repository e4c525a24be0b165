"""The documents of a place, one after the other, wherever they lie: files in a folder or in a
cloud, messages of a mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from connectors.base import StagedItem, Staging
from lifecycle.placement.reach import Grant


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it was listed."""

    key: str = field(repr=False)
    """The place's own handle: a path, an item's id. It may contain a person's name."""
    where: str = field(repr=False)
    """How a person finds it: a path, a name, a message's place and subject."""
    version: str
    """Identity of the bytes: another version is looked at anew."""
    size: int
    """Bytes."""
    read: Callable[[], bytes] = field(repr=False)
    """The bytes. Raises `Changed` (also when it is gone), `Unreachable`."""
    grants: Callable[[], list[Grant]] | None = field(default=None, repr=False)
    """To whom it is open, where the place tells that; raises as `read`."""


class Documents(Protocol):
    """A place that is looked through."""

    @property
    def lasting(self) -> bool:
        """Whether a document keeps its key wherever it is moved, and a new key is a new one."""
        ...

    def documents(self) -> Iterator[Document]:
        """Every document, pages followed to the very end. Raises `Unreachable`; a place that
        cannot be reached is never an empty one."""
        ...


class FolderDocuments:
    """The files of a folder, of whatever kind the folder is."""

    lasting: Final = False

    def __init__(
        self, folder: Staging, *, grants: Callable[[StagedItem], list[Grant]] | None = None
    ) -> None:
        """`grants`: asks with whom an item is shared, where the folder can tell."""
        self._folder = folder
        self._grants = grants

    def documents(self) -> Iterator[Document]:
        """Every file, those in subfolders too."""
        for item in self._folder.list_items():
            if not item.empty_folder:
                # A path tells more than a name; an opaque id tells nobody anything.
                where = item.key if item.key.endswith(item.name) else item.name
                read, grants = self._reader(item), self._asker(item)
                yield Document(item.key, where, item.version, item.size, read, grants)

    def _reader(self, item: StagedItem) -> Callable[[], bytes]:
        return lambda: self._folder.read(item)

    def _asker(self, item: StagedItem) -> Callable[[], list[Grant]] | None:
        grants = self._grants
        return None if grants is None else lambda: grants(item)
