"""A plan that is not proven yet says what is left, why, and who must act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from lifecycle.errors import NotProven
from lifecycle.plan import ItemState, PlanState
from lifecycle.references import PLAN, from_reference
from lifecycle.retention.facts import Verdict
from records import plans, work_orders
from records.engines import reading
from records.plans import StoredItem
from records.work_orders import WorkOrder
from tasks.house.parts import House
from tasks.house.today import local_today

CLOSED: Final = frozenset({ItemState.PROVEN, ItemState.DROPPED})
"""States of items about which nothing is left to do."""


class Why(StrEnum):
    """Why an item is not proven yet; and who must act."""

    NOT_YET_RIPE = "not_yet_ripe"
    """Its day has not come: nobody; the run goes on by itself."""
    READ_BACK_LATER = "read_back_later"
    """It is read again after the policy's `verify_after`: nobody."""
    WORK_ORDER = "work_order"
    """A person weeds the place: whoever has the work order's role."""
    NEEDS_A_PERSON = "needs_a_person"
    """Only a person can anonymise in Workbuster."""
    STILL_THERE = "still_there"
    """Read back, and it was not gone: it is erased again; if that does not help, the system's
    administrator."""
    KEPT = "kept"
    """The system itself refuses, by a hold or a rule of its own: its administrator."""
    COULD_NOT_LOOK = "could_not_look"
    """The system did not answer: rerun; if that does not help, its administrator."""
    OVERDUE = "overdue"
    """A work order's deadline has passed: an open breach of the rule."""
    WAITS_FOR_OTHERS = "waits_for_others"
    """Our own records go last, when everything else of the person is proven."""


PATIENT: Final = frozenset(
    {
        Why.NOT_YET_RIPE,
        Why.READ_BACK_LATER,
        Why.WORK_ORDER,
        Why.NEEDS_A_PERSON,
        Why.WAITS_FOR_OTHERS,
    }
)
"""Everything takes its course: nothing is wrong."""


class Left(NamedTuple):
    """Items of one system that are not proven, all for the same reason."""

    system: str
    why: Why
    items: int
    who: str
    """The role that must act; "" where nobody has to."""
    until: str
    """The date or instant it waits for; "" where it waits for a person."""


class Outcome(NamedTuple):
    """Where a plan stands after a run."""

    ref: str
    state: PlanState
    items: int
    proven: int
    given_up: int
    left: tuple[Left, ...]
    """Empty when the plan is closed."""
    failures: tuple[tuple[str, str], ...]
    """(system, reason code) of what stopped part of this run."""

    @property
    def is_wrong(self) -> bool:
        """Something is left that does not take its course by itself."""
        return bool(self.failures) or any(one.why not in PATIENT for one in self.left)


def outcome(house: House, ref: str, *, failures: Sequence[tuple[str, str]] = ()) -> Outcome:
    """Where a plan stands now; changes nothing. Raises `Refused("plan_unknown")`."""
    number = from_reference(PLAN, ref)
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=number)
        going = plans.items(connection, plan.number, verdict=Verdict.GO)
        orders = {one.system: one for one in work_orders.of_plan(connection, plan.number)}
    left: Counter[tuple[str, Why, str, str]] = Counter()
    if plan.state is PlanState.EXECUTING:
        open_ones = [one for one in going if one.state not in CLOSED]
        # A person goes to the cabinet once: on the last day that any of its papers waits for.
        opens: dict[str, str] = {}
        for one in open_ones:
            name = one.item.system
            opens[name] = max(opens.get(name, ""), one.item.ripe_on or "")
        for one in open_ones:
            left[one.item.system, *_why(house, one, orders, opens)] += 1
    return Outcome(
        ref=plan.ref,
        state=plan.state,
        items=len(going),
        proven=sum(one.state is ItemState.PROVEN for one in going),
        given_up=sum(one.state is ItemState.DROPPED for one in going),
        left=tuple(
            Left(system, why, number, who, until)
            for (system, why, who, until), number in sorted(left.items())
        ),
        failures=tuple(failures),
    )


def _why(
    house: House, one: StoredItem, orders: Mapping[str, WorkOrder], opens: Mapping[str, str]
) -> tuple[Why, str, str]:
    """Why an item is not proven, which role must act, and until when it waits."""
    item, today = one.item, local_today(house).isoformat()
    order = orders.get(item.system)
    if order is not None:
        late = order.due_on < today and order.state != "confirmed"
        return (Why.OVERDUE if late else Why.WORK_ORDER), order.role, order.due_on
    if item.system in house.by_hand and opens[item.system] > today:
        return Why.NOT_YET_RIPE, "", opens[item.system]
    if item.ripe_on is not None and item.ripe_on > today:
        return Why.NOT_YET_RIPE, "", item.ripe_on
    if item.system == house.own_system:
        return Why.WAITS_FOR_OTHERS, "", ""
    read_on = ""
    if one.state is ItemState.ACTED:
        acted = datetime.fromisoformat(one.acted_at or house.at())
        read_on = (acted + house.policy.erasure.verify_delay).isoformat()
    if one.answer is not None:
        # Erased again, it is still one that was not gone before: wrong until it is proven.
        return Why(one.answer), "", read_on if one.answer == "still_there" else ""
    if read_on:
        return Why.READ_BACK_LATER, "", read_on
    if item.system == house.case_system.system:
        return Why.NEEDS_A_PERSON, "", ""
    return Why.COULD_NOT_LOOK, "", ""


def require_proven(result: Outcome) -> None:
    """Raise `NotProven("plan_not_proven")` where something is left that is not taking its course:
    then the run is red."""
    if result.is_wrong:
        left = sum(one.items for one in result.left)
        raise NotProven("plan_not_proven", ref=result.ref, left=left)
