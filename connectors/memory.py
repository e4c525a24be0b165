"""In-memory twins of a staging folder and of a case system, with every failure at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.base import (
    CaseKey,
    CaseRecord,
    CaseState,
    Fingerprint,
    HandOver,
    StagedItem,
)
from lifecycle.errors import Changed, NotProven, Refused, Unreachable


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class StagingFailures:
    """What goes wrong at the next calls; switch it off by setting it back."""

    unreachable: bool = False
    refuse_deletion: bool = False
    lost_answers: int = 0
    """So many deletions take place, but their answer never arrives."""
    change_before_deletion: bytes | None = None
    """Just before the next deletion somebody replaces the file by these bytes."""


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes = field(repr=False)
    version: str
    arrived_at: datetime


class MemoryStaging:
    """A staging folder that is a dictionary: `FolderStaging`'s and the clouds' twin."""

    def __init__(self, *, place: str, now: Callable[[], datetime] = _clock) -> None:
        self._place = place
        self._now = now
        self._files: dict[str, _File] = {}
        self._versions = 0
        self._lock = threading.RLock()
        self.failures = StagingFailures()

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def list_items(self) -> Iterator[StagedItem]:
        """Every file at the moment of the call."""
        with self._lock:
            self._reach()
            return iter([_as_item(key, self._files[key]) for key in sorted(self._files)])

    def read(self, item: StagedItem) -> bytes:
        """The bytes of exactly this version, or `Changed`."""
        with self._lock:
            self._reach()
            file = self._files.get(item.key)
            if file is None or file.version != item.version:
                raise Changed("item_changed")
            return file.data

    def delete_permanently(self, item: StagedItem) -> None:
        """Forget exactly this version, unless a failure is switched on."""
        with self._lock:
            self._reach()
            if self.failures.change_before_deletion is not None and item.key in self._files:
                data, self.failures.change_before_deletion = (
                    self.failures.change_before_deletion,
                    None,
                )
                self.drop(item.key, data)
            file = self._files.get(item.key)
            if file is None:
                return
            if file.version != item.version:
                raise Changed("item_changed")
            if self.failures.refuse_deletion:
                raise NotProven("deletion_refused")
            del self._files[item.key]
            if self.failures.lost_answers:
                self.failures.lost_answers -= 1
                raise Unreachable("answer_lost")

    def put(self, name: str, data: bytes) -> StagedItem:
        """Place a file; `Refused("name_not_allowed")`, `Refused("name_taken")`."""
        with self._lock:
            self._reach()
            if "/" in name or "\0" in name or name in ("", ".", ".."):
                raise Refused("name_not_allowed")
            if name in self._files:
                raise Refused("name_taken")
            return self.drop(name, data)

    def drop(self, key: str, data: bytes, *, arrived_at: datetime | None = None) -> StagedItem:
        """What a person does: a file appears under `key` (subfolders with "/"), or is replaced."""
        with self._lock:
            self._versions += 1
            file = _File(data, f"v{self._versions}", arrived_at or self._now())
            self._files[key] = file
            return _as_item(key, file)

    def _reach(self) -> None:
        if self.failures.unreachable:
            raise Unreachable("folder_missing")


def _as_item(key: str, file: _File) -> StagedItem:
    return StagedItem(
        key=key,
        name=key.rpartition("/")[2],
        version=file.version,
        size=len(file.data),
        arrived_at=file.arrived_at,
    )


@dataclass(slots=True)
class CaseFailures:
    """What goes wrong in the case system."""

    unreachable: bool = False
    lost_answers: int = 0
    """So many hand-overs take place, but their answer never arrives."""
    needs_a_person: bool = False
    """Batches wait until `import_waiting` is called."""


@dataclass(slots=True)
class _Case:
    payload: bytes | None = field(repr=False)
    project: str
    opened: str
    copies: int = 1


class MemoryCaseSystem:
    """A case system that is a dictionary."""

    def __init__(self, fingerprint: Fingerprint, *, system: str) -> None:
        self._fingerprint = fingerprint
        self._system = system
        self._cases: dict[CaseKey, _Case] = {}
        self._anonymised = 0
        self._batches: dict[str, list[tuple[CaseRecord, ...]]] = {}
        self._waiting: list[tuple[CaseRecord, ...]] = []
        self._lock = threading.RLock()
        self.failures = CaseFailures()

    @property
    def system(self) -> str:
        """The binding's name."""
        return self._system

    @property
    def open_batches(self) -> list[str]:
        """References of the batches that are not closed."""
        return list(self._batches)

    def hand_over(self, records: Sequence[CaseRecord], *, batch: str) -> HandOver:
        """Put these cases; the same records under the same batch have no second effect."""
        with self._lock:
            self._reach()
            if len({record.key for record in records}) != len(records):
                raise Refused("case_twice_in_batch")
            waits = self.failures.needs_a_person
            known = self._batches.setdefault(batch, [])
            if tuple(records) not in known:
                known.append(tuple(records))
                self._waiting.append(tuple(records))
                if not waits:
                    self.import_waiting()
            if self.failures.lost_answers:
                self.failures.lost_answers -= 1
                raise Unreachable("answer_lost")
            return HandOver.WAITING if waits else HandOver.DONE

    def read_back(self, keys: Sequence[CaseKey]) -> Iterator[CaseState]:
        """What the dictionary holds of these cases."""
        with self._lock:
            self._reach()
            found = [(key, self._cases[key]) for key in dict.fromkeys(keys) if key in self._cases]
            return iter(
                [
                    CaseState(
                        key,
                        None if case.payload is None else self._fingerprint(case.payload),
                        case.copies,
                    )
                    for key, case in found
                ]
            )

    def anonymise(self, keys: Sequence[CaseKey]) -> None:
        """Forget the payloads; case number, date and project stay, under a number for a service."""
        with self._lock:
            self._reach()
            for key in keys:
                if key in self._cases:
                    residue = self._cases.pop(key)
                    residue.payload = None
                    self._anonymised += 1
                    self._cases[CaseKey(key.case_reference, f"#{self._anonymised}")] = residue

    def close_batch(self, batch: str) -> None:
        """Forget what was handed over under `batch`."""
        with self._lock:
            self._reach()
            self._batches.pop(batch, None)

    def withdraw(self, *, lists_before: datetime, intend: Callable[[int], None]) -> int:
        """Forget what waits for a person; the next `hand_over` carries it again."""
        with self._lock:
            self._reach()
            number = len(self._waiting)
            if number:
                intend(number)
            for known in self._batches.values():
                known[:] = [records for records in known if records not in self._waiting]
            self._waiting.clear()
            return number

    def import_waiting(self) -> None:
        """What a person does: import everything that waits."""
        with self._lock:
            for records in self._waiting:
                for record in records:
                    self._cases[record.key] = _Case(record.payload, record.project, record.opened)
            self._waiting.clear()

    def everything(self) -> list[tuple[CaseKey, str, str, bytes | None]]:
        """All that is in the system: (key, project, opened, payload; None: anonymised)."""
        with self._lock:
            return [(key, c.project, c.opened, c.payload) for key, c in self._cases.items()]

    def lose(self, key: CaseKey) -> None:
        """The case is in the system no more."""
        with self._lock:
            self._cases.pop(key, None)

    def alter(self, key: CaseKey, payload: bytes) -> None:
        """Somebody changes what the system holds of a case."""
        with self._lock:
            self._cases[key].payload = payload

    def double(self, key: CaseKey) -> None:
        """The case stands in the system once more."""
        with self._lock:
            self._cases[key].copies += 1

    def _reach(self) -> None:
        if self.failures.unreachable:
            raise Unreachable("case_system_unreachable")
