"""Whoever is called in takes the parts of a large plan that nobody has in hand, and tells what is
left to the run that leads it."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from lifecycle.plan import PlanState
from lifecycle.references import PLAN, from_reference
from records import leases, plans
from records.engines import reading
from tasks.erasing import parts
from tasks.erasing.execution import (
    Witnessed,
    attempt,
    machine_reached,
    systems_of,
    take_part,
)
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.proving.proof import witness


class Helped(NamedTuple):
    """What a helper did."""

    parts: int
    """Parts that it had in hand."""
    failures: tuple[tuple[str, str], ...]
    """(system, reason code): the run that leads the plan tries these parts again, and tells."""


def help_with(house: House, ref: str, number: int) -> Helped:
    """Carry out part `number` of a plan that another run leads, and then whatever of it nobody
    has in hand. Without a plan under way, and without a run that leads it, there is nothing to do.

    Raises `Refused("plan_unknown")`, and `LedgerFailure` before anything goes when ledger, witness
    or journal cannot be written.
    """
    leases.forget_dead(house.engine)
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=from_reference(PLAN, ref))
    done, failures = 0, []
    if plan.state is PlanState.EXECUTING and parts.is_led(house, plan):
        witnessed = Witnessed(house, plan)
        today = local_today(house).isoformat()
        shares = parts.parts_of(house, plan, machine_reached(house, systems_of(house, plan)))
        first = max(0, number - 1) % max(1, len(shares))
        for part in [*shares[first:], *shares[:first]]:
            one = partial(take_part, house, plan, part, today=today, witnessed=witnessed)
            code = attempt(one)
            if code == leases.HELD:
                continue
            done += 1
            if code is not None:
                failures.append((part.system, code))
        if witnessed.before:
            witness(house)
    return Helped(done, tuple(failures))
