"""One outer system is read to its end: who is new there, what changed, who is gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from connectors.system import OuterSystem, Record
from lifecycle.errors import NotProven
from lifecycle.identifiers import CASE_REFERENCE
from lifecycle.ledger import EventKind
from records import anchors, leases, placements, relations
from records.engines import reading
from records.inventory_writer import FoundRecord, InventoryWriter, Written, people_under_way
from records.leases import Lease
from records.recognising import Sighting, identifier_digests
from records.unit_of_work import UnitOfWork
from tasks.erasing.whose_record import spelled
from tasks.house.parts import House
from tasks.importing.intake import STORING_PATIENCE

AT_ONCE: Final = 5_000
"""Records in one transaction."""
HELD_BACK: Final = 50_000
"""Records kept in memory, at most, until a system has shown half of what it had before."""
FEW: Final = 20
"""So few records may all be gone from one day to the next."""


class SystemCount(NamedTuple):
    """What an inventory found in one system."""

    found: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    ambiguous: int = 0
    """Records that fit two people, or whose key is given twice: nothing is done about them."""
    refused: int = 0
    """Records of people who were erased, where the policy does not take them in again."""
    reached: bool = True
    """Whether the system was read to its end; else nothing counts as gone."""
    returned: int = 0
    """Records of people who were erased and are taken in anew."""


class Look:
    """One system, from its first record to its last."""

    def __init__(
        self, house: House, lease: Lease, system: OuterSystem, *, accept_shrunk: bool
    ) -> None:
        self._house = house
        self._lease = lease
        self._system = system
        self.name = system.system
        self._accept_shrunk = accept_shrunk
        self._met: set[int] = set()
        self._left: set[int] = set()
        self._related: list[tuple[bytes, bytes]] = []
        self.related: set[relations.Pair] = set()
        self.count = SystemCount()

    def take(self) -> None:
        """Read all of it. Raises what the system raises, and `NotProven`."""
        with reading(self._house.engine) as connection:
            before = placements.count(
                connection, controller=self._house.controller, system=self.name
            )
        enough = 0 if self._accept_shrunk or before <= FEW else (before + 1) // 2
        waiting: list[Record] = []
        found = 0
        for chunk in _chunks(self._system.records()):
            found += len(chunk)
            waiting += chunk
            if found >= enough or len(waiting) >= HELD_BACK:
                self._write(waiting)
                waiting = []
        if found < enough:
            raise NotProven("inventory_shrunk", ref=self.name, before=before, found=found)
        self._write(waiting)
        self.count = self.count._replace(found=found)
        self._finish(before)

    def _write(self, waiting: Sequence[Record]) -> None:
        """Some records, in transactions of their own."""
        house = self._house
        for start in range(0, len(waiting), AT_ONCE):
            records = [self._found(record) for record in waiting[start : start + AT_ONCE]]
            # An import judges the same people: never both at the same time.
            storing = f"storing/{house.controller}"
            with (
                leases.hold(house.engine, storing, now=house.now, patience=STORING_PATIENCE),
                house.work() as work,
            ):
                self._lease.confirm(work.connection)
                written = InventoryWriter(
                    work.connection,
                    house.vault,
                    house.policy,
                    system=self.name,
                    at=house.at(),
                    met=self._met,
                ).write(records)
                self._record(work, written, found=len(records))
                work.commit()
            self._add(written)

    def _finish(self, before: int) -> None:
        """What was not met is gone; relations are known now that every key was seen."""
        house = self._house
        with house.work() as work:
            self._lease.confirm(work.connection)
            connection = work.connection
            known = placements.numbers_in(connection, controller=house.controller, system=self.name)
            # A plan under way reads its records back itself, by their keys.
            busy = people_under_way(connection, controller=house.controller)
            gone = sorted(n for n, who in known.items() if n not in self._met and who not in busy)
            left = sorted({known[number] for number in gone} | self._left)
            placements.remove(connection, gone)
            self._relate(work)
            placements.mark_seen(
                connection, controller=house.controller, system=self.name, at=house.at()
            )
            anchors.refresh(connection, house.policy, controller=house.controller, subjects=left)
            self.count = self.count._replace(gone=len(gone))
            self._record(work, None, found=self.count.found, before=before)
            work.commit()

    def _relate(self, work: UnitOfWork) -> None:
        """Resolve keys of this system into people; a key that nobody has says nothing."""
        digests = {digest for pair in self._related for digest in pair}
        places = placements.lookup(
            work.connection,
            controller=self._house.controller,
            system=self.name,
            digests=sorted(digests),
        )
        self.related = {
            (places[who].subject_id, places[whom].subject_id)
            for who, whom in self._related
            if who in places and whom in places
        }
        relations.add(work.connection, self.related)
        anchors.refresh(
            work.connection,
            self._house.policy,
            controller=self._house.controller,
            subjects=sorted({who for who, _ in self.related}),
        )

    def _found(self, record: Record) -> FoundRecord:
        """The record with its identifiers as digests: what tells who it is stays here."""
        house = self._house
        told = spelled(house, record.identifiers)
        digest = self._digest(record.key)
        self._related += [(digest, self._digest(key)) for key in record.related]
        return FoundRecord(
            sighting=Sighting(
                digest=digest,
                kind=record.kind,
                identifiers=identifier_digests(house.vault, told),
                case_reference=told.get(CASE_REFERENCE),
                mention=record.mention,
            ),
            key=record.key,
            categories=record.categories,
            anchors=record.anchors,
            active_on=record.active_on,
        )

    def _digest(self, key: str) -> bytes:
        return placements.digest_of(self._house.vault, system=self.name, key=key)

    def _add(self, written: Written) -> None:
        self._met |= written.present
        self._left |= written.left
        count = self.count
        self.count = count._replace(
            new=count.new + written.new,
            changed=count.changed + written.changed,
            ambiguous=count.ambiguous + written.ambiguous,
            refused=count.refused + written.refused,
            returned=count.returned + written.returned,
        )

    def _record(
        self, work: UnitOfWork, written: Written | None, *, found: int, **more: int
    ) -> None:
        """The ledger's entry: of a part while the system is being read, of the whole at its end."""
        of = self.count if written is None else written
        numbers: dict[str, Any] = {
            "new": of.new,
            "changed": of.changed,
            "ambiguous": of.ambiguous,
            "refused": of.refused,
            "returned": of.returned,
            **more,
        }
        if written is None:
            numbers["gone"] = self.count.gone
        work.record(
            EventKind.INVENTORY_TAKEN,
            ref=self.name,
            found=found,
            facts={"part": "all" if written is None else "some"},
            **numbers,
        )


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    while chunk := list(islice(records, AT_ONCE)):
        yield chunk
