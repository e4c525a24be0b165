"""What names two people goes only when it may go of both: nobody's time to keep is cut short."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Final

from sqlalchemy import Connection, select

from lifecycle.plan import ItemState, PlanState
from lifecycle.retention.facts import Verdict
from records import bulk, placements
from records.engines import reading
from records.tables import blind_index, plan, plan_item, subject
from tasks.erasing.whose_record import spelled
from tasks.house.parts import House

_TAKEN: Final = (ItemState.INTENDED, ItemState.ACTED, ItemState.PROVEN)
"""Judged once more and allowed: of this person it goes, whatever still keeps it."""


def need_of_others(
    house: House, system: str, number: int
) -> Callable[[str, str, Mapping[str, str]], bool]:
    """For one person's order in a system: whether another mention there (key, kind, identifiers)
    is of somebody else whom we know and of whom it does not go as well."""
    return partial(_is_needed, house, system, number)


def _is_needed(
    house: House, system: str, number: int, key: str, kind: str, identifiers: Mapping[str, str]
) -> bool:
    with reading(house.engine) as connection:
        others = _known_by(connection, house, identifiers) - {number}
        others = _standing_as(connection, others, kind)
        return bool(others - _going(connection, house, system, key))


def _known_by(connection: Connection, house: House, identifiers: Mapping[str, str]) -> set[int]:
    digests = {
        house.vault.index_digest(name, text): name
        for name, text in spelled(house, identifiers).items()
    }
    return {
        number
        for digest, name, number in bulk.fetch_in(
            connection,
            (blind_index.c.digest, blind_index.c.kind, blind_index.c.subject_id),
            blind_index.c.digest,
            list(digests),
        )
        if digests[bytes(digest)] == name
    }


def _standing_as(connection: Connection, people: Collection[int], kind: str) -> set[int]:
    """Those of them who are of that kind, with us or anywhere else."""
    own = {
        row[0]
        for row in bulk.fetch_in(connection, (subject.c.id, subject.c.kind), subject.c.id, people)
        if row[1] == kind
    }
    elsewhere = placements.of_people(connection, people)
    return own | {place.subject_id for place in elsewhere if place.kind == kind}


def _going(connection: Connection, house: House, system: str, key: str) -> set[int]:
    """Of whom exactly this record goes by a plan that is being carried out, or has gone."""
    digest = placements.digest_of(house.vault, system=system, key=key)
    known = placements.lookup(
        connection, controller=house.controller, system=system, digests=[digest]
    )
    place = known.get(digest)
    if place is None:
        return set()
    taken = connection.execute(
        select(plan_item.c.subject_id)
        .join(plan, plan.c.id == plan_item.c.plan_id)
        .where(
            plan_item.c.placement_id == place.id,
            plan_item.c.subject_id == place.subject_id,
            plan_item.c.verdict == str(Verdict.GO),
            plan_item.c.state.in_([str(state) for state in _TAKEN]),
            plan.c.state.in_([str(PlanState.EXECUTING), str(PlanState.PROVEN)]),
        )
    )
    return set(taken.scalars())
