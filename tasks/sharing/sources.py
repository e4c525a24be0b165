"""Where what is to be disclosed lies: our own records, other systems, places that only a person
reaches (A-68, A-75)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import NamedTuple

from connectors.system import Exports
from lifecycle.errors import Misconfigured, Refused
from lifecycle.retention.reach import system_of_role, systems_by_hand
from records import disclosures, placements
from records.engines import reading
from tasks.house.parts import House


class How(StrEnum):
    """How a disclosure can take something from there."""

    OURS = "ours"
    """Out of our own records."""
    READ_OUT = "read_out"
    """Out of that system, read anew when it is sent."""
    BY_HAND = "by_hand"
    """A person looks it up."""
    SAME_AS_OURS = "same_as_ours"
    """The case system: it was told what our own records hold."""
    NOT_READ_OUT = "not_read_out"
    """A mailbox: what lies there is about others too."""


class Source(NamedTuple):
    """Where a category lies."""

    category: str
    system: str
    how: str
    """A word of `How`."""
    people: int
    """Of how many of the chosen it lies there; by hand nobody knows: how many it may be."""


def sources(house: House, people: Collection[int], categories: Collection[str]) -> list[Source]:
    """Where these categories of these people lie, by category and system; in other systems as far
    as the last inventory saw."""
    found: Counter[tuple[str, str, How]] = Counter()
    cases = system_of_role(house.policy, "case_system")
    by_hand = systems_by_hand(house.policy)
    with reading(house.engine) as connection:
        present = disclosures.present(
            connection, controller=house.controller, subjects=people, only={}
        )
        places = list(placements.of_people(connection, present))
    wanted = set(categories)
    for kind, held in present.values():
        for category in held & wanted:
            found[category, house.own_system, How.OURS] += 1
            if cases is not None and category in house.policy.systems[cases].holds.get(kind, ()):
                found[category, cases, How.SAME_AS_OURS] += 1
        for name, system in by_hand.items():
            if name not in house.absent:
                for category in wanted.intersection(system.holds.get(kind, ())):
                    found[category, name, How.BY_HAND] += 1
    for name, category, _ in {
        (place.system, category, place.subject_id)
        for place in places
        for category in wanted.intersection(place.categories)
    }:
        if name in house.systems:
            reads = isinstance(house.systems[name], Exports)
            found[category, name, How.READ_OUT if reads else How.NOT_READ_OUT] += 1
    return sorted(
        Source(category, name, str(how), people) for (category, name, how), people in found.items()
    )


def require_sources(house: House, systems: Sequence[str]) -> frozenset[str]:
    """The systems that a disclosure is to take from; none named: our own records alone.

    Raises `Refused`: `system_unknown`; and with its name `system_by_hand`, `system_absent`,
    `system_not_read_out`; `Misconfigured("system_not_bound")`.
    """
    chosen = frozenset(systems or (house.own_system,))
    by_hand = systems_by_hand(house.policy)
    for name in sorted(chosen):
        if name == house.own_system:
            continue
        system = house.policy.systems.get(name)
        if system is None:
            raise Refused("system_unknown")
        if name in house.absent:
            raise Refused("system_absent", ref=name)
        if name in by_hand or name in house.by_hand:
            raise Refused("system_by_hand", ref=name)
        if system.role not in {"system", "place"}:
            raise Refused("system_not_read_out", ref=name)
        if name not in house.systems:
            raise Misconfigured("system_not_bound", ref=name)
        if not isinstance(house.systems[name], Exports):
            raise Refused("system_not_read_out", ref=name)
    return chosen
