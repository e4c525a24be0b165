"""A system whose processor has no valid agreement and review takes in and gives out nothing from
the policy's day on; what ends data goes on (A-11, A-18, H-40; docs/decisions/0019)."""

from __future__ import annotations

from typing import Final

from lifecycle.errors import Refused
from lifecycle.processor import may_run
from lifecycle.retention.calendar import local_date
from tasks.house.doors import Door
from tasks.house.parts import House
from tasks.processors.register import lines

NOT_VALID: Final = "processor_not_valid"


def stopped(house: House) -> dict[str, tuple[str, ...]]:
    """System of the policy → the processors that stop it today; those that run are left out.

    Asked anew each time: what ends today counts today. A policy that names no day asks nothing.
    """
    review = house.policy.processor_review
    if review is None or review.binding_from is None:
        return {}
    today = local_date(house.now(), house.policy.controller.zone)
    if today < review.binding_from:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for line in lines(house, on=today):
        if not may_run(line.lacks, binding_from=review.binding_from, on=today):
            for system in line.systems:
                found[system] = (*found.get(system, ()), line.label)
    return found


def require_may_run(house: House, system: str) -> None:
    """Before anything new is handed over to a system, taken from it or sent through it.

    Never asked by what erases, takes back, empties or looks. Raises
    `Refused("processor_not_valid")` with the system's name.
    """
    if system in stopped(house):
        raise Refused(NOT_VALID, ref=system)


def require_way_may_run(house: House, *doors: Door) -> None:
    """The same for the ways of a disclosure, by the systems that the bindings say they go
    through."""
    for door in doors:
        if door.through:
            require_may_run(house, door.through)
