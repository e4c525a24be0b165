"""The model beside the system: who knows what, what is held, and what the sentences make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from tests.machine.sentences import (
    STAYS_AFTER_STRIP,
    Dates,
    Says,
    goes,
    must_be_kept,
    sentence,
)

EVERYTHING = "*"
OWN, CASES, PAPER = "gallra", "workbuster", "binder"
OF_CASE = ("identity", "contact", "assignment")


class Atom(NamedTuple):
    """One value that lies somewhere about somebody."""

    person: str
    system: str
    key: str
    category: str
    field: str
    value: str


class Thing(NamedTuple):
    """Somebody's data of one category in one place, and what is to be done with it."""

    person: str
    system: str
    key: str
    """Of the record in an outer system; "" elsewhere."""
    category: str
    action: str

    def covers(self, atom: Atom) -> bool:
        """Whether this is about that value, and it does not stay."""
        if (self.person, self.system, self.category) != (atom.person, atom.system, atom.category):
            return False
        if self.system not in {OWN, CASES} and self.key != atom.key:
            return False
        return self.action != "strip" or atom.field not in STAYS_AFTER_STRIP


@dataclass
class KnownRecord:
    """A record of an outer system as Gallra's last look found it."""

    person: str
    kind: str
    categories: frozenset[str]
    dates: dict[str, date | None]
    active_on: date | None
    related: tuple[str, ...]
    stripped: dict[str, date | None] = field(default_factory=dict)
    """Category → the day of leaving by which it was stripped."""


@dataclass
class KnownPerson:
    """Somebody whom Gallra's records know."""

    first_kind: str
    cases: dict[str, date | None] = field(default_factory=dict)
    """Case number → the day it ended, if it has."""
    left: date | None = None
    """The latest of all sources at the last look; it stays when the last source is gone."""
    through: date | None = None
    """When the last of those left through whom this relative is known; it stays likewise."""
    weeded: bool = False
    """Nothing of this person is on paper any more."""


class Unit(NamedTuple):
    """What is decided about together."""

    person: str
    system: str
    key: str
    kind: str
    categories: tuple[str, ...]
    dates: Dates
    stripped: frozenset[str]
    """Categories of which only that is left which stays."""


@dataclass
class Known:
    """What Gallra must have understood by now, and what it must not touch."""

    people: dict[str, KnownPerson] = field(default_factory=dict)
    records: dict[tuple[str, str], KnownRecord] = field(default_factory=dict)
    own: dict[str, set[str]] = field(default_factory=dict)
    """Person → categories that our own records hold."""
    relations: set[tuple[str, str]] = field(default_factory=set)
    """(relative, through whom)."""
    holds: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Hold → (person, category or everything)."""

    def held(self, person: str, category: str) -> bool:
        return any(
            who == person and what in {category, EVERYTHING} for who, what in self.holds.values()
        )

    def of_person(self, person: str) -> list[tuple[tuple[str, str], KnownRecord]]:
        return [(place, one) for place, one in self.records.items() if one.person == person]

    def refresh(self, people: Iterable[str]) -> None:
        """Work out anew when these people left: the latest of all sources, none while one has
        none; what was known stays where no source is left."""
        for person in people:
            known = self.people.get(person)
            if known is None:
                continue
            told = list(known.cases.values())
            told += [
                one.dates["left"]
                for _, one in self.of_person(person)
                if "left" in one.dates and one.kind != "relative"
            ]
            if told:
                days = [day for day in told if day is not None]
                known.left = max(days) if len(days) == len(told) else None

    def left(self, person: str, kind: str) -> date | None:
        """When somebody of that kind left; a relative: the last of those known through."""
        if kind == "relative":
            self.see_through()
            return self.people[person].through
        return self.people[person].left

    def see_through(self) -> None:
        """Relatives go by the dates of others, and by none of their own."""
        for person, known in self.people.items():
            through = {whom for who, whom in self.relations if who == person}
            days = [self.people[whom].left for whom in through if whom in self.people]
            if through:
                told = [day for day in days if day is not None]
                known.through = max(told) if len(told) == len(through) else None

    def active_on(self, person: str) -> date | None:
        days = [one.active_on for _, one in self.of_person(person) if one.active_on is not None]
        return max(days, default=None)

    def units(self, person: str) -> Iterator[Unit]:
        """Everything there is about somebody, place by place."""
        known = self.people[person]
        in_case = "participant" if known.cases else known.first_kind
        kinds = {known.first_kind, in_case, *(one.kind for _, one in self.of_person(person))}

        def unit(
            system: str, kind: str, categories: Iterable[str], key: str = "",
            dates: Dates | None = None, stripped: frozenset[str] = frozenset(),
        ) -> Unit:  # fmt: skip
            told = dict(dates or {}) | {"left": self.left(person, kind)}
            return Unit(person, system, key, kind, tuple(sorted(categories)), told, stripped)

        if own := self.own.get(person):
            yield unit(OWN, in_case, own)
        if known.cases:
            yield unit(CASES, "participant", OF_CASE)
        if "participant" in kinds and not known.weeded:
            yield unit(PAPER, "participant", ["form"])
        for (system, key), one in self.of_person(person):
            dates = {event: one.dates.get(event) for event in ("entry", "withdrawn")}
            left = known.left
            stripped = frozenset(c for c, on in one.stripped.items() if on and on == left)
            yield unit(system, one.kind, one.categories, key, dates, stripped)

    def has_own_purpose(self, unit: Unit) -> bool:
        """A relative who stands in the same system as something else too."""
        return unit.kind == "relative" and any(
            system == unit.system and one.kind != "relative"
            for (system, _), one in self.of_person(unit.person)
        )

    def due(self, as_of: date) -> set[Thing]:
        """What the sentences let go by a plan of that day."""
        return {
            thing
            for person in self.people
            for unit in self.units(person)
            for thing in self._due_of(unit, as_of)
        }

    def asked(self, about: str, as_of: date) -> set[Thing]:
        """What goes when somebody asks, and those go along who are known through nobody else."""
        if about not in self.people:
            return set()  # gone since, by a plan or by the replay after a restore
        people = [about]
        for person in self.people:
            through = {whom for who, whom in self.relations if who == person}
            if through == {about}:
                people.append(person)
        found: set[Thing] = set()
        for person in people:
            for unit in self.units(person):
                found |= self._asked_of(unit, as_of, themselves=person == about)
        return found

    def _due_of(self, unit: Unit, as_of: date) -> set[Thing]:
        if self.has_own_purpose(unit):
            return set()
        told = {}
        for category in unit.categories:
            says = self.says(unit, category)
            if isinstance(says, Says) and goes(
                says, as_of=as_of, active_on=self.active_on(unit.person)
            ):
                told[category] = says.action
        return self._free(unit, told)

    def _asked_of(self, unit: Unit, as_of: date, *, themselves: bool) -> set[Thing]:
        if not themselves and (unit.kind != "relative" or self.has_own_purpose(unit)):
            return set()  # nobody's own data goes because somebody else asks
        told = {thing.category: thing.action for thing in self._due_of(unit, as_of)}
        for category in unit.categories:
            says = self.says(unit, category)
            nothing = not isinstance(says, Says) and says.why == "no_rule"
            kept = must_be_kept(unit.kind, unit.system, category, unit.dates, as_of=as_of)
            if category not in told and not nothing and not kept:
                told[category] = "anonymise" if unit.system == CASES else "erase"
        return self._free(unit, told)

    def _free(self, unit: Unit, told: dict[str, str]) -> set[Thing]:
        """What no hold keeps. A case and a sheet of paper go as a whole or not at all."""
        free = {c: action for c, action in told.items() if not self.held(unit.person, c)}
        if unit.system in {CASES, PAPER} and len(free) < len(unit.categories):
            free = {}
        return {Thing(unit.person, unit.system, unit.key, c, free[c]) for c in free}

    def says(self, unit: Unit, category: str) -> object:
        stripped = category in unit.stripped
        return sentence(unit.kind, unit.system, category, unit.dates, stripped=stripped)

    def ripe_on(self, thing: Thing) -> date | None:
        """The first day on which a thing may go by retention."""
        for unit in self.units(thing.person):
            if (unit.system, unit.key) == (thing.system, thing.key):
                says = self.says(unit, thing.category)
                return says.ripe if isinstance(says, Says) else None
        return None
