"""An approved plan is carried out in every system, read back, and certified: or it says what is
left and who must act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
from tasks.erasing import parts
from tasks.erasing.carrying_out import erase_in, read_back
from tasks.erasing.case_erasing import NEEDS_A_PERSON, anonymise_cases, read_cases_back
from tasks.erasing.forgetting import forget_people
from tasks.erasing.outcomes import CLOSED, PATIENT, Left, Outcome, Why, outcome, require_proven
from tasks.erasing.parts import Part
from tasks.house.parts import House
from tasks.house.quiet import UNEXPECTED
from tasks.house.today import local_today
from tasks.house.turns import turn
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
    hold = partial(leases.hold, house.engine, now=house.now, renewed=True)
    with (
        hold(executing),
        # Nobody takes stock of systems in which records are just going.
        hold(inventory, patience=_FOR_THE_INVENTORY),
        hold(parts.leading(ref)),
    ):
        plan = _get(house, number)
        if plan.state is PlanState.PROVEN:
            file_copy(house, plan)  # a killed run may not have laid it
            return outcome(house, ref)
        require_approved(house, plan)
        if plan.state is not PlanState.EXECUTING:
            _begin(house, number)
        plan = _get(house, number)
        witnessed = Witnessed(house, plan)
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


class Witnessed:
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


def _carry_out(house: House, plan: Plan, witnessed: Witnessed) -> tuple[tuple[str, str], ...]:
    today = local_today(house).isoformat()
    names = systems_of(house, plan)
    by_hand = [name for name in names if name in house.by_hand]
    by_machine = machine_reached(house, names)
    shares = parts.parts_of(house, plan, by_machine)
    tried: set[Part] = set()
    # Places that a person weeds come first: the slip that says whose papers they are is sealed
    # while the other systems still know the person.
    steps: list[tuple[str, Callable[[], object]]] = []
    for name in by_hand:
        steps.append((name, partial(open_orders, house, plan, name, today=today)))
        steps.append((name, partial(take_over, house, plan, name)))
    if house.call_in is not None and _is_large(house, plan, shares):
        steps.append((house.own_system, partial(_call_in, house, plan, witnessed, len(shares))))
        for part in shares:  # those that nobody else has in hand
            one = partial(take_part, house, plan, part, today=today, witnessed=witnessed)
            steps.append((part.system, partial(_unless_in_hand, one, part, tried)))
    for name in by_machine:
        for part in shares:
            if part.system == name:
                one = partial(take_part, house, plan, part, today=today, witnessed=witnessed)
                steps.append((name, partial(_unless_tried, one, part, tried)))
        if name == house.case_system.system:
            steps.append((name, partial(_read_cases_back, house, plan)))
        else:
            steps.append((name, partial(_read_back, house, plan, name)))
    steps.append((house.own_system, partial(_forget, house, plan, today, witnessed)))
    failures: list[tuple[str, str]] = []
    for name, step in steps:
        code = attempt(step)
        if code is not None and code != NEEDS_A_PERSON and (name, code) not in failures:
            failures.append((name, code))
    return tuple(failures)


def machine_reached(house: House, names: Iterable[str]) -> list[str]:
    """Those of these systems in which a machine erases: all but our own, which go last."""
    return [name for name in names if name not in house.by_hand and name != house.own_system]


def take_part(
    house: House,
    plan: Plan,
    part: Part,
    *,
    today: str,
    witnessed: Callable[[], object],
    patience: float = 0.0,
) -> None:
    """Carry one part out, as far as its day has come, under its lease. Raises `Busy` while
    somebody else has it in hand, and what the system raises."""
    hold = leases.hold(house.engine, part.lease, now=house.now, patience=patience, renewed=True)
    with hold, turn(house, part.system):
        # Whoever led it may have been killed: nothing is begun that nobody brings to its end.
        if parts.is_led(house, plan):
            _erase_part(house, plan, part, today=today, witnessed=witnessed)


def _erase_part(
    house: House, plan: Plan, part: Part, *, today: str, witnessed: Callable[[], object]
) -> None:
    if part.system == house.case_system.system:
        anonymise_cases(house, plan, today=today, witnessed=witnessed)
    else:
        erase_in(
            house,
            plan,
            part.system,
            today=today,
            witnessed=witnessed,
            between=(part.first, part.last),
        )


def _is_large(house: House, plan: Plan, shares: Sequence[Part]) -> bool:
    if len(shares) < 2:
        return False
    names = {part.system for part in shares}
    return parts.open_items(house, plan, names) >= house.settings.fan_out_from


def _call_in(house: House, plan: Plan, witnessed: Witnessed, number: int) -> None:
    """Ask other workers to help, when it is said and witnessed that this was approved."""
    witnessed()
    if house.call_in is not None:
        house.call_in(plan.ref, number)


def _unless_in_hand(one: Callable[[], None], part: Part, tried: set[Part]) -> None:
    try:
        one()
    except GallraError as failure:
        if failure.code == leases.HELD:
            return  # another has it; it is waited for when the others are done
        tried.add(part)
        raise
    tried.add(part)


def _unless_tried(one: Callable[..., None], part: Part, tried: set[Part]) -> None:
    if part not in tried:
        one(patience=parts.PATIENCE)


def _ago(house: House) -> datetime:
    """What was carried out before this may be read back now; asked when it is, for with
    `verify_after: at_once` it is what this very run has done."""
    return house.now() - house.policy.erasure.verify_delay


def _read_back(house: House, plan: Plan, name: str) -> None:
    with turn(house, name):
        read_back(house, plan, name, acted_before=_ago(house))


def _read_cases_back(house: House, plan: Plan) -> None:
    with turn(house, house.case_system.system):
        read_cases_back(house, plan, acted_before=_ago(house))


def _forget(house: House, plan: Plan, today: str, witnessed: Witnessed) -> None:
    gone = forget_people(house, plan, today=today, witnessed=witnessed)
    if not gone and _is_over(house, plan):
        scrub(house.engine)  # a killed run may have forgotten them and come no further
    elif not gone:
        return
    if house.policy.intake is not None:
        # An import workbook that waits may hold somebody; the next import lays it anew.
        clear_exchange(house, lists_before=_ANY_LIST_STAYS)


def attempt(step: Callable[[], object]) -> str | None:
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


def systems_of(house: House, plan: Plan) -> list[str]:
    """Every system and place in which something of the plan goes."""
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
