"""A row for everything that a rule will ask for, by the date it counts from; dates that change
open it again."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any, Final

from lifecycle.policy.model import Policy
from lifecycle.retention.reach import reaches, relative_kinds
from records.scope import Scope, values_of
from records.standing import TABLE

OF_KIN: Final = -1
"""The placement under which `anchor` keeps those dates of a relative that are other people's: the
same person may stand elsewhere by dates of their own."""


def write(policy: Policy, scope: Scope) -> int:
    """Write the rows of these people anew, where they differ; how many rows changed.

    Within `standing.reached`. A row whose data is gone, or whose date is not known any more, goes;
    one whose date changed is open again; one that is as it was keeps its `done_at`.
    """
    wanted, parameters = _wanted(policy)
    parameters |= {"controller": policy.id}
    gone = scope.execute(
        f"""WITH {wanted} DELETE FROM due
            WHERE controller = :controller AND {scope.only("due.subject_id")}
              AND {_not_wanted(scope)}""",
        parameters,
    )
    written = scope.execute(
        f"""WITH {wanted}
            INSERT INTO due (controller, rule, anchor_on, subject_id, placement_id)
            SELECT :controller, w.rule, w.anchor_on, w.subject_id, w.placement_id
            FROM wanted w WHERE w.anchor_on IS NOT NULL
            ON CONFLICT (subject_id, placement_id, rule) DO UPDATE
            SET anchor_on = excluded.anchor_on, done_at = NULL
            WHERE due.anchor_on <> excluded.anchor_on""",
        parameters,
    )
    return gone + written


def kept_at(policy: Policy) -> tuple[str, dict[str, Any]]:
    """Where the date that a row of `reached_now` (x) counts from is kept in `anchor`: with its
    record; with those dates of a relative that are the pupils'; else with the person's own."""
    relatives = sorted(relative_kinds(policy))
    if not relatives:
        return "CASE WHEN x.per_record = 1 THEN x.placement_id ELSE 0 END", {}
    parameters = {f"goes_with_{number}": kind for number, kind in enumerate(relatives)}
    listed = ", ".join(f":{name}" for name in parameters)
    return (
        f"""CASE WHEN x.per_record = 1 THEN x.placement_id
                 WHEN x.kind IN ({listed}) THEN {OF_KIN} ELSE 0 END""",
        parameters,
    )


def kin(scope: Scope, events: list[str]) -> tuple[str, dict[str, Any]]:
    """`kin(subject_id, event, on_date)`: for people known because of others, those others' latest
    date; NULL as long as one of them has none."""
    names, parameters = values_of("kin_event", ("event",), [(event,) for event in events])
    return (
        f"""{names},
        kin(subject_id, event, on_date) AS (
            SELECT r.subject_id, k.event,
                   CASE WHEN count(a.on_date) = count(*) THEN max(a.on_date) END
            FROM relation r CROSS JOIN kin_event k
            LEFT JOIN anchor a
              ON a.subject_id = r.to_id AND a.placement_id = 0 AND a.event = k.event
            WHERE {scope.only("r.subject_id")}
            GROUP BY r.subject_id, k.event
        )""",
        parameters,
    )


def kin_events(policy: Policy) -> list[str]:
    """Events that rules for relatives count from, of a person."""
    relatives = relative_kinds(policy)
    return sorted({r.event for r in reaches(policy) if r.kind in relatives and not r.per_record})


def _wanted(policy: Policy) -> tuple[str, dict[str, Any]]:
    """`wanted(subject_id, placement_id, rule, anchor_on)`, once each."""
    kept, parameters = kept_at(policy)
    return (
        f"""wanted(subject_id, placement_id, rule, anchor_on) AS (
            SELECT x.subject_id, x.placement_id, x.rule, a.on_date
            FROM {TABLE} x LEFT JOIN anchor a
              ON a.subject_id = x.subject_id AND a.event = x.event AND a.placement_id = {kept}
            WHERE x.dated = 1)""",
        parameters,
    )


def _not_wanted(scope: Scope) -> str:
    """Both find each row once by hash: PostgreSQL cannot hash a large NOT IN, SQLite cannot hash
    NOT EXISTS."""
    if scope.is_postgres:
        return """NOT EXISTS (SELECT 1 FROM wanted w WHERE w.subject_id = due.subject_id
            AND w.placement_id = due.placement_id AND w.rule = due.rule
            AND w.anchor_on IS NOT NULL)"""
    return """(subject_id, placement_id, rule) NOT IN (
        SELECT subject_id, placement_id, rule FROM wanted WHERE anchor_on IS NOT NULL)"""
