"""An approved plan is carried out in every system, read back, and certified: or it says what is
left and who must act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from lifecycle.errors import GallraError, KeyFailure, LedgerFailure, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ERASURES, ItemState, PlanState
from lifecycle.references import PLAN, from_reference
from records import leases, plans
from records.engines import reading
from records.plans import Plan
from records.scrub import scrub
from tasks.erasing.carrying_out import erase_in, read_back
from tasks.erasing.case_erasing import NEEDS_A_PERSON, anonymise_cases, read_cases_back
from tasks.erasing.forgetting import forget_people
from tasks.erasing.outcomes import CLOSED, PATIENT, Left, Outcome, Why, outcome, require_proven
from tasks.house.parts import House
from tasks.house.quiet import UNEXPECTED
from tasks.house.today import local_today
from tasks.officers.approvals import require_approved
from tasks.proving.attesting import require_attested
from tasks.proving.certifying import conclude, file_copy
from tasks.proving.exchange import clear_exchange
from tasks.proving.proof import witness
from tasks.work_orders.items import open_orders, take_over

__all__ = [
    "PATIENT",
    "Left",
    "Outcome",
    "Why",
    "execute",
    "execute_open",
    "outcome",
    "require_proven",
]

_FOR_THE_INVENTORY: Final = 60.0
"""Seconds to wait for an inventory that is under way."""
_ANY_LIST_STAYS: Final = datetime.min.replace(tzinfo=UTC)


def execute(house: House, ref: str) -> Outcome:
    """Carry a plan out as far as it may and can go now; run it again as often as you like.

    Only an approved plan begins; each item is judged anew before it goes. A system that does not
    answer does not keep the others waiting. Raises what `require_approved` raises, `Busy` while
    another run carries out a plan, `LedgerFailure` before anything goes when ledger, witness or
    journal cannot be written, and `Refused("plan_erases_nothing")` for a disclosure.
    """
    number = from_reference(PLAN, ref)
    if _get(house, number).kind not in ERASURES:
        raise Refused("plan_erases_nothing", ref=ref)
    leases.forget_dead(house.engine)
    executing, inventory = f"executing/{house.controller}", f"inventory/{house.controller}"
    with (
        leases.hold(house.engine, executing, now=house.now),
        # Nobody takes stock of systems in which records are just going.
        leases.hold(house.engine, inventory, now=house.now, patience=_FOR_THE_INVENTORY),
    ):
        plan = _get(house, number)
        if plan.state is PlanState.PROVEN:
            file_copy(house, plan)  # a killed run may not have laid it
            return outcome(house, ref)
        require_approved(house, plan)
        if plan.state is not PlanState.EXECUTING:
            _begin(house, number)
        plan = _get(house, number)
        witnessed = _Witnessed(house, plan)
        failures = _carry_out(house, plan, witnessed)
        # While our own records could not forget somebody there is something left, whatever the
        # items say: not everybody has an item of ours.
        forgotten = house.own_system not in {system for system, _ in failures}
        if forgotten and _is_over(house, plan):
            conclude(house, plan)  # asks the ledger itself
            witnessed.before = True
        if witnessed.before:
            witness(house)
        return outcome(house, ref, failures=failures)


def execute_open(house: House) -> list[Outcome]:
    """Go on with every plan that is under way, oldest first."""
    with reading(house.engine) as connection:
        open_ones = plans.find(
            connection, controller=house.controller, states=[PlanState.EXECUTING], kinds=ERASURES
        )
    return [execute(house, plan.ref) for plan in reversed(open_ones)]


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
    """Before the first thing goes the ledger says that it was approved, and a checkpoint of it
    lies with a witness; a run in which nothing goes troubles nobody."""

    def __init__(self, house: House, plan: Plan) -> None:
        self._house = house
        self._plan = plan
        self.before = False

    def __call__(self) -> None:
        if not self.before:
            require_attested(self._house, self._plan)
            witness(self._house)
            self.before = True


def _carry_out(house: House, plan: Plan, witnessed: _Witnessed) -> tuple[tuple[str, str], ...]:
    today = local_today(house).isoformat()
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
            steps.append((name, lambda: read_cases_back(house, plan, acted_before=_ago(house))))
        else:
            steps.append(
                (name, partial(erase_in, house, plan, name, today=today, witnessed=witnessed))
            )
            steps.append((name, partial(_read_back, house, plan, name)))
    steps.append((house.own_system, partial(_forget, house, plan, today, witnessed)))
    failures: list[tuple[str, str]] = []
    for name, step in steps:
        code = _attempt(step)
        if code is not None and code != NEEDS_A_PERSON and (name, code) not in failures:
            failures.append((name, code))
    return tuple(failures)


def _ago(house: House) -> datetime:
    """What was carried out before this may be read back now; asked when it is, for with
    `verify_after: at_once` it is what this very run has done."""
    return house.now() - house.policy.erasure.verify_delay


def _read_back(house: House, plan: Plan, name: str) -> None:
    read_back(house, plan, name, acted_before=_ago(house))


def _forget(house: House, plan: Plan, today: str, witnessed: _Witnessed) -> None:
    gone = forget_people(house, plan, today=today, witnessed=witnessed)
    if not gone and _is_over(house, plan):
        scrub(house.engine)  # a killed run may have forgotten them and come no further
    elif not gone:
        return
    if house.policy.intake is not None:
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
    except Exception:  # noqa: BLE001 -- one system's surprise keeps no other waiting; its words stay
        return UNEXPECTED
    return None


def _systems(house: House, plan: Plan) -> list[str]:
    with reading(house.engine) as connection:
        counts = plans.state_counts(connection, plan.number)
    return sorted({system for system, state in counts if state is not ItemState.SHOWN})


def _is_over(house: House, plan: Plan) -> bool:
    with reading(house.engine) as connection:
        counts = plans.state_counts(connection, plan.number)
    return all(state in CLOSED or state is ItemState.SHOWN for _, state in counts)


def _get(house: House, number: int) -> Plan:
    with reading(house.engine) as connection:
        return plans.get(connection, controller=house.controller, number=number)
