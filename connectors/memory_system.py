"""A dictionary that stands for any outer system: the twin that every kind is measured by."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.payload import canonical_payload
from connectors.read_out import read_out, standing
from connectors.system import Action, Answer, Asked, Found, Order, ReadOut, Record
from lifecycle.errors import Refused, Unreachable


@dataclass(slots=True, kw_only=True)
class MemoryRecord:
    """One record about one person, and the rows that belong to it."""

    key: str = field(repr=False)
    kind: str
    identifiers: dict[str, str] = field(default_factory=dict, repr=False)
    fields: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    """Category → field → value."""
    anchors: dict[str, date | None] = field(default_factory=dict)
    active_on: date | None = None
    related: tuple[str, ...] = field(default=(), repr=False)
    locked: bool = False
    """The system itself keeps it."""
    protected: bool = False
    """The person's identity is protected."""

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories with anything in them, sorted."""
        return tuple(sorted(name for name, f in self.fields.items() if any(f.values())))


@dataclass(slots=True)
class SystemFailures:
    """What goes wrong at the next calls; switch it off by setting it back."""

    unreachable: bool = False
    stop_after: int | None = None
    """The system goes away after so many more orders were carried out."""
    lost_answers: int = 0
    """So many calls take place, but their answer never arrives."""
    recycle_bin: bool = False
    """What is erased lies in a recycle bin and is there all the same."""


class MemorySystem:
    """An outer system that is a dictionary."""

    def __init__(self, *, system: str, residue: frozenset[str] = frozenset()) -> None:
        self._system = system
        self._residue = residue
        self._records: list[MemoryRecord] = []
        self._lock = threading.RLock()
        self.failures = SystemFailures()

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def put(self, record: MemoryRecord) -> None:
        """What the office does: a record comes into being. A key may be given twice: then it is
        ambiguous."""
        with self._lock:
            self._records.append(record)

    def find(self, key: str) -> MemoryRecord | None:
        """The record as it stands there now."""
        with self._lock:
            return next((record for record in self._records if record.key == key), None)

    def records(self) -> Iterator[Record]:
        """Every record with anything personal in it. Raises `Unreachable`."""
        with self._lock:
            self._reach()
            return iter([_seen(record) for record in self._records if self._is_personal(record)])

    def carry_out(self, orders: Sequence[Order]) -> None:
        """Do exactly this; see the protocol."""
        ambiguous = 0
        with self._lock:
            for order in orders:
                self._reach()
                found = self._of(order)
                if not any(order.may_touch(_borne(record)) for record in found):
                    pass
                elif len(found) > 1:
                    ambiguous += 1
                elif not found[0].locked:
                    self._carry_out(order, found[0])
                if self.failures.stop_after is not None:
                    self.failures.stop_after -= 1
            if self.failures.lost_answers:
                self.failures.lost_answers -= 1
                raise Unreachable("answer_lost", ref=self._system)
        if ambiguous:
            raise Refused("key_ambiguous", ref=self._system, records=ambiguous)

    def read_back(self, orders: Sequence[Order]) -> Iterator[Found]:
        """Look anew at each; never raises for a system that does not answer."""
        with self._lock:
            return iter([Found(order.key, self._answer(order)) for order in orders])

    def export(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Everything these records hold, by key. Raises `Unreachable`."""
        with self._lock:
            self._reach()
            asked = set(keys)
            return iter(
                [(r.key, canonical_payload(r.fields)) for r in self._records if r.key in asked]
            )

    def read_out(self, asked: Sequence[Asked]) -> Iterator[ReadOut]:
        """What these records hold now in the categories asked for; see the protocol."""
        with self._lock:
            self._reach()
            return iter([self._told(one) for one in asked])

    def _told(self, asked: Asked) -> ReadOut:
        found = [r for r in self._records if r.key == asked.key and r.kind == asked.kind]
        borne = _borne(found[0]) if found else {}
        protected = any(record.protected for record in found)
        kept = standing(asked, borne, rows=len(found), protected=protected)
        if kept is not None:
            return ReadOut(key=asked.key, shown=kept)
        return read_out(asked, found[0].fields, system=self._system)

    def _reach(self) -> None:
        if self.failures.unreachable or self.failures.stop_after == 0:
            raise Unreachable("system_unreachable", ref=self._system)

    def _of(self, order: Order) -> list[MemoryRecord]:
        return [r for r in self._records if r.key == order.key and r.kind == order.kind]

    def _is_personal(self, record: MemoryRecord) -> bool:
        names = {name for f in record.fields.values() for name, value in f.items() if value}
        return bool(record.identifiers or record.related or names - self._residue)

    def _carry_out(self, order: Order, record: MemoryRecord) -> None:
        whole = set(record.categories) <= set(order.categories)
        if order.action in {Action.ERASE, Action.ARCHIVE} and whole:
            if not self.failures.recycle_bin:
                self._records.remove(record)
            return
        stays = _stays(order)
        for category in order.categories:
            fields = record.fields.get(category, {})
            record.fields[category] = {n: v for n, v in fields.items() if n in stays}
        left = {value for fields in record.fields.values() for value in fields.values()}
        record.identifiers = {n: v for n, v in record.identifiers.items() if v in left}
        if order.action is Action.ANONYMISE:
            record.related, record.active_on = (), None
            record.anchors = dict.fromkeys(record.anchors)

    def _answer(self, order: Order) -> Answer:
        try:
            self._reach()
        except Unreachable:
            return Answer.COULD_NOT_LOOK
        found = self._of(order)
        if not found:
            return Answer.GONE
        if all(order.is_anothers(_borne(r)) or _is_done(order, r) for r in found):
            return Answer.GONE
        return Answer.KEPT if any(r.locked for r in found) else Answer.STILL_THERE


def _stays(order: Order) -> frozenset[str]:
    erased = order.action in {Action.ERASE, Action.ARCHIVE}
    return frozenset() if erased else frozenset(order.stays)


def _is_done(order: Order, record: MemoryRecord) -> bool:
    """Whether what had to go of a record that is still there is gone."""
    stays = _stays(order)
    if order.action in {Action.ERASE, Action.ARCHIVE} and (
        order.whole or set(record.categories) <= set(order.categories)
    ):
        return False
    if order.action is Action.ANONYMISE and (record.related or record.active_on is not None):
        return False
    return not any(
        value and name not in stays
        for category in order.categories
        for name, value in _of_category(record, category).items()
    )


def _of_category(record: MemoryRecord, category: str) -> Mapping[str, str]:
    return record.fields.get(category, {})


def _borne(record: MemoryRecord) -> dict[str, str]:
    """The identifiers that the record bears now."""
    return {name: value for name, value in record.identifiers.items() if value}


def _seen(record: MemoryRecord) -> Record:
    return Record(
        key=record.key,
        kind=record.kind,
        identifiers=_borne(record),
        categories=record.categories,
        anchors=dict(record.anchors),
        active_on=record.active_on,
        related=record.related,
    )
