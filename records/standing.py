"""As what and where people stand: the ground on which rules reach them."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from lifecycle.policy.model import Policy
from lifecycle.retention.reach import BY_HAND, CASES, RECORDS, Reach, case_kind
from records.scope import Scope, values_of


def reached(policy: Policy, scope: Scope, reach: tuple[Reach, ...]) -> tuple[str, dict[str, Any]]:
    """Common table expressions that end in `reached(subject_id, placement_id, rule, event, kind,
    per_record, dated)`: which rule speaks of which of a person's data, once each.

    `reach` must not be empty. The parameter `controller` is the caller's.
    """
    rules, parameters = values_of(
        "reach",
        ("rule", "event", "kind", "system", "category", "per_record", "dated"),
        [(*r[:5], int(r.per_record), int(r.dated)) for r in reach],
    )
    stands, more = _stands(policy, scope, {r.system for r in reach})
    sql = f"""
        {rules},
        stands(subject_id, placement_id, kind, system, categories) AS ({stands}),
        reached(subject_id, placement_id, rule, event, kind, per_record, dated) AS (
            SELECT DISTINCT s.subject_id, s.placement_id, r.rule, r.event, s.kind,
                   r.per_record, r.dated
            FROM stands s JOIN reach r ON r.kind = s.kind AND r.system = s.system
            WHERE s.placement_id = 0 OR {scope.has_word("s.categories", "r.category")}
        )"""
    return sql, parameters | more


def _stands(policy: Policy, scope: Scope, places: set[str]) -> tuple[str, dict[str, Any]]:
    """Rows (subject, placement, kind, system, categories); only places that some rule reaches."""
    in_case = case_kind(policy)
    own = f"""
        SELECT s.id, 0, {{kind}}, CAST('{{place}}' AS text), CAST('' AS text)
        FROM subject s WHERE s.controller = :controller AND {scope.only("s.id")}"""
    cases = f"""
        SELECT DISTINCT e.subject_id, 0, CAST(:case_kind AS text), CAST('{{place}}' AS text),
               CAST('' AS text)
        FROM engagement e
        WHERE e.controller = :controller AND e.subject_id <> 0 AND {scope.only("e.subject_id")}"""
    placements = f"""
        SELECT p.subject_id, {{number}}, p.kind, {{place}}, {{categories}}
        FROM placement p WHERE p.controller = :controller AND {scope.only("p.subject_id")}"""
    has_case = "EXISTS (SELECT 1 FROM engagement e WHERE e.subject_id = s.id)"
    has_holding = "EXISTS (SELECT 1 FROM holding h WHERE h.subject_id = s.id)"
    parts: list[str] = []
    if RECORDS in places:
        kind = "s.kind"
        if in_case is not None:
            kind = f"CASE WHEN {has_case} THEN CAST(:case_kind AS text) ELSE s.kind END"
        parts.append(own.format(kind=kind, place=RECORDS) + f" AND {has_holding}")
    if CASES in places and in_case is not None:
        parts.append(cases.format(place=CASES))
    if BY_HAND in places:
        parts.append(own.format(kind="s.kind", place=BY_HAND))
        parts.append(
            placements.format(number="0", place=f"CAST('{BY_HAND}' AS text)", categories="''")
        )
        if in_case is not None:
            parts.append(cases.format(place=BY_HAND))
    if not places <= {RECORDS, CASES, BY_HAND} or not parts:
        parts.append(placements.format(number="p.id", place="p.system", categories="p.categories"))
    sql = " UNION ALL ".join(parts)
    return sql, {"case_kind": in_case} if ":case_kind" in sql else {}
