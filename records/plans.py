"""A plan says what goes, what stays and why: drawn up once, and then only moved on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Row, Select, func, select, update

from lifecycle.errors import Changed, Refused
from lifecycle.plan import (
    DISCLOSE,
    ITEM_TRANSITIONS,
    PLAN_TRANSITIONS,
    ItemState,
    PlanItem,
    PlanKind,
    PlanState,
)
from lifecycle.references import PLAN, to_reference
from lifecycle.retention.facts import Verdict
from records import bulk
from records.tables import placement, plan_item
from records.tables import plan as plans

OPEN: Final = (PlanState.DRAWN, PlanState.APPROVED, PlanState.EXECUTING)
"""States of a plan that waits for somebody or something."""

_AT_ONCE: Final = 5_000
"""Item numbers in one statement: below what each database takes as parameters."""
_ITEM_COLUMNS: Final = ("plan_id", "number", *PlanItem._fields, "state")


class Plan(NamedTuple):
    """One plan as a whole; `number` is what its reference (`P-…`) stands for."""

    number: int
    controller: str
    kind: PlanKind
    as_of: date
    policy_sha256: str
    hash: str
    approvals: int
    """How many people must agree."""
    created_at: str
    created_by: str
    """An officer's reference or handle; "" where a schedule drew it up."""
    state: PlanState
    closed_at: str | None
    about_id: int
    """The one person of a request; else 0."""
    counts: dict[str, int]

    @property
    def ref(self) -> str:
        """The plan's public reference, `P-…`."""
        return to_reference(PLAN, self.number)


class StoredItem(NamedTuple):
    """One item of a plan and where it stands."""

    number: int
    """1, 2, … within its plan."""
    item: PlanItem
    state: ItemState
    acted_at: str | None
    answer: str | None
    """A word of `connectors.system.Answer`: what reading back showed last."""
    proven_at: str | None


def insert(connection: Connection, plan: Plan, items: Iterable[PlanItem]) -> None:
    """Store a plan with its items, numbered from 1 in the order given.

    What goes or is disclosed starts as `planned`, everything else as `shown`.
    """
    values = plan._asdict()
    values["id"] = values.pop("number")
    values["as_of"] = plan.as_of.isoformat()
    values["counts"] = orjson.dumps(plan.counts, option=orjson.OPT_SORT_KEYS)
    connection.execute(plans.insert().values(values))
    bulk.insert_rows(connection, plan_item, _ITEM_COLUMNS, _rows(plan.number, items))


def get(connection: Connection, *, controller: str, number: int) -> Plan:
    """The plan of that number; raises `Refused("plan_unknown")`, another controller's too."""
    row = connection.execute(
        select(plans).where(plans.c.id == number, plans.c.controller == controller)
    ).first()
    if row is None:
        raise Refused("plan_unknown", ref=to_reference(PLAN, number))
    return plan_of(row)


def find(
    connection: Connection,
    *,
    controller: str,
    states: Collection[PlanState] | None = None,
    kind: PlanKind | None = None,
    kinds: Collection[PlanKind] | None = None,
    limit: int | None = None,
) -> list[Plan]:
    """Plans, the newest first; of all states and kinds where none is given."""
    query = select(plans).where(plans.c.controller == controller)
    if states is not None:
        query = query.where(plans.c.state.in_([str(state) for state in states]))
    if kind is not None:
        query = query.where(plans.c.kind == str(kind))
    if kinds is not None:
        query = query.where(plans.c.kind.in_([str(one) for one in kinds]))
    query = query.order_by(plans.c.created_at.desc(), plans.c.id.desc())
    return [plan_of(row) for row in connection.execute(query.limit(limit))]


def items(
    connection: Connection,
    number: int,
    *,
    verdict: Verdict | None = None,
    states: Collection[ItemState] | None = None,
    system: str | None = None,
    subject: int | None = None,
    between: tuple[int, int] | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[StoredItem]:
    """The items of a plan in their order, from the number behind `after` on; `between`: the
    lowest and the highest number of a person."""
    query = select_items().where(plan_item.c.plan_id == number, plan_item.c.number > after)
    if verdict is not None:
        query = query.where(plan_item.c.verdict == str(verdict))
    if states is not None:
        query = query.where(plan_item.c.state.in_([str(state) for state in states]))
    if system is not None:
        query = query.where(plan_item.c.system == system)
    if subject is not None:
        query = query.where(plan_item.c.subject_id == subject)
    if between is not None:
        query = query.where(plan_item.c.subject_id.between(*between))
    query = query.order_by(plan_item.c.number).limit(limit)
    return [stored(row) for row in connection.execute(query)]


def set_state(
    connection: Connection,
    number: int,
    *,
    was: PlanState,
    to: PlanState,
    closed_at: str | None = None,
) -> None:
    """Move a plan on; `closed_at`: an instant, where it ends for good.

    Raises `Refused("plan_step_not_allowed")` for a step that `PLAN_TRANSITIONS` does not have and
    `Changed("plan_changed_meanwhile")` when the plan is not in `was` any more.
    """
    ref = to_reference(PLAN, number)
    if to not in PLAN_TRANSITIONS[was]:
        raise Refused("plan_step_not_allowed", ref=ref)
    moved = connection.execute(
        update(plans)
        .where(plans.c.id == number, plans.c.state == str(was))
        .values(state=str(to), closed_at=closed_at)
    )
    if moved.rowcount != 1:
        raise Changed("plan_changed_meanwhile", ref=ref)


def mark(
    connection: Connection,
    number: int,
    item_numbers: Iterable[int],
    *,
    was: ItemState,
    to: ItemState,
    at: str | None = None,
    answer: str | None = None,
) -> None:
    """Move items on, all or none (the caller's transaction ends with the error).

    `at`: the instant, kept as `acted_at` with `acted` and as `proven_at` with `proven`; `answer`:
    what reading back showed, left as it is where None. Repeating a number counts once. Raises
    `Refused("item_step_not_allowed")` for a step that `ITEM_TRANSITIONS` does not have and
    `Changed("plan_changed_meanwhile")` unless every item was in `was`.
    """
    ref = to_reference(PLAN, number)
    if to not in ITEM_TRANSITIONS[was]:
        raise Refused("item_step_not_allowed", ref=ref)
    values: dict[str, str] = {"state": str(to)}
    if answer is not None:
        values["answer"] = answer
    if at is not None and to in _WHEN:
        values[_WHEN[to]] = at
    wanted = sorted(set(item_numbers))
    moved = 0
    for chunk in _chunks(wanted):
        moved += connection.execute(
            update(plan_item)
            .where(
                plan_item.c.plan_id == number,
                plan_item.c.number.in_(chunk),
                plan_item.c.state == str(was),
            )
            .values(values)
        ).rowcount
    if moved != len(wanted):
        raise Changed("plan_changed_meanwhile", ref=ref, expected=len(wanted), found=moved)


def note_answer(
    connection: Connection, number: int, item_numbers: Iterable[int], *, answer: str
) -> None:
    """Keep what reading back showed of items that stay where they stand."""
    for chunk in _chunks(sorted(set(item_numbers))):
        connection.execute(
            update(plan_item)
            .where(plan_item.c.plan_id == number, plan_item.c.number.in_(chunk))
            .values(answer=answer)
        )


def placements_going(connection: Connection, *, system: str) -> int:
    """How many records of a system are still known and go by any plan."""
    return connection.execute(
        select(func.count(plan_item.c.placement_id.distinct())).where(
            plan_item.c.system == system,
            plan_item.c.verdict == str(Verdict.GO),
            plan_item.c.placement_id.in_(select(placement.c.id)),
        )
    ).scalar_one()


def people_going(connection: Connection, number: int) -> dict[str, list[tuple[int, int]]]:
    """Who goes by a plan: system → (person, items) by the person's number. It never changes."""
    rows = connection.execute(
        select(plan_item.c.system, plan_item.c.subject_id, func.count())
        .where(plan_item.c.plan_id == number, plan_item.c.verdict == str(Verdict.GO))
        .group_by(plan_item.c.system, plan_item.c.subject_id)
        .order_by(plan_item.c.system, plan_item.c.subject_id)
    )
    people: dict[str, list[tuple[int, int]]] = {}
    for system, subject, count in rows:
        people.setdefault(system, []).append((subject, count))
    return people


def state_counts(connection: Connection, number: int) -> dict[tuple[str, ItemState], int]:
    """How many items of a plan stand where: (system, state) → number."""
    rows = connection.execute(
        select(plan_item.c.system, plan_item.c.state, func.count())
        .where(plan_item.c.plan_id == number)
        .group_by(plan_item.c.system, plan_item.c.state)
    )
    return {(system, ItemState(state)): count for system, state, count in rows}


_STATES: Final = {str(state): state for state in ItemState}
_WHEN: Final = {ItemState.ACTED: "acted_at", ItemState.PROVEN: "proven_at"}


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]


def _rows(number: int, given: Iterable[PlanItem]) -> Iterator[tuple[Any, ...]]:
    for position, item in enumerate(given, start=1):
        values = item._asdict()
        values["categories"] = " ".join(item.categories)
        values["stays"] = " ".join(item.stays)
        values["digest"] = None if item.digest is None else bytes.fromhex(item.digest)
        is_done = item.verdict in {Verdict.GO, DISCLOSE}
        state = ItemState.PLANNED if is_done else ItemState.SHOWN
        yield (number, position, *values.values(), str(state))


def select_items() -> Select[Any]:
    """A query of items: add conditions and read each row with `stored`."""
    return select(
        plan_item.c.number,
        *(plan_item.c[name] for name in PlanItem._fields),
        plan_item.c.state,
        plan_item.c.acted_at,
        plan_item.c.answer,
        plan_item.c.proven_at,
    )


def stored(row: Row[Any]) -> StoredItem:
    """A row of `select_items`."""
    # By position: a plan has many thousand items, and a row's names cost more than all the rest.
    number, subject, placement, system, verdict, action, categories, stays = row[:8]
    rule, ripe_on, last_day, reason, digest = row[8:13]
    state, acted_at, answer, proven_at = row[13:17]
    item = PlanItem(
        subject_id=subject,
        placement_id=placement,
        system=system,
        verdict=verdict,
        action=action,
        categories=tuple(categories.split()),
        stays=tuple(stays.split()),
        rule=rule,
        ripe_on=ripe_on,
        last_day=last_day,
        reason=reason,
        digest=None if digest is None else bytes(digest).hex(),
    )
    return StoredItem(number, item, _STATES[state], acted_at, answer, proven_at)


def plan_of(row: Row[Any]) -> Plan:
    """A row of the table `plan`."""
    values = dict(row._mapping)
    return Plan(
        number=values.pop("id"),
        kind=PlanKind(values.pop("kind")),
        as_of=date.fromisoformat(values.pop("as_of")),
        state=PlanState(values.pop("state")),
        counts=orjson.loads(bytes(values.pop("counts"))),
        **values,
    )
