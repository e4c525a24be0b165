"""Who of a plan may be forgotten by our own records now: proven gone elsewhere, and nobody waits
for what is known through them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.erasure_journal import DONE
from lifecycle.erasure import Erased
from lifecycle.plan import ItemState
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import Then
from lifecycle.retention.decide import CARRIED_OUT
from lifecycle.retention.facts import Verdict
from records import placements, plans, relations
from records.came_back import CAME_BACK
from records.engines import reading
from records.forgetting import ToForget, known, still_there
from records.plans import Plan, StoredItem
from tasks.house.parts import House

OPEN: Final = frozenset({ItemState.PLANNED, ItemState.INTENDED})
_WHOLE: Final = frozenset({"erase", "archive", "anonymise"})
"""After these a system's record is of nobody; a stripped one is still somebody's."""


@dataclass(slots=True)
class Person:
    """What a plan lets go of one person: in our own records, and elsewhere."""

    own: list[StoredItem] = field(default_factory=list)
    elsewhere: list[StoredItem] = field(default_factory=list)
    rest: list[StoredItem] = field(default_factory=list)
    """What stays of the person, or is held or undecided, in any place: another plan's matter."""
    there: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Of records elsewhere that were to be emptied: the categories that they hold now."""

    @property
    def is_proven_elsewhere(self) -> bool:
        """Whether every other place was read back and it was gone."""
        return all(one.state is ItemState.PROVEN for one in self.elsewhere)

    @property
    def is_proven(self) -> bool:
        """The same, our own records among them."""
        return all(one.state is ItemState.PROVEN for one in [*self.elsewhere, *self.own])

    @property
    def was_given_up(self) -> bool:
        """Whether something of the person is not carried out any more."""
        return any(one.state is ItemState.DROPPED for one in [*self.elsewhere, *self.own])

    emptied: frozenset[int] = frozenset()
    """Records elsewhere that were proven empty, by this plan or an earlier one, and still are."""

    def has_come_back(self, one: StoredItem) -> bool:
        """Whether there is something again where this was proven gone: the next plan's matter."""
        there = self.there.get(one.item.placement_id, frozenset())
        refilled = one.item.action in _WHOLE and not there.isdisjoint(one.item.categories)
        return one.answer == CAME_BACK or refilled

    def is_ripe(self, today: str) -> bool:
        """Whether the day of everything in our own records has come."""
        return all(one.item.ripe_on is None or one.item.ripe_on <= today for one in self.own)


def people_of(house: House, plan: Plan) -> dict[int, Person]:
    """Everybody of whom the plan lets something go."""
    people: dict[int, Person] = defaultdict(Person)
    with reading(house.engine) as connection:
        for one in plans.items(connection, plan.number):
            person = people[one.item.subject_id]
            if one.item.verdict != Verdict.GO:
                if one.item.reason != CARRIED_OUT:
                    person.rest.append(one)
            elif one.item.system == house.own_system:
                person.own.append(one)
            else:
                person.elsewhere.append(one)
        emptied = [
            one.item.placement_id
            for person in people.values()
            for one in person.elsewhere
            if one.item.placement_id and one.state is ItemState.PROVEN
        ]
        there = placements.categories_of(connection, emptied)
        empty = placements.left_empty(connection, people)
    for number, person in people.items():
        person.there = _there(person, there)
        person.emptied = frozenset(empty.get(number, ()))
    return {number: person for number, person in people.items() if person.own or person.elsewhere}


def _there(person: Person, there: Mapping[int, frozenset[str]]) -> dict[int, frozenset[str]]:
    """What the person's records hold that were to be emptied. What was anonymised is nobody's."""
    left = {}
    for number in {one.item.placement_id for one in person.elsewhere} & there.keys():
        nobodys = {
            category
            for one in person.elsewhere
            if one.item.placement_id == number
            and one.item.action == Then.ANONYMISE
            and one.answer != CAME_BACK
            for category in one.item.categories
        }
        if rest := there[number] - nobodys:
            left[number] = rest
    return left


def whom_others_are_known_through(
    house: House, people: Mapping[int, Person], ready: Mapping[int, Person]
) -> list[int]:
    """A pupil waits for the parents who go along: what is known of these is known through the
    pupil, and without that nobody could say any more why they go."""
    waiting = [
        number
        for number, person in people.items()
        if number not in ready and not person.was_given_up and not person.is_proven
    ]
    with reading(house.engine) as connection:
        return sorted(relations.known_through(connection, waiting).intersection(ready))


def with_something_left(house: House, plan: Plan, ready: Mapping[int, Person]) -> list[int]:
    """Who has not been forgotten yet: an own item is open, a record is still noted, or the journal
    does not say so of this plan. Whoever is known through somebody else goes first."""
    everything = [_as_erased(to_forget(house, number, p)) for number, p in ready.items()]
    said = {
        person.subject_id
        for entry in house.journal.entries()
        if entry.step == DONE and entry.batch.startswith(f"{plan.ref}/")
        for person in entry.people
    }
    with reading(house.engine) as connection:
        left = set(still_there(connection, everything))
        left |= known(connection, sorted(ready.keys() - said))
        kin = relations.known_through(connection, sorted(ready))
    return sorted(
        (
            number
            for number, person in ready.items()
            if number in left or any(one.state in OPEN for one in person.own)
        ),
        key=lambda number: (number in kin, number),
    )


def to_forget(house: House, number: int, person: Person) -> ToForget:
    """What the plan lets our own records forget of one person."""
    elsewhere = person.elsewhere
    # A record of which something stays is somebody's still; so is whose papers lie somewhere.
    partly = {one.item.placement_id for one in person.rest} | {
        one.item.placement_id for one in elsewhere if one.item.action not in _WHOLE
    }
    return ToForget(
        subject_id=number,
        categories=tuple(
            sorted(
                {
                    category
                    for one in person.own
                    if not person.has_come_back(one)
                    for category in one.item.categories
                }
            )
        ),
        placements=tuple(
            sorted(
                ({one.item.placement_id for one in elsewhere} | person.emptied)
                - partly
                - person.there.keys()
                - {0}
            )
        ),
        cases=any(
            one.item.system == house.case_system.system and not person.has_come_back(one)
            for one in elsewhere
        ),
        stays=any(one.item.system in house.by_hand for one in person.rest),
    )


def _as_erased(one: ToForget) -> Erased:
    return Erased(one.subject_id, False, one.categories, one.placements, one.cases, ())


def archived(going: Mapping[int, Person]) -> dict[int, set[str]]:
    """Of our own holdings: what a copy is made of first, by person."""
    goes = {
        number: {
            category
            for one in person.own
            if one.item.action == Then.ARCHIVE
            for category in one.item.categories
        }
        for number, person in going.items()
    }
    return {number: categories for number, categories in goes.items() if categories}


def speaks_on(done: StoredItem, rest: Sequence[StoredItem], policy: Policy) -> bool:
    """Whether the same rule still has something to say there: of what is held, when released, even
    where another rule says today why it would go."""
    there = [one.item for one in rest if one.item.placement_id == done.item.placement_id]
    if any(item.rule == done.item.rule for item in there):
        return True
    held = {c for item in there if item.verdict == Verdict.HELD for c in item.categories}
    return any(
        rule.id == done.item.rule and not held.isdisjoint(rule.covers.categories)
        for rule in (policy.retention if held else ())
    )
