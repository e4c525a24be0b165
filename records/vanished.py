"""Who is in no system any more and of whom nothing is kept is not kept here either."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, exists, select

from lifecycle.policy.model import Policy
from lifecycle.policy.retention import RetentionRule, Then
from lifecycle.retention.facts import Unit
from records import bulk, facts
from records.inventory_writer import people_under_way
from records.tables import engagement, held, holding, legal_hold, placement, subject


def gone_everywhere(
    connection: Connection, policy: Policy, *, absent: frozenset[str] = frozenset()
) -> list[int]:
    """Those of whom no system has a record, and our own records neither a case nor a holding.

    Left out: whom a standing hold is about; who is part of a plan under way, which proves the end
    itself; whose papers a person has not weeded yet (`absent`: places that there are none of).
    """
    nothing = [
        ~exists().where(table.c.subject_id == subject.c.id)
        for table in (placement, engagement, holding)
    ]
    left = set(
        connection.execute(
            select(subject.c.id).where(subject.c.controller == policy.id, *nothing)
        ).scalars()
    )
    left -= _held(connection, left)
    left -= people_under_way(connection, controller=policy.id, subjects=sorted(left))
    units = facts.load_units(
        connection, policy, controller=policy.id, subjects=sorted(left), absent=absent
    )
    return sorted(
        number for number, rest in units.items() if all(_is_weeded(unit, policy) for unit in rest)
    )


def _held(connection: Connection, numbers: Collection[int]) -> set[int]:
    rows = list(
        bulk.fetch_in(
            connection, (held.c.subject_id, held.c.hold_id), held.c.subject_id, sorted(numbers)
        )
    )
    standing = {
        number
        for number, released_at in bulk.fetch_in(
            connection,
            (legal_hold.c.id, legal_hold.c.released_at),
            legal_hold.c.id,
            sorted({hold for _, hold in rows}),
        )
        if released_at is None
    }
    return {number for number, hold in rows if hold in standing}


def _is_weeded(unit: Unit, policy: Policy) -> bool:
    """Whether rules that leave nothing behind have been carried out for all of it."""
    done = [r for r in policy.retention if r.id in unit.settled and r.then is not Then.STRIP]
    return all(any(_covers(rule, unit, category) for rule in done) for category in unit.categories)


def _covers(rule: RetentionRule, unit: Unit, category: str) -> bool:
    return (
        rule.covers.subject == unit.kind
        and rule.covers.in_system(unit.system)
        and category in rule.covers.categories
    )
