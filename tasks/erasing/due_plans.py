"""What is due is put before people as one page: the plan, its figures, and who must agree."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from lifecycle.errors import Misconfigured
from lifecycle.plan import ERASURES, PlanKind, PlanState
from lifecycle.references import PLAN, from_reference
from lifecycle.retention.facts import Verdict
from records import lookups, plans
from records.engines import reading
from records.plans import Plan
from tasks.erasing.plan_overview import overview
from tasks.erasing.plan_shown import show_plan
from tasks.erasing.plan_views import Figure
from tasks.erasing.planning import draw
from tasks.house.parts import House
from tasks.house.today import local_today

JANUARY = 1


class PlanPage(NamedTuple):
    """A plan as those see it who must agree to it: references, words, dates and counts."""

    ref: str
    kind: str
    state: str
    as_of: str
    hash: str
    needed: int
    """How many people must agree."""
    given: int
    """Approvals that count now."""
    roles: tuple[str, ...]
    """Who may agree, by the policy."""
    figures: tuple[Figure, ...]
    deadline: str | None
    """The day by which the first of what goes has to be gone."""
    going: int
    """People of whom something goes."""
    items: int
    """Items that go."""
    late: int
    smallest_group: int
    small_groups: tuple[tuple[int, int], ...]
    """(size, how many groups) of cases with the same residue that are small."""
    missing: int
    """People and records that have no date: they are on no plan."""
    wait_for_access: int
    """People of whom something goes while they wait for a copy of it (art. 15, 20)."""

    @property
    def asks(self) -> bool:
        """Whether people have to agree before anything of it is done."""
        waits = self.state in {PlanState.DRAWN, PlanState.APPROVED}
        return waits and self.given < self.needed


class Due(NamedTuple):
    """What a look for what is due has found."""

    people: int
    """Whom the controller has anything about: all of them were looked at."""
    plan: PlanPage | None
    """None: nothing to do."""


def take_up(house: House, kind: PlanKind) -> Due:
    """Draw up the plan of what is due, or take up the one that waits already.

    An approved plan whose approvals have grown old comes first: people are asked again. Raises as
    `tasks.erasing.planning.draw`, and `Misconfigured("year_end_not_planned")`.
    """
    plan = _lacking(house, kind) or draw(house, kind=kind, as_of=day_of(house, kind))
    with reading(house.engine) as connection:
        people = lookups.totals(connection, controller=house.controller)["people"]
    return Due(people, None if plan is None else page(house, plan))


def day_of(house: House, kind: PlanKind) -> date:
    """Which day such a plan is about: today, or the turn of the year.

    In January that is the one just past, which is still being finished. Raises
    `Misconfigured("year_end_not_planned")` where the policy names no day to plan it on.
    """
    today = local_today(house)
    if kind is not PlanKind.YEAR_END:
        return today
    if house.policy.erasure.year_end is None:
        raise Misconfigured("year_end_not_planned", ref=house.controller)
    return date(today.year - 1 if today.month == JANUARY else today.year, 12, 31)


def agreed(house: House) -> list[str]:
    """References of the erasures that may go on now, oldest first: under way, or approved by enough
    people whose approvals count still."""
    with reading(house.engine) as connection:
        found = plans.find(
            connection,
            controller=house.controller,
            states=[PlanState.EXECUTING, PlanState.APPROVED],
            kinds=ERASURES,
        )
    return [plan.ref for plan in reversed(found) if not lacks_approvals(house, plan)]


def waiting(house: House) -> list[PlanPage]:
    """The erasures that people must agree to, oldest first."""
    with reading(house.engine) as connection:
        found = plans.find(
            connection,
            controller=house.controller,
            states=[PlanState.DRAWN, PlanState.APPROVED],
            kinds=ERASURES,
        )
    return [one for one in (page(house, plan) for plan in reversed(found)) if one.asks]


def is_open_to_decide(house: House, ref: str) -> bool:
    """Whether anybody can still say yes or no to that plan."""
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=from_reference(PLAN, ref))
    return plan.state is PlanState.DRAWN or lacks_approvals(house, plan)


def page(house: House, plan: Plan) -> PlanPage:
    """The page of a stored plan."""
    shown = show_plan(house, plan.ref)
    told = overview(house, plan)
    rules = house.policy.approvals
    return PlanPage(
        ref=plan.ref,
        kind=str(plan.kind),
        state=shown.state,
        as_of=shown.as_of,
        hash=shown.hash,
        needed=shown.needed,
        given=shown.given,
        roles=tuple(dict.fromkeys((*rules.erasure, *(rules.second if plan.approvals > 1 else ())))),
        figures=told.figures,
        deadline=told.first_last_day,
        going=plan.counts.get("going", 0),
        items=plan.counts.get(str(Verdict.GO), 0),
        late=told.late,
        smallest_group=told.smallest_group,
        small_groups=tuple(told.small_groups.items()),
        missing=sum(told.missing.values()),
        wait_for_access=told.wait_for_access,
    )


def _lacking(house: House, kind: PlanKind) -> Plan | None:
    with reading(house.engine) as connection:
        found = plans.find(
            connection, controller=house.controller, kind=kind, states=[PlanState.APPROVED]
        )
    return next((plan for plan in found if lacks_approvals(house, plan)), None)


def lacks_approvals(house: House, plan: Plan) -> bool:
    """Whether it was approved, and is not any more: approvals grow old, and an officer's that have
    not begun go with the office."""
    if plan.state is not PlanState.APPROVED:
        return False
    shown = show_plan(house, plan.ref)
    return shown.given < shown.needed
