"""A large plan is carried out by several runs at once: in parts that nobody does twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from lifecycle.plan import ItemState
from records import leases, plans
from records.engines import reading
from records.plans import Plan
from tasks.house.parts import House

ITEMS: Final = 2_500
"""Items of one part, or as many as its last person has. The same for everybody: whoever cut
otherwise would take a part of which another has half."""
PATIENCE: Final = 3600.0
"""Seconds that a run waits for another one that has a part in hand."""
_OPEN: Final = frozenset({ItemState.PLANNED, ItemState.INTENDED})


class Part(NamedTuple):
    """Some people's items in one system: all that those people have there."""

    number: int
    """1, 2, … within the plan."""
    system: str
    first: int
    """The lowest number of a person in it."""
    last: int
    """The highest one."""
    lease: str
    """Whoever holds this has the part in hand."""


def prefix_of(house: House) -> str:
    """What the leases of all parts of this controller begin with: while one of them is held,
    records are just going."""
    return f"part/{house.controller}/"


def leading(ref: str) -> str:
    """The lease of the run that leads a plan: without one nobody begins a part."""
    return f"leading/{ref}"


def parts_of(house: House, plan: Plan, systems: Iterable[str]) -> list[Part]:
    """The plan's items in these systems, cut in the same way by whoever asks.

    A person is never cut in two: of two items about one record the second waits for the first.
    The case system is one part, for it is told of everybody in one call.
    """
    wanted = list(systems)
    with reading(house.engine) as connection:
        people = plans.people_going(connection, plan.number)
    parts: list[Part] = []
    for name in wanted:
        most = None if name == house.case_system.system else ITEMS
        for position, (first, last) in enumerate(_cut(people.get(name, []), most), start=1):
            lease = f"{prefix_of(house)}{plan.ref}/{name}/{position}"
            parts.append(Part(len(parts) + 1, name, first, last, lease))
    return parts


def open_items(house: House, plan: Plan, systems: Iterable[str]) -> int:
    """How many items in these systems are still to be carried out."""
    wanted = set(systems)
    with reading(house.engine) as connection:
        counts = plans.state_counts(connection, plan.number)
    return sum(n for (name, state), n in counts.items() if name in wanted and state in _OPEN)


def is_led(house: House, plan: Plan) -> bool:
    """Whether a run leads this plan just now."""
    return leading(plan.ref) in leases.live(house.engine, leading(plan.ref), now=house.now)


def _cut(people: list[tuple[int, int]], most: int | None) -> list[tuple[int, int]]:
    """(first, last) person of each part, of (person, items) in order."""
    ranges: list[tuple[int, int]] = []
    items = 0
    for person, count in people:
        if ranges and (most is None or items + count <= most):
            ranges[-1] = (ranges[-1][0], person)
            items += count
        else:
            ranges.append((person, person))
            items = count
    return ranges
