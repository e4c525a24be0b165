"""What every kind of outer system promises, however it is reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class StagedItem:
    """One file in a staging folder as it was listed.

    `key` and `name` may contain a person's name: they never leave the connector's caller and
    are kept out of `repr`, logs and errors.
    """

    key: str = field(repr=False)
    """The connector's own handle: a relative path, a drive item id."""
    name: str = field(repr=False)
    version: str
    """Identity of the bytes (eTag, inode+mtime+size): another version is another file."""
    size: int
    """Bytes."""
    arrived_at: datetime
    """UTC; when the item came into the folder, as far as the system can tell."""
    empty_folder: bool = False
    """An empty subfolder: nothing to import, yet its name has to go."""


class Staging(Protocol):
    """A folder that is emptied every day (A-101)."""

    @property
    def place(self) -> str:
        """The binding's name: configuration, never personal."""
        ...

    def list_items(self) -> Iterator[StagedItem]:
        """Every file, whatever its name, in subfolders too; pages followed to the very end.

        Raises `Unreachable`; an unreachable folder is never an empty one.
        """
        ...

    def read(self, item: StagedItem) -> bytes:
        """The bytes of exactly this version. Raises `Changed` (also when it is gone)."""
        ...

    def delete_permanently(self, item: StagedItem) -> None:
        """Remove exactly this version beyond any recycle bin. Already gone is success.

        Raises `Changed` if another version lies there (which stays), `Unreachable`, or
        `NotProven("deletion_refused")` when a hold or missing right keeps it.
        """
        ...

    def put(self, name: str, data: bytes) -> StagedItem:
        """Place a file whole or not at all (used by samples and by exchange folders)."""
        ...


class CaseKey(NamedTuple):
    """What identifies an engagement in the case system: case × service."""

    case_reference: str
    service: str


class CaseRecord(NamedTuple):
    """One case with its person, on its way between the vault and a case system."""

    key: CaseKey
    project: str
    opened: str
    """ISO date."""
    payload: bytes
    """Canonical JSON of `{"contact":{…},"identity":{…},…}`, personal data: UTF-8, keys sorted, no
    blanks, neither empty values nor empty categories (`connectors.payload`), so that equal
    content has equal bytes and its fingerprint can be compared without parsing it."""


class CaseState(NamedTuple):
    """What reading a case back showed."""

    key: CaseKey
    fingerprint: bytes | None
    """Keyed fingerprint of what the system holds (see `Fingerprint`); None: anonymised."""
    copies: int
    """How many times the system holds this case: anything but 1 is wrong."""


Fingerprint = Callable[[bytes], bytes]
"""Keyed digest of a payload, given by the vault: comparable, and nothing can be guessed back."""


class HandOver(StrEnum):
    """How a case system takes over what it is given."""

    DONE = "done"
    """It is in the system now; read it back at once."""
    WAITING = "waiting"
    """A person has to act (import a workbook); reading back must wait."""


class CaseSystem(Protocol):
    """A case system such as Workbuster."""

    @property
    def system(self) -> str:
        """The binding's name."""
        ...

    def hand_over(self, records: Sequence[CaseRecord], *, batch: str) -> HandOver:
        """Put these cases; the same case again replaces it. `batch` is an opaque reference:
        a repeated batch has no second effect."""
        ...

    def read_back(self, keys: Sequence[CaseKey]) -> Iterator[CaseState]:
        """What the system holds now of these cases; one answer for each that it knows, none
        for the others. Raises `Unreachable` when it could not look."""
        ...

    def anonymise(self, keys: Sequence[CaseKey]) -> None:
        """Erase all personal data; case number, date and project stay (A-108).

        Raises `Refused("needs_a_person")` where only a person can do that, until it is done."""
        ...

    def close_batch(self, batch: str) -> None:
        """The batch is verified: remove, permanently, whatever carried it across."""
        ...

    def withdraw(self, *, lists_before: datetime, intend: Callable[[int], None]) -> int:
        """Remove, permanently, the files that carry unverified cases across, and those that
        people brought before `lists_before`; how many. `intend` is told that number before the
        first goes, and may refuse by raising. The next `hand_over` carries what is still missing
        again. Raises `NotProven("workbook_still_there")`, `Unreachable`."""
        ...


class SealedBox(Protocol):
    """The vault's service to an embedded system that must hold personal data itself."""

    def seal_many(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Seal (id, plaintext) pairs; the keys are durable when this returns."""
        ...

    def open_many(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """The plaintexts. Raises `KeyFailure`."""
        ...

    def shred(self, ids: Sequence[int]) -> None:
        """Destroy these items' keys; unknown ids are fine."""
        ...
