"""An approved plan is carried out in every system, read back, and certified: or it says what is
left and who must act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

from lifecycle.errors import GallraError, KeyFailure, LedgerFailure, NotProven
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanState
from lifecycle.references import PLAN, from_reference
from lifecycle.retention.facts import Verdict
from records import leases, plans, work_orders
from records.engines import reading
from records.plans import Plan, StoredItem
from records.work_orders import WorkOrder
from tasks.approvals import require_approved
from tasks.carrying_out import erase_in, read_back
from tasks.case_erasing import NEEDS_A_PERSON, anonymise_cases, read_cases_back
from tasks.certifying import conclude, file_copy
from tasks.exchange import clear_exchange
from tasks.forgetting import forget_people
from tasks.house import House
from tasks.intake import local_today
from tasks.proof import witness
from tasks.work_order_items import open_orders, take_over

_ANY_LIST_STAYS: Final = datetime.min.replace(tzinfo=UTC)
_CLOSED: Final = frozenset({ItemState.PROVEN, ItemState.DROPPED})


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


def execute(house: House, ref: str) -> Outcome:
    """Carry a plan out as far as it may and can go now; run it again as often as you like.

    Only an approved plan begins; each item is judged anew before it goes. A system that does not
    answer does not keep the others waiting. Raises what `require_approved` raises, `Busy` while
    another run carries out a plan, `LedgerFailure` before anything goes when ledger, witness or
    journal cannot be written.
    """
    number = from_reference(PLAN, ref)
    with leases.hold(house.engine, f"executing/{house.controller}", now=house.now):
        plan = _get(house, number)
        if plan.state is PlanState.PROVEN:
            file_copy(house, plan)  # a killed run may not have laid it
            return outcome(house, ref)
        require_approved(house, plan)
        if plan.state is not PlanState.EXECUTING:
            _begin(house, number)
        plan = _get(house, number)
        witnessed = _Witnessed(house)
        failures = _carry_out(house, plan, witnessed)
        # While our own records could not forget somebody there is something left, whatever the
        # items say: not everybody has an item of ours.
        forgotten = house.own_system not in {system for system, _ in failures}
        if forgotten and _is_over(house, plan):
            conclude(house, plan)
            witnessed()
        if witnessed.before:
            witness(house)
        return outcome(house, ref, failures=failures)


def execute_open(house: House) -> list[Outcome]:
    """Go on with every plan that is under way, oldest first."""
    with reading(house.engine) as connection:
        open_ones = plans.find(
            connection, controller=house.controller, states=[PlanState.EXECUTING]
        )
    return [execute(house, plan.ref) for plan in reversed(open_ones)]


def require_proven(result: Outcome) -> None:
    """Raise `NotProven("plan_not_proven")` where something is left that is not taking its course:
    then the run is red."""
    if result.is_wrong:
        left = sum(one.items for one in result.left)
        raise NotProven("plan_not_proven", ref=result.ref, left=left)


def _begin(house: House, number: int) -> None:
    with house.work() as work:
        plan = plans.get(work.connection, controller=house.controller, number=number)
        plans.set_state(work.connection, number, was=plan.state, to=PlanState.EXECUTING)
        items = sum(
            count
            for (_, state), count in plans.state_counts(work.connection, number).items()
            if state is ItemState.PLANNED
        )
        work.record(
            EventKind.PLAN_BEGUN,
            ref=plan.ref,
            found=items,
            facts={"approved": plan.hash, "policy": plan.policy_sha256},
        )
        work.commit()


class _Witnessed:
    """A checkpoint lies with a witness before the first thing goes; a run in which nothing goes
    troubles nobody."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.before = False

    def __call__(self) -> None:
        if not self.before:
            witness(self._house)
            self.before = True


def _carry_out(house: House, plan: Plan, witnessed: _Witnessed) -> tuple[tuple[str, str], ...]:
    today = local_today(house).isoformat()
    verified = house.now() - house.policy.erasure.verify_delay
    names = _systems(house, plan)
    by_hand = [name for name in names if name in house.by_hand]
    by_machine = [name for name in names if name not in house.by_hand and name != house.own_system]
    # Places that a person weeds come first: the slip that says whose papers they are is sealed
    # while the other systems still know the person.
    steps: list[tuple[str, Callable[[], object]]] = []
    for name in by_hand:
        steps.append((name, partial(open_orders, house, plan, name, today=today)))
        steps.append((name, partial(take_over, house, plan, name)))
    for name in by_machine:
        if name == house.case_system.system:
            steps.append(
                (name, partial(anonymise_cases, house, plan, today=today, witnessed=witnessed))
            )
            steps.append((name, partial(read_cases_back, house, plan, acted_before=verified)))
        else:
            steps.append(
                (name, partial(erase_in, house, plan, name, today=today, witnessed=witnessed))
            )
            steps.append((name, partial(read_back, house, plan, name, acted_before=verified)))
    steps.append((house.own_system, partial(_forget, house, plan, today, witnessed)))
    failures: list[tuple[str, str]] = []
    for name, step in steps:
        code = _attempt(step)
        if code is not None and code != NEEDS_A_PERSON and (name, code) not in failures:
            failures.append((name, code))
    return tuple(failures)


def _forget(house: House, plan: Plan, today: str, witnessed: _Witnessed) -> None:
    if (
        forget_people(house, plan, today=today, witnessed=witnessed)
        and house.policy.intake is not None
    ):
        # An import workbook that waits may hold somebody; the next import lays it anew.
        clear_exchange(house, lists_before=_ANY_LIST_STAYS)


def _attempt(step: Callable[[], object]) -> str | None:
    """The reason code where one system's part failed. A ledger or a key that fails stops all."""
    try:
        step()
    except (LedgerFailure, KeyFailure):
        raise
    except GallraError as failure:
        return failure.code
    return None


def _systems(house: House, plan: Plan) -> list[str]:
    with reading(house.engine) as connection:
        counts = plans.state_counts(connection, plan.number)
    return sorted({system for system, state in counts if state is not ItemState.SHOWN})


def _is_over(house: House, plan: Plan) -> bool:
    with reading(house.engine) as connection:
        counts = plans.state_counts(connection, plan.number)
    return all(state in _CLOSED or state is ItemState.SHOWN for _, state in counts)


def _get(house: House, number: int) -> Plan:
    with reading(house.engine) as connection:
        return plans.get(connection, controller=house.controller, number=number)


def outcome(house: House, ref: str, *, failures: Sequence[tuple[str, str]] = ()) -> Outcome:
    """Where a plan stands now; changes nothing. Raises `Refused("plan_unknown")`."""
    plan = _get(house, from_reference(PLAN, ref))
    with reading(house.engine) as connection:
        going = plans.items(connection, plan.number, verdict=Verdict.GO)
        orders = {one.system: one for one in work_orders.of_plan(connection, plan.number)}
    left: Counter[tuple[str, Why, str, str]] = Counter()
    if plan.state is PlanState.EXECUTING:
        open_ones = [one for one in going if one.state not in _CLOSED]
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
