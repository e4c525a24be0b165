"""An approved disclosure is sealed, sent, and its password after it by another way: once (A-69).

Nothing leaves before people have agreed to exactly that, and the keyed ledger says so. Every step
is written down before it is taken, so that a run that is killed is followed by one that goes on:
never the container twice, never the container without its password for good, nothing of it left
in the outgoing folder.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lifecycle.disclosure import UNFINISHED, Stage
from lifecycle.errors import NotProven
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.references import PLAN, from_reference
from records import leases, plans
from records.plans import Plan
from records.scrub import scrub
from tasks.erasing.parts import prefix_of
from tasks.house.parts import House
from tasks.officers.approvals import require_approved
from tasks.proving.attesting import require_attested
from tasks.proving.proof import witness
from tasks.proving.shredding import destroy_keys
from tasks.sharing.outgoing import clear_outgoing
from tasks.sharing.sending_containers import send_content
from tasks.sharing.sending_passwords import send_password
from tasks.sharing.steps import PERHAPS, get, get_plan

_PATIENCE: Final = 60.0
"""Seconds to wait for an erasure or another disclosure that is under way."""


class Sent(NamedTuple):
    """Where a disclosure stands after a run."""

    ref: str
    stage: Stage
    people: int


def send(house: House, ref: str) -> Sent:
    """Seal what was approved, send it, and send its password; run it again as often as you like.

    Raises what `require_approved` and `require_attested` do; `Refused`: `plan_discloses_nothing`,
    `plan_changed` (it is void then), `contact_changed` (its password goes to nobody else),
    `password_held_back` (its content may not be given any more), `disclosure_key_gone`,
    `time_is_up`, or what a channel says; `Unreachable`; and `NotProven("perhaps_delivered")` when
    a person must find out.
    """
    number = from_reference(PLAN, ref)
    leases.forget_dead(house.engine)
    # Nobody is erased while their data is on its way.
    executing = f"executing/{house.controller}"
    parts = prefix_of(house)
    with leases.hold(house.engine, executing, now=house.now, patience=_PATIENCE, none_under=parts):
        plan = get_plan(house, number)
        disclosure = get(house, number)
        clear_outgoing(house)
        if disclosure.stage in {Stage.PERHAPS_SENT, Stage.PERHAPS_TOLD}:
            raise NotProven(PERHAPS, ref=ref)
        if disclosure.stage in UNFINISHED:
            require_approved(house, plan)
            require_attested(house, plan)
            # Before anything is disclosed a checkpoint lies with a witness; and after it.
            witness(house)
            if get_plan(house, number).state is not PlanState.EXECUTING:
                _begin(house, number)
            try:
                _go_on(house, get_plan(house, number))
            finally:
                clear_outgoing(house)
            witness(house)
        if destroy_keys(house):
            scrub(house.engine)
        return Sent(ref, get(house, number).stage, plan.counts.get("people", 0))


def _begin(house: House, number: int) -> None:
    with house.work() as work:
        plan = plans.get(work.connection, controller=house.controller, number=number)
        plans.set_state(work.connection, number, was=plan.state, to=PlanState.EXECUTING)
        work.record(
            EventKind.PLAN_BEGUN,
            ref=plan.ref,
            found=plan.counts.get("people", 0),
            facts={"approved": plan.hash, "policy": plan.policy_sha256},
        )
        work.commit()


def _go_on(house: House, plan: Plan) -> None:
    stage = get(house, plan.number).stage
    if stage in {Stage.PREPARED, Stage.SENDING}:
        send_content(house, plan)
    send_password(house, plan)
