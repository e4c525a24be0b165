"""Whether the outer systems answer, whether they were ever asked, and who may approve."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.examination import first_record
from lifecycle.bindings import Sql
from lifecycle.errors import GallraError
from records import placements
from records.engines import reading
from tasks.house.parts import House
from tasks.officers.registering import list_officers


def unanswered(house: House) -> Iterator[tuple[str, GallraError]]:
    """The bound systems that do not answer, or not as their bindings say; one record of each is
    read and thrown away."""
    for name, system in sorted(house.systems.items()):
        try:
            first_record(system)
        except GallraError as failure:
            yield name, failure


def never_asked(house: House) -> bool:
    """Whether systems are bound and not one record of any is known: no inventory was taken, or
    all of them are empty."""
    if not house.systems:
        return False
    with reading(house.engine) as connection:
        return not placements.any_known(connection, controller=house.controller)


def stand_ins(bindings_systems: object) -> list[str]:
    """The systems that are bound to a stand-in: nobody's real data is in there."""
    if not isinstance(bindings_systems, dict):
        return []
    return sorted(
        name for name, one in bindings_systems.items() if isinstance(one, Sql) and one.stand_in
    )


def approving(house: House) -> int:
    """How many officers may approve a plan today."""
    roles = {*house.policy.approvals.erasure, *house.policy.approvals.second}
    return sum(
        one.removed_at is None and bool(roles & set(one.roles)) for one in list_officers(house)
    )
