"""A plan in figures, before anybody agrees to it: what goes where, since when, and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from lifecycle.plan import PlanItem
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import Then
from lifecycle.references import PLAN, from_reference
from lifecycle.retention.covering import covering
from lifecycle.retention.facts import Verdict
from lifecycle.retention.reach import optional_events
from records import due, plans, residues
from records.engines import reading
from records.placed_kinds import placed_kinds
from records.plans import Plan
from records.rights import who_waits
from tasks.erasing.plan_views import Figure, figures
from tasks.house.parts import House
from tasks.house.today import local_today


class Overview(NamedTuple):
    """A plan's figures; counts only."""

    figures: tuple[Figure, ...]
    first_last_day: str | None
    """The day by which the first of what goes has to be gone."""
    late: int
    """Items that should be gone already."""
    smallest_group: int
    """Fewer people than these are a small group, by the policy."""
    small_groups: dict[int, int]
    """Size → how many groups of cases with the same residue are that small (A-109)."""
    ungrouped: int
    """Anonymised records whose residue is in an outer system: nobody has counted their groups."""
    missing: dict[str, int]
    """Event → people and records that have no date for it: they are on no plan."""
    without_rule: dict[str, int]
    """System → records with something in them that no rule speaks of: they are on no plan."""
    wait_for_access: int
    """People of whom something goes while they wait for a copy of it (art. 15, 20)."""


def overview(house: House, plan: Plan) -> Overview:
    """The figures of a stored plan."""
    with reading(house.engine) as connection:
        stored = plans.items(connection, plan.number)
    return overview_of(house, [one.item for one in stored], as_of=plan.as_of)


def overview_of(house: House, items: Sequence[PlanItem], *, as_of: date) -> Overview:
    """The figures of these items, planned or rehearsed."""
    today = min(as_of, local_today(house))
    told = figures(items, today=today, erasure=house.policy.erasure)
    going = [item for item in items if item.verdict == Verdict.GO]
    anonymised = [item for item in going if item.action == Then.ANONYMISE]
    smallest = house.policy.erasure.smallest_group
    with reading(house.engine) as connection:
        groups = _small_groups(connection, house, anonymised, smallest=smallest)
        missing = due.count_missing(
            connection,
            controller=house.controller,
            besides=optional_events(house.policy),
        )
        uncovered = without_rule(connection, house.policy)
        waiting = who_waits(connection, controller=house.controller)
    return Overview(
        figures=told,
        first_last_day=min((i.last_day for i in going if i.last_day is not None), default=None),
        late=sum(figure.late for figure in told),
        smallest_group=smallest,
        small_groups=groups,
        ungrouped=sum(not _is_counted(house, item) for item in anonymised),
        missing=missing,
        without_rule=uncovered,
        wait_for_access=len(waiting & {item.subject_id for item in going}),
    )


def without_rule(connection: Connection, policy: Policy) -> dict[str, int]:
    """System → records of a kind or with a category that no rule speaks of there.

    A word that is written wrongly in one place must not let data lie there for ever unseen.
    """
    told: dict[str, int] = defaultdict(int)
    for placed in placed_kinds(connection, controller=policy.id):
        bare = any(
            not covering(
                policy.retention, kind=placed.kind, system=placed.system, category=category
            )
            for category in placed.categories
        )
        if bare:
            told[placed.system] += placed.records
    return dict(sorted(told.items()))


def _small_groups(
    connection: Connection, house: House, anonymised: Sequence[PlanItem], *, smallest: int
) -> dict[int, int]:
    people: dict[frozenset[str], set[int]] = defaultdict(set)
    for item in anonymised:
        if _is_counted(house, item):
            people[frozenset(item.stays)].add(item.subject_id)
    small: dict[int, int] = defaultdict(int)
    for fields, subjects in people.items():
        sizes = residues.group_sizes(
            connection, controller=house.controller, subjects=subjects, fields=fields
        )
        for size, number in sizes.items():
            if size < smallest:
                small[size] += number
    return dict(sorted(small.items()))


def _is_counted(house: House, item: PlanItem) -> bool:
    system = house.policy.systems[item.system]
    return system.role in {"records", "case_system"} and residues.KNOWN.issuperset(item.stays)


def warnings_of(house: House, ref: str) -> list[str]:
    """The same about the plan `P-…`; raises `Refused("plan_unknown")`."""
    number = from_reference(PLAN, ref)
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=number)
    return warnings(overview(house, plan))


def warnings(told: Overview) -> list[str]:
    """What whoever decides has to know beyond the figures: a sentence each."""
    found = []
    if told.late:
        found.append(f"{told.late} item(s) should be gone already: a breach, to be judged.")
    if told.wait_for_access:
        found.append(
            f"{told.wait_for_access} of the people wait for a copy of their data: lay it ready "
            "before you agree (gallra request list)."
        )
    for size, number in told.small_groups.items():
        found.append(
            f"{number} group(s) of {size} case(s) would share project and start date; fewer than "
            f"{told.smallest_group} may tell who somebody was."
        )
    if told.ungrouped:
        found.append(
            f"{told.ungrouped} record(s) are anonymised in systems whose groups nobody has counted."
        )
    for event, number in told.missing.items():
        found.append(f"{number} without a date for `{event}`: on no plan until somebody gives one.")
    for system, number in told.without_rule.items():
        found.append(f"{number} record(s) in {system} that no rule speaks of: on no plan.")
    return found
