"""What a rule will ask for stands ready by date: finding what is due costs what is due."""

# SQL is put together from the names of our own tables only; values are always parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, text
from sqlalchemy.sql.elements import ColumnElement

from lifecycle.policy.model import Policy
from records import anchors, bulk
from records.scope import pairs_of
from records.tables import anchor, due, rules_in_force

_WAY: Final = 2
"""Raised when dates are written in another way: records of before are worked out anew then. 2: a
relative's are kept beside the person's own."""


class Missing(NamedTuple):
    """An event that nobody has a date for."""

    subject_id: int
    placement_id: int
    """0: an event of the person; -1: one of those they are known through; else of that record."""
    event: str


def find_due(connection: Connection, *, controller: str, cutoffs: Mapping[str, str]) -> list[int]:
    """The people about whom any of these rules may have something to say, sorted, each once.

    `cutoffs`: rule id → the latest date (ISO) whose time is up. One range of the index for each
    rule; what has been settled is not found. Nobody is decided about here.
    """
    # In the index's order, which is nearly sorted: a set would lose it.
    found: dict[int, None] = {}
    for rule, latest in cutoffs.items():
        query = select(due.c.subject_id).where(
            due.c.controller == controller,
            due.c.rule == rule,
            due.c.anchor_on <= latest,
            due.c.done_at.is_(None),
        )
        found |= dict.fromkeys([row[0] for row in bulk.fetch_all(connection, query)])
    return sorted(found)


def is_in_force(connection: Connection, policy: Policy) -> bool:
    """Whether what is due was written for exactly this policy."""
    return _in_force(policy) == (
        connection.execute(
            select(rules_in_force.c.policy_sha256).where(rules_in_force.c.controller == policy.id)
        ).scalar_one_or_none()
    )


def _in_force(policy: Policy) -> str:
    """Which policy the rows are written for, and in which way they are written."""
    return f"{policy.sha256}/{_WAY}"


def is_known(connection: Connection, *, controller: str) -> bool:
    """Whether this controller has ever opened these records."""
    found = connection.execute(
        select(rules_in_force.c.controller).where(rules_in_force.c.controller == controller)
    )
    return found.one_or_none() is not None


def everybody_known(connection: Connection) -> list[str]:
    """Every controller that has ever opened these records, in the order of their ids."""
    known = select(rules_in_force.c.controller).order_by(rules_in_force.c.controller)
    return list(connection.execute(known).scalars())


def make_known(connection: Connection, *, controller: str) -> None:
    """This controller opens these records for the first time; no rule is in force yet."""
    bulk.upsert_rows(
        connection,
        rules_in_force,
        ("controller", "policy_sha256"),
        [(controller, "")],
        update=(),
    )


def apply_rules(connection: Connection, policy: Policy) -> int:
    """Write everybody's dates and what is due for `policy`, if it was another one until now.

    Returns how many rows of `due` changed; 0 also where this policy was in force already. What a
    rule of the same id has done, for the same date, stays done. The caller writes the ledger
    event (`rules.applied`).
    """
    if is_in_force(connection, policy):
        return 0
    # Rules that are gone; `refresh` goes by those that are there.
    names = [rule.id for rule in policy.retention]
    gone = connection.execute(
        delete(due).where(due.c.controller == policy.id, due.c.rule.not_in(names))
    ).rowcount
    anchors.forget_unknown_events(connection, policy)
    changed = anchors.refresh(connection, policy, controller=policy.id, subjects=None)
    bulk.upsert_rows(
        connection,
        rules_in_force,
        ("controller", "policy_sha256"),
        [(policy.id, _in_force(policy))],
    )
    return gone + changed


def settle(connection: Connection, done: Iterable[tuple[int, int, str]], *, at: str) -> None:
    """These rules have been carried out: (person, placement, rule), as the plan's items name them.

    Placement 0 stands for our own records, the case system and every place weeded by hand at
    once: settle it when the last of them is proven. Unknown rows are fine; repeating is harmless,
    and the first instant stays. Another date later opens the row again.
    """
    by_rule: dict[str, set[tuple[int, int]]] = {}
    for subject, placement, rule in done:
        by_rule.setdefault(rule, set()).add((subject, placement))
    for rule, rows in sorted(by_rule.items()):
        pairs = sorted(rows)
        chosen, parameters = pairs_of(connection, pairs)
        connection.execute(
            text(
                "UPDATE due SET done_at = :at WHERE rule = :rule AND done_at IS NULL "
                f"AND (subject_id, placement_id) IN ({chosen})"
            ),
            {"at": at, "rule": rule} | parameters,
        )


def count_missing(
    connection: Connection, *, controller: str, besides: Collection[str] = ()
) -> dict[str, int]:
    """Event → how many people (or records, where each has its own date) have no date for it.

    Only where some rule or some system speaks of the event: what is missing is what is needed.
    `besides`: events that may never happen, and are not missing.
    """
    rows = connection.execute(
        select(anchor.c.event, func.count())
        .where(anchor.c.controller == controller, _is_missing())
        .where(anchor.c.event.not_in(besides))
        .group_by(anchor.c.event)
        .order_by(anchor.c.event)
    )
    return {row[0]: row[1] for row in rows}


def missing(
    connection: Connection, *, controller: str, limit: int, event: str | None = None
) -> list[Missing]:
    """The first `limit` of those that `count_missing` counts, by event and person."""
    query = (
        select(anchor.c.subject_id, anchor.c.placement_id, anchor.c.event)
        .where(anchor.c.controller == controller, _is_missing())
        .order_by(anchor.c.event, anchor.c.subject_id, anchor.c.placement_id)
        .limit(limit)
    )
    if event is not None:
        query = query.where(anchor.c.event == event)
    return [Missing(*row) for row in connection.execute(query)]


def _is_missing() -> ColumnElement[bool]:
    """No date; a record's counts only where the person has no row of their own for the event."""
    of_person = anchor.alias("of_person")
    return and_(
        anchor.c.on_date.is_(None),
        or_(
            anchor.c.placement_id <= 0,
            ~exists().where(
                of_person.c.subject_id == anchor.c.subject_id,
                of_person.c.placement_id <= 0,
                of_person.c.event == anchor.c.event,
            ),
        ),
    )
