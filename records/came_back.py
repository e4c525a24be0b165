"""What was carried out is to be done again where data came back."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, text

from lifecycle.plan import ERASURES, ItemState, PlanState
from records import bulk
from records.scope import Scope, pairs_of
from records.tables import placement

CAME_BACK: Final = "came_back"
"""The answer of an item that was proven, and of which there is something again."""


def into_records(connection: Connection, placements: Iterable[int], rules: Iterable[str]) -> None:
    """Data came back into these records of outer systems: what these rules have done there is
    open again."""
    rows = bulk.fetch_in(
        connection, (placement.c.subject_id, placement.c.id), placement.c.id, sorted(placements)
    )
    pairs = sorted(rows)
    if not pairs:
        return
    chosen, parameters = pairs_of(connection, pairs)
    where = f"WHERE rule IN :names AND (subject_id, placement_id) IN ({chosen})"
    for statement in (
        f"UPDATE due SET done_at = NULL {where}",
        f"UPDATE plan_item SET answer = '{CAME_BACK}' {where} AND state = '{ItemState.PROVEN}'",
    ):
        connection.execute(
            text(statement).bindparams(bindparam("names", expanding=True)),
            {"names": sorted(rules)} | parameters,
        )


def into_cases(connection: Connection, controller: str, subjects: Sequence[int]) -> None:
    """An export tells of these people anew: what was done in our own records, in the case system
    and on paper is open again, whatever their dates are."""
    scope = Scope(connection, subjects)
    if scope.is_empty:
        return
    erasures = ", ".join(f"'{kind}'" for kind in sorted(ERASURES))
    scope.execute(
        f"""UPDATE due SET done_at = NULL
            WHERE placement_id = 0 AND done_at IS NOT NULL AND {scope.only("subject_id")}""",
        {},
    )
    scope.execute(
        f"""UPDATE plan_item SET answer = '{CAME_BACK}'
            WHERE placement_id = 0 AND state = '{ItemState.PROVEN}'
              AND {scope.only("subject_id")}
              AND plan_id IN (SELECT id FROM plan WHERE controller = :controller
                              AND state = '{PlanState.EXECUTING}' AND kind IN ({erasures}))""",
        {"controller": controller},
    )


def into_case_system(
    connection: Connection, controller: str, subjects: Sequence[int], *, system: str
) -> list[tuple[int, int, str]]:
    """The case system is about to be told of these people's cases: (plan, person, rule) of what it
    was proven to have forgotten, while the rest of the plan waits; that is open again."""
    scope = Scope(connection, subjects)
    if scope.is_empty:
        return []
    where = f"""system = :system AND state = '{ItemState.PROVEN}' AND answer <> '{CAME_BACK}'
        AND {scope.only("subject_id")}
        AND plan_id IN (SELECT id FROM plan WHERE controller = :controller
                        AND state = '{PlanState.EXECUTING}')"""
    parameters = {"controller": controller, "system": system}
    rows = scope.fetch(f"SELECT plan_id, subject_id, rule FROM plan_item WHERE {where}", parameters)
    if rows:
        scope.execute(f"UPDATE plan_item SET answer = '{CAME_BACK}' WHERE {where}", parameters)
    return [(plan_id, number, rule) for plan_id, number, rule in sorted(rows)]
