"""What a strip has taken already, while the rest of its rule still waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from lifecycle.plan import ItemState
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import Then
from records import bulk
from records.tables import plan_item

Open = Mapping[tuple[int, int, str], str]
"""(person, placement, rule) → the day that the rule counts from; it is not settled."""


def strips(policy: Policy) -> frozenset[str]:
    """Ids of the rules that strip."""
    return frozenset(rule.id for rule in policy.retention if rule.then is Then.STRIP)


def taken_whole(policy: Policy, category: str, stays: Iterable[str]) -> bool:
    """Whether nothing of a category is left once it was stripped of all but these fields; where
    the policy does not name its fields nobody can say."""
    known = policy.categories.get(category)
    return known is not None and bool(known.fields) and set(known.fields).isdisjoint(stays)


def in_part(
    connection: Connection, policy: Policy, waiting: Open
) -> dict[tuple[int, int], set[tuple[str, str]]]:
    """(person, placement) → (rule, category) that plans have stripped and proven, of rules that
    are `waiting`: another category was held, or something else of the person waits.

    Only what was stripped for the same day. A category of which nothing is left once it was
    stripped is not named: where there is such a one, it has come back.
    """
    found: dict[tuple[int, int], set[tuple[str, str]]] = defaultdict(set)
    people = sorted({number for number, _, _ in waiting})
    if not people:
        return found
    columns = (
        plan_item.c.subject_id,
        plan_item.c.placement_id,
        plan_item.c.rule,
        plan_item.c.ripe_on,
        plan_item.c.categories,
        plan_item.c.stays,
    )
    also = {
        plan_item.c.action: str(Then.STRIP),
        plan_item.c.state: str(ItemState.PROVEN),
        plan_item.c.answer: "gone",
    }
    for number, place_id, name, ripe_on, categories, stays in bulk.fetch_in(
        connection, columns, plan_item.c.subject_id, people, also=also
    ):
        if waiting.get((number, place_id, name)) != ripe_on:
            continue
        found[number, place_id].update(
            (name, category)
            for category in categories.split()
            if not taken_whole(policy, category, stays.split())
        )
    return found
