"""What an inventory found in a system is written down: people, where they stand, their dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from lifecycle.plan import ERASURES, ItemState, PlanState
from lifecycle.policy.model import Policy
from lifecycle.references import new_id
from lifecycle.retention.facts import Verdict
from records import anchors, bulk, came_back, placements
from records.placements import NewPlace, Place
from records.recognising import Nobody, Recognition, Sighting
from records.tables import anchor, blind_index, due, plan, plan_item, subject
from records.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """One record of an outer system; its key is personal data."""

    sighting: Sighting
    key: str = field(repr=False)
    categories: tuple[str, ...]
    anchors: Mapping[str, date | None]
    active_on: date | None


@dataclass(slots=True)
class Written:
    """What became of some records."""

    new: int = 0
    changed: int = 0
    ambiguous: int = 0
    refused: int = 0
    returned: int = 0
    new_people: int = 0
    present: set[int] = field(default_factory=set)
    """Placements that are still there."""
    left: set[int] = field(default_factory=set)
    """People who lost a record to somebody else."""


class InventoryWriter:
    """Writes the records of one system, some thousands at a time, in the caller's transaction."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        policy: Policy,
        *,
        system: str,
        at: str,
        met: set[int],
    ) -> None:
        """`met`: placements that this inventory has met before: a key given twice is nobody's."""
        self._connection = connection
        self._vault = vault
        self._policy = policy
        self._system = system
        self._at = at
        self._met = met

    def write(self, records: Sequence[FoundRecord]) -> Written:
        """Recognise, store and date these records."""
        connection, policy = self._connection, self._policy
        known = Recognition(
            connection,
            controller=policy.id,
            system=self._system,
            sightings=[r.sighting for r in records],
        )
        self._dates = self._dates_of(known.places.values())
        self._busy = people_under_way(
            connection, controller=policy.id, subjects=[p.subject_id for p in known.places.values()]
        )
        self._worked_on = _worked_on(connection, {p.subject_id for p in known.places.values()})
        self._written = Written()
        self._people: list[tuple[int, str, str, str]] = []
        self._index: list[tuple[bytes, str, int]] = []
        self._new: list[NewPlace] = []
        self._changed: list[Place] = []
        self._redated: list[tuple[Place, Mapping[str, date | None]]] = []
        self._moved: list[int] = []
        self._refilled: dict[str, list[int]] = defaultdict(list)
        """Category → records that a plan has worked on, and that it came back to."""
        self._touched: set[int] = set()
        here: set[bytes] = set()
        for record in records:
            place = known.places.get(record.sighting.digest)
            twice = record.sighting.digest in here or (place is not None and place.id in self._met)
            here.add(record.sighting.digest)
            if place is not None:
                self._written.present.add(place.id)
            if twice:
                self._written.ambiguous += 1
            else:
                self._take(record, known, place)
        self._store()
        return self._written

    def _take(self, record: FoundRecord, known: Recognition, place: Place | None) -> None:
        seen, written = record.sighting, self._written
        found = known.recognise(seen)
        if found is Nobody.AMBIGUOUS:
            written.ambiguous += 1
            return
        if found is Nobody.UNKNOWN:
            return
        if found is Nobody.RETURNED:
            if self._policy.returning_after_erasure == "refuse":
                written.refused += 1
                return
            written.returned += 1
        if isinstance(found, Nobody):
            number = new_id()
            self._people.append((number, self._policy.id, seen.kind, self._at))
            written.new_people += 1
        else:
            number = found
        if place is not None and place.subject_id == number:
            self._compare(record, place)
            placement_id = place.id
        else:
            if place is not None:
                self._leave(known, place)
            placement_id = new_id()
            self._add(record, number, placement_id)
        self._index += [(d, kind, number) for kind, d in known.learn(number, seen, placement_id)]

    def _leave(self, known: Recognition, place: Place) -> None:
        """The record is somebody else's: it is sealed anew for them."""
        known.leave(place)
        self._moved.append(place.id)
        self._touched.add(place.subject_id)
        self._written.left.add(place.subject_id)
        self._written.present.discard(place.id)

    def _add(self, record: FoundRecord, number: int, placement_id: int) -> None:
        self._written.new += 1
        self._written.present.add(placement_id)
        self._touched.add(number)
        self._new.append(
            NewPlace(
                id=placement_id,
                subject_id=number,
                kind=record.sighting.kind,
                digest=record.sighting.digest,
                key=record.key,
                categories=record.categories,
                active_on=record.active_on,
                anchors=self._known_events(record),
            )
        )

    def _compare(self, record: FoundRecord, place: Place) -> None:
        """Note what differs. Of somebody who is being erased right now nothing is taken away: the
        approved plan names records as they were. Dates can still stop it, and what was filled
        meanwhile is no part of it."""
        now = place._replace(
            kind=record.sighting.kind,
            categories=tuple(sorted(record.categories)),
            active_on=None if record.active_on is None else record.active_on.isoformat(),
        )
        if place.subject_id in self._busy:
            together = tuple(sorted({*place.categories, *record.categories}))
            now = now._replace(kind=place.kind, categories=together)
        dates = self._known_events(record)
        before = self._dates.get(place.id, {})
        if place.id in self._worked_on and set(record.categories) <= set(place.categories):
            # What was stripped has lost its dates too; that is no news, unless data came back.
            dates = {e: day or _day(before.get(e)) for e, day in dates.items()}
        if place.id in self._worked_on:
            for category in set(record.categories) - set(place.categories):
                self._refilled[category].append(place.id)
        told = {event: None if day is None else day.isoformat() for event, day in dates.items()}
        # A row without a date may be ours: it says that a rule needs one.
        redated = told != {e: d for e, d in before.items() if d is not None or e in told}
        if now != place:
            self._changed.append(now)
        if redated:
            self._redated.append((place, dates))
        if now != place or redated:
            self._written.changed += 1
            self._touched.add(place.subject_id)

    def _store(self) -> None:
        connection, controller = self._connection, self._policy.id
        bulk.insert_rows(
            connection, subject, ("id", "controller", "kind", "created_at"), self._people
        )
        bulk.upsert_rows(
            connection, blind_index, ("digest", "kind", "subject_id"), sorted(set(self._index))
        )
        placements.remove(connection, self._moved)
        placements.add(
            connection,
            self._vault,
            controller=controller,
            system=self._system,
            found=self._new,
            at=self._at,
        )
        placements.change(connection, self._changed)
        placements.redate(
            connection,
            controller=controller,
            rows={(p.subject_id, p.id): dates for p, dates in self._redated},
        )
        for category, places in sorted(self._refilled.items()):
            covering = [r.id for r in self._policy.retention if category in r.covers.categories]
            came_back.into_records(connection, places, covering)
        anchors.refresh(
            connection, self._policy, controller=controller, subjects=sorted(self._touched)
        )

    def _known_events(self, record: FoundRecord) -> dict[str, date | None]:
        """The dates of events that the policy counts from."""
        return {e: day for e, day in record.anchors.items() if e in self._policy.anchors}

    def _dates_of(self, places: Iterable[Place]) -> dict[int, dict[str, str | None]]:
        of_place: dict[int, dict[str, str | None]] = defaultdict(dict)
        people = sorted({p.subject_id for p in places})
        for number, event, on_date in bulk.fetch_in(
            self._connection,
            (anchor.c.placement_id, anchor.c.event, anchor.c.on_date),
            anchor.c.subject_id,
            people,
        ):
            of_place[number][event] = on_date
        return of_place


def _worked_on(connection: Connection, people: set[int]) -> set[int]:
    """Records of these people from which a plan has taken something, or is about to."""
    settled = bulk.fetch_in(
        connection, (due.c.placement_id, due.c.done_at), due.c.subject_id, sorted(people)
    )
    begun = bulk.fetch_in(
        connection,
        (plan_item.c.placement_id, plan_item.c.state),
        plan_item.c.subject_id,
        people,
        also={plan_item.c.verdict: str(Verdict.GO)},
    )
    return {number for number, done_at in settled if number and done_at is not None} | {
        number for number, state in begun if number and state in _BEGUN
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


_BEGUN: Final = frozenset({ItemState.INTENDED, ItemState.ACTED, ItemState.PROVEN})


def people_under_way(
    connection: Connection, *, controller: str, subjects: Sequence[int] | None = None
) -> set[int]:
    """Of whom something goes by a plan that is approved or being carried out."""
    plans = list(
        connection.execute(
            select(plan.c.id).where(
                plan.c.controller == controller,
                plan.c.state.in_([PlanState.APPROVED, PlanState.EXECUTING]),
                plan.c.kind.in_([str(kind) for kind in ERASURES]),
            )
        ).scalars()
    )
    found = {
        row[0]
        for row in bulk.fetch_in(
            connection,
            (plan_item.c.subject_id,),
            plan_item.c.plan_id,
            plans,
            also={plan_item.c.verdict: str(Verdict.GO)},
        )
    }
    return found if subjects is None else found.intersection(subjects)
