"""Time is counted from events: a person's date is the latest of all sources, and none as long as
one source has none, unless the event may never happen."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.policy.model import Policy
from lifecycle.retention.reach import optional_events, relative_kinds
from records import bulk, due_rows
from records.scope import Scope
from records.standing import TABLE, reached
from records.tables import relation

_COLUMN_OF: Final = {
    "break_off_date": "broke_off_on",
    "end_date": "ends_on",
    "start_date": "started_on",
}
"""Which column of `engagement` keeps which field of an export in clear."""


def refresh(
    connection: Connection,
    policy: Policy,
    *,
    controller: str,
    subjects: Sequence[int] | None,
) -> int:
    """Work out anew the dates of these people (None: of everybody), of those known because of
    them, and what will be due from those dates; how many rows of `due` changed.

    Belongs to the transaction in which cases, placements or relations changed. A date that was
    known stays when its last source is gone, because our own records outlive the others; it is
    taken from what there is as soon as there is anything. Set-based, whatever the number.
    """
    if controller != policy.id:
        raise ValueError("anchors are refreshed by the controller's own policy")
    relatives = sorted(relative_kinds(policy))
    if subjects is not None and relatives:
        known_by = bulk.fetch_in(
            connection, (relation.c.subject_id,), relation.c.to_id, sorted(set(subjects))
        )
        subjects = sorted({*subjects, *(number for (number,) in known_by)})
    scope = Scope(connection, subjects)
    if scope.is_empty:
        return 0
    _write_own(policy, scope, relatives)
    if relatives:
        _write_kin(policy, scope)
    with reached(policy, scope):
        _write_missing(policy, scope)
        return due_rows.write(policy, scope)


def forget_unknown_events(connection: Connection, policy: Policy) -> None:
    """Drop the dates of events that the policy does not have any more."""
    names = sorted(policy.anchors)
    listed, parameters = _listed("event", names)
    Scope(connection, None).execute(
        f"DELETE FROM anchor WHERE controller = :controller AND event NOT IN ({listed})",
        {"controller": policy.id} | parameters,
    )


def _write_own(policy: Policy, scope: Scope, relatives: list[str]) -> None:
    """The dates of the people's own cases and records."""
    sources, parameters = _own_sources(policy, scope, relatives)
    if not sources:
        return
    latest, more = _latest(policy)
    parameters |= more
    scope.execute(
        f"""INSERT INTO anchor (controller, subject_id, placement_id, event, on_date)
            SELECT :controller, subject_id, 0, event, {latest}
            FROM ({" UNION ALL ".join(sources)}) AS source
            GROUP BY subject_id, event
            {_ON_CONFLICT_SET}""",
        {"controller": policy.id} | parameters,
    )


def _own_sources(
    policy: Policy, scope: Scope, relatives: list[str]
) -> tuple[list[str], dict[str, Any]]:
    """SELECTs of (subject_id, event, on_date), one row for each source."""
    per_person = {name: a for name, a in policy.anchors.items() if a.per == "person"}
    sources: list[str] = []
    parameters: dict[str, Any] = {}
    for number, (event, anchor) in enumerate(sorted(per_person.items())):
        columns = [f"nullif({_COLUMN_OF[f]}, '')" for f in anchor.taken_from if f in _COLUMN_OF]
        if not columns:
            continue
        parameters[f"own_{number}"] = event
        sources.append(
            f"""SELECT subject_id, CAST(:own_{number} AS text) AS event,
                       coalesce({", ".join([*columns, "NULL"])}) AS on_date
                FROM engagement
                WHERE controller = :controller AND subject_id <> 0
                  AND {scope.only("subject_id")}"""
        )
    if per_person:
        events, more = _listed("event", sorted(per_person))
        parameters |= more
        not_kin, more = _not_relative(relatives)
        parameters |= more
        sources.append(
            f"""SELECT a.subject_id, a.event, a.on_date
                FROM anchor a JOIN placement p ON p.id = a.placement_id
                WHERE a.controller = :controller AND a.placement_id <> 0
                  AND a.event IN ({events}) {not_kin} AND {scope.only("a.subject_id")}"""
        )
        # What happens here: a consent ends, somebody opts out.
        sources.append(
            f"""SELECT s.subject_id, s.event, s.on_date FROM seen_event s
                WHERE s.controller = :controller AND s.event IN ({events})
                  AND {scope.only("s.subject_id")}"""
        )
    return sources, parameters


def _write_kin(policy: Policy, scope: Scope) -> None:
    """Relatives' dates, after those of the people they are known through; beside what the same
    people have of their own."""
    events = due_rows.kin_events(policy)
    if not events:
        return
    related, parameters = due_rows.kin(scope, events)
    scope.execute(
        f"""WITH {related}
            INSERT INTO anchor (controller, subject_id, placement_id, event, on_date)
            SELECT :controller, subject_id, {due_rows.OF_KIN}, event, on_date FROM kin WHERE true
            {_ON_CONFLICT_SET}""",
        {"controller": policy.id} | parameters,
    )


def _write_missing(policy: Policy, scope: Scope) -> None:
    """Where a rule needs a date that nothing tells, that it is missing is written down."""
    kept, parameters = due_rows.kept_at(policy)
    scope.execute(
        f"""INSERT INTO anchor (controller, subject_id, placement_id, event)
            SELECT DISTINCT :controller, x.subject_id, {kept}, x.event
            FROM {TABLE} x
            WHERE NOT EXISTS (
                SELECT 1 FROM anchor a WHERE a.subject_id = x.subject_id AND a.event = x.event
                AND a.placement_id = {kept})
            ON CONFLICT (subject_id, placement_id, event) DO NOTHING""",
        {"controller": policy.id} | parameters,
    )


def _not_relative(relatives: list[str]) -> tuple[str, dict[str, Any]]:
    if not relatives:
        return "", {}
    listed, parameters = _listed("relative_kind", relatives)
    return f"AND p.kind NOT IN ({listed})", parameters


def _listed(name: str, words: Sequence[str]) -> tuple[str, dict[str, Any]]:
    parameters = {f"{name}_{number}": word for number, word in enumerate(words)}
    return ", ".join(f":{key}" for key in parameters), parameters


def _latest(policy: Policy) -> tuple[str, dict[str, Any]]:
    """The latest date if every source has one. Who says no to mail in one place says no in all
    (B-31): of an event that may never happen, one source is enough."""
    every = "count(on_date) = count(*)"
    optional = optional_events(policy)
    if not optional:
        return f"CASE WHEN {every} THEN max(on_date) END", {}
    listed, parameters = _listed("optional", optional)
    return f"CASE WHEN {every} OR event IN ({listed}) THEN max(on_date) END", parameters


_ON_CONFLICT_SET: Final = """ON CONFLICT (subject_id, placement_id, event) DO UPDATE
    SET on_date = excluded.on_date
    WHERE coalesce(anchor.on_date, '') <> coalesce(excluded.on_date, '')"""
