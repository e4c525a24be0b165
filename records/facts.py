"""What is known about each person's data, place by place: what every decision is made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from lifecycle.policy.model import Policy
from lifecycle.retention.facts import Unit
from lifecycle.retention.reach import (
    case_kind,
    relative_kinds,
    system_of_role,
    systems_by_hand,
)
from records import bulk, due_rows, placements, stripped
from records.placements import Place
from records.tables import anchor, due, engagement, holding, subject

Dates = dict[str, date | None]


def load_units(
    connection: Connection,
    policy: Policy,
    *,
    controller: str,
    subjects: Sequence[int],
    absent: frozenset[str] = frozenset(),
    system: str | None = None,
) -> dict[int, list[Unit]]:
    """Everything about these people, by person: the smallest things that are decided about; or
    only what lies in one `system`, exactly as it would be among everything.

    One unit for what our own records hold; one for the case system where the person has a case;
    one for each record in an outer system; one for each place weeded by hand that holds a kind as
    which the person stands anywhere (but for those that this company does not have, `absent`).
    Set-based; people who are not known are left out. In order
    of place, so that the same facts always give the same list.
    """
    loaded = _Facts(connection, policy, controller, sorted(set(subjects)), absent)
    return {number: loaded.units(number, only=system) for number in loaded.kinds}


class _Where(NamedTuple):
    """Names and words of the policy that every person's units need."""

    records: str | None
    cases: str | None
    by_hand: list[tuple[str, dict[str, tuple[str, ...]]]]
    case_kind: str | None
    relatives: frozenset[str]


class _Facts:
    """The rows about some people, by person."""

    def __init__(
        self,
        connection: Connection,
        policy: Policy,
        controller: str,
        numbers: list[int],
        absent: frozenset[str],
    ) -> None:
        self._policy = policy
        self._where = _Where(
            records=system_of_role(policy, "records"),
            cases=system_of_role(policy, "case_system"),
            by_hand=[
                (name, dict(system.holds))
                for name, system in sorted(systems_by_hand(policy).items())
                if name not in absent
            ],
            case_kind=case_kind(policy),
            relatives=relative_kinds(policy),
        )
        self.kinds: dict[int, str] = {
            row[0]: row[1]
            for row in bulk.fetch_in(
                connection,
                (subject.c.id, subject.c.kind),
                subject.c.id,
                numbers,
                also={subject.c.controller: controller},
            )
        }
        known = sorted(self.kinds)
        self._held: dict[int, set[str]] = defaultdict(set)
        for number, category in bulk.fetch_in(
            connection, (holding.c.subject_id, holding.c.category), holding.c.subject_id, known
        ):
            self._held[number].add(category)
        self._engaged = {
            row[0]
            for row in bulk.fetch_in(
                connection, (engagement.c.subject_id,), engagement.c.subject_id, known
            )
        }
        self._places: dict[int, list[Place]] = defaultdict(list)
        for place in placements.of_people(connection, known):
            self._places[place.subject_id].append(place)
        self._read_dates(connection, known)
        self._settled: dict[tuple[int, int], set[str]] = defaultdict(set)
        waiting: dict[tuple[int, int, str], str] = {}
        strips = stripped.strips(policy)
        for number, place_id, rule, anchor_on, done_at in bulk.fetch_in(
            connection,
            (due.c.subject_id, due.c.placement_id, due.c.rule, due.c.anchor_on, due.c.done_at),
            due.c.subject_id,
            known,
        ):
            if done_at is not None:
                self._settled[number, place_id].add(rule)
            elif rule in strips:
                waiting[number, place_id, rule] = anchor_on
        self._in_part = stripped.in_part(connection, policy, waiting)

    def _read_dates(self, connection: Connection, known: list[int]) -> None:
        per_person = {n for n, a in self._policy.anchors.items() if a.per == "person"}
        self._dates: dict[tuple[int, int], Dates] = defaultdict(dict)
        for number, place_id, event, on_date in bulk.fetch_in(
            connection,
            (anchor.c.subject_id, anchor.c.placement_id, anchor.c.event, anchor.c.on_date),
            anchor.c.subject_id,
            known,
        ):
            if event in self._policy.anchors and (event in per_person) == (place_id <= 0):
                self._dates[number, place_id][event] = _day(on_date)

    def units(self, number: int, *, only: str | None) -> list[Unit]:
        """One person's units, or those of one system."""
        where = self._where
        places = sorted(self._places.get(number, ()), key=lambda p: (p.system, p.id))
        active = max(
            ((p.active_on, p.system) for p in places if p.active_on is not None), default=None
        )
        engaged = number in self._engaged
        in_case = where.case_kind if engaged else None
        own_kind = in_case or self.kinds[number]
        stands = {self.kinds[number], *(p.kind for p in places), *filter(None, [in_case])}
        found: list[tuple[int, str, str, tuple[str, ...]]] = []
        held = self._held.get(number)
        if where.records is not None and held:
            found.append((0, own_kind, where.records, tuple(sorted(held))))
        if where.cases is not None and in_case is not None:
            holds = self._policy.systems[where.cases].holds.get(in_case, ())
            found.append((0, in_case, where.cases, tuple(sorted(holds))))
        for name, holds_by_kind in where.by_hand:
            found += [
                (0, kind, name, tuple(sorted(holds_by_kind[kind])))
                for kind in sorted(stands & holds_by_kind.keys())
            ]
        found += [(p.id, p.kind, p.system, p.categories) for p in places]
        kinds_in: dict[str, set[str]] = defaultdict(set)
        for _, kind, system, _ in found:
            kinds_in[system].add(kind)
        return [
            Unit(
                subject_id=number,
                placement_id=place_id,
                kind=kind,
                system=system,
                categories=categories,
                anchors=self._anchors(number, place_id, kind),
                settled=frozenset(self._settled.get((number, place_id), ())),
                settled_in_part=frozenset(self._in_part.get((number, place_id), ())),
                active_on=None if active is None else _day(active[0]),
                active_in=None if active is None else active[1],
                own_purpose=kind in where.relatives and not kinds_in[system] <= where.relatives,
                indivisible=system == where.cases,
            )
            for place_id, kind, system, categories in found
            if only is None or system == only
        ]

    def _anchors(self, number: int, place_id: int, kind: str) -> Dates:
        """A relative goes by the dates of those it is known through, and by none of its own."""
        of_person = due_rows.OF_KIN if kind in self._where.relatives else 0
        dates = dict(self._dates.get((number, of_person), {}))
        if place_id:
            dates |= self._dates.get((number, place_id), {})
        return dates


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
