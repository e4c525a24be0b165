"""As what and where people stand: the ground on which rules reach them."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from lifecycle.policy.model import Policy
from lifecycle.retention.reach import BY_HAND, CASES, RECORDS, Reach, case_kind, reaches
from records.scope import Scope, values_of

TABLE: Final = "reached_now"


@contextmanager
def reached(policy: Policy, scope: Scope) -> Iterator[None]:
    """For the block there is a table `reached_now(subject_id, placement_id, rule, event, kind,
    per_record, dated)`: which rule speaks of which of these people's data, once each."""
    scope.execute(
        f"""CREATE TEMPORARY TABLE {TABLE} (
            subject_id bigint NOT NULL, placement_id bigint NOT NULL, rule text NOT NULL,
            event text NOT NULL, kind text NOT NULL, per_record integer NOT NULL,
            dated integer NOT NULL)""",
        {},
    )
    _fill(policy, scope, reaches(policy))
    yield
    # A failure undoes the whole transaction, and the table with it.
    scope.execute(f"DROP TABLE {TABLE}", {})


def _fill(policy: Policy, scope: Scope, reach: Sequence[Reach]) -> None:
    if not reach:
        return
    scope.execute(
        """CREATE TEMPORARY TABLE reach_now (
            rule text NOT NULL, event text NOT NULL, kind text NOT NULL, system text NOT NULL,
            category text NOT NULL, per_record integer NOT NULL, dated integer NOT NULL,
            PRIMARY KEY (kind, system, rule, category))""",
        {},
    )
    rules, parameters = values_of(
        "reach",
        ("rule", "event", "kind", "system", "category", "per_record", "dated"),
        [(*r[:5], int(r.per_record), int(r.dated)) for r in reach],
    )
    scope.execute(f"WITH {rules} INSERT INTO reach_now SELECT * FROM reach", parameters)
    stands, parameters = _stands(policy, scope, {r.system for r in reach})
    scope.execute(
        f"""WITH stands(subject_id, placement_id, kind, system, categories) AS ({stands})
            INSERT INTO {TABLE}
            SELECT DISTINCT s.subject_id, s.placement_id, r.rule, r.event, s.kind,
                   r.per_record, r.dated
            FROM stands s JOIN reach_now r ON r.kind = s.kind AND r.system = s.system
            WHERE r.category = '' OR {scope.has_word("s.categories", "r.category")}""",
        {"controller": policy.id} | parameters,
    )
    scope.execute("DROP TABLE reach_now", {})


def _stands(policy: Policy, scope: Scope, places: set[str]) -> tuple[str, dict[str, Any]]:
    """Rows (subject, placement, kind, system, categories); only places that some rule reaches."""
    in_case = case_kind(policy)
    own = f"""
        SELECT s.id AS subject_id, 0 AS placement_id, {{kind}} AS kind,
               CAST('{{place}}' AS text) AS system, CAST('' AS text) AS categories
        FROM subject s WHERE s.controller = :controller AND {scope.only("s.id")} AND {{also}}"""
    placements = f"""
        SELECT {{distinct}} p.subject_id, {{number}}, p.kind, {{place}}, {{categories}}
        FROM placement p WHERE p.controller = :controller AND {scope.only("p.subject_id")}"""
    has_case = "EXISTS (SELECT 1 FROM engagement e WHERE e.subject_id = s.id)"
    has_holding = "EXISTS (SELECT 1 FROM holding h WHERE h.subject_id = s.id)"
    as_case = "CAST(:case_kind AS text)"
    parts: list[str] = []
    if RECORDS in places:
        kind = "s.kind"
        if in_case is not None:
            kind = f"CASE WHEN s.kind <> {as_case} AND {has_case} THEN {as_case} ELSE s.kind END"
        parts.append(own.format(kind=kind, place=RECORDS, also=has_holding))
    if CASES in places and in_case is not None:
        parts.append(own.format(kind=as_case, place=CASES, also=has_case))
    if BY_HAND in places:
        parts.append(own.format(kind="s.kind", place=BY_HAND, also="1 = 1"))
        if in_case is not None:
            other = f"s.kind <> {as_case} AND {has_case}"
            parts.append(own.format(kind=as_case, place=BY_HAND, also=other))
        parts.append(
            placements.format(
                distinct="DISTINCT", number="0", place=f"CAST('{BY_HAND}' AS text)", categories="''"
            )
        )
    if not places <= {RECORDS, CASES, BY_HAND} or not parts:
        parts.append(
            placements.format(
                distinct="", number="p.id", place="p.system", categories="p.categories"
            )
        )
    sql = " UNION ALL ".join(parts)
    return sql, {"case_kind": in_case} if ":case_kind" in sql else {}
