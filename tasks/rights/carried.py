"""What a person asked for is done by what does it anyway: an erasure is a plan like every other, a
restriction a hold with its bar, an objection a bar, what is wrong elsewhere a work order (art. 16
to 18, 21; B-23, T-65, T-66, T-68, H-63, H-64)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from lifecycle.barred import EVERY, Bar, Barred
from lifecycle.errors import Misconfigured, Refused
from lifecycle.references import OFFICER, REQUEST, SUBJECT, from_reference, to_reference
from lifecycle.rights import Right, Step, after
from records import leases, rights
from records.engines import reading
from records.officers import Officer
from records.plans import Plan
from records.rights import Request
from records.tables import NOBODY
from records.unit_of_work import UnitOfWork
from tasks.consents.barring import objection_to, put, restriction
from tasks.erasing.explaining import explain
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.rights.orders import CORRECT, open_order, slip_for
from tasks.rights.register import Line
from tasks.rights.steps import take

_PATIENCE: Final = 60.0


class Stays(NamedTuple):
    """What an erasure leaves, and why; for the answer."""

    system: str
    categories: tuple[str, ...]
    why: str


def wanted(house: House, ref: str, right: Right) -> Request:
    """The request, if it asks for that and may be carried out now.

    Raises `Refused`: `request_unknown`, `request_of_another_kind`, `nobody_attached`, or what
    `lifecycle.rights.objection` says.
    """
    with reading(house.engine) as connection:
        request = rights.get(
            connection, controller=house.controller, number=from_reference(REQUEST, ref)
        )
    if request.right is not right:
        raise Refused("request_of_another_kind", ref=ref)
    after(request.right, request.state, Step.CARRY_OUT)
    if request.subject_id == NOBODY:
        raise Refused("nobody_attached", ref=ref)
    return request


def erase(house: House, ref: str, *, officer: str, code: str) -> Plan:
    """Draw up the plan by which the person goes wherever nothing needs the data any more. Nobody
    who answers the request approves it.

    Repeating it gives the same plan. Raises as `wanted`, `tasks.erasing.requests.ask_for_erasure`
    (`nothing_may_go`: answer with what stays, and why) and `rights_steps.take`.
    """
    request = wanted(house, ref, Right.ERASURE)
    plan = ask_for_erasure(house, to_reference(SUBJECT, request.subject_id), created_by=officer)
    take(
        house,
        ref,
        Step.CARRY_OUT,
        officer=officer,
        code=code,
        how="erasure",
        leads_to=lambda: plan.ref,
    )
    return plan


def what_stays(house: House, ref: str) -> list[Stays]:
    """What is held of the person of an erasure request and does not go, with the rule, the law or
    the hold that keeps it (art. 17(3); B-24, H-63). Raises as `rights.get`."""
    with reading(house.engine) as connection:
        request = rights.get(
            connection, controller=house.controller, number=from_reference(REQUEST, ref)
        )
    if request.subject_id == NOBODY:
        return []
    told = explain(house, to_reference(SUBJECT, request.subject_id))
    return [
        Stays(one.line.system, one.line.categories, one.why)
        for one in told.kept
        if one.line.verdict != "go"
    ]


def restrict(
    house: House,
    ref: str,
    *,
    categories: Collection[str] = (EVERY,),
    review_on: date,
    officer: str,
    code: str,
) -> str:
    """Store these categories of the person and do nothing else with them; the hold's `H-…`.

    Raises as `wanted`, `tasks.consents.barring.restriction` and `steps.take`;
    `restricted_already`, `role_may_not_hold`.
    """
    request = wanted(house, ref, Right.RESTRICTION)
    hold, act = restriction(house, request.subject_id, categories=categories, review_on=review_on)
    with leases.hold(
        house.engine, f"telling/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        take(
            house,
            ref,
            Step.CARRY_OUT,
            officer=officer,
            code=code,
            how="restriction",
            leads_to=lambda: hold,
            act=lambda work, who, _: act(work, who),
        )
    return hold


def object_to(
    house: House, ref: str, purpose: str = "", *, mailing: str = "", officer: str, code: str
) -> Line:
    """The person's data is not used for that purpose any more (`*`: for none that they may object
    to), or they get no mailing of that name (`*`: none at all: direct marketing, art. 21(3)).

    What stands already stays. Raises as `wanted`, `tasks.consents.barring.objection_to` and
    `rights_steps.take`; `Refused`: `purpose_unknown` where neither is named,
    `mailing_unknown`.
    """
    wanted(house, ref, Right.OBJECTION)
    if bool(purpose) == bool(mailing):
        raise Refused("purpose_unknown")
    known = set() if house.policy.mailings is None else set(house.policy.mailings.lists)
    if mailing and mailing not in {EVERY, *known}:
        raise Refused("mailing_unknown")
    bars = [Bar(Barred.OPT_OUT, purpose=mailing)] if mailing else objection_to(house, purpose)

    def act(work: UnitOfWork, who: Officer, now: Request) -> str | None:
        by = to_reference(OFFICER, who.id)
        put(house, work, now.subject_id, bars, by=by, cause=now.number)
        return None

    how = "opt_out" if mailing else "objection"
    return take(house, ref, Step.CARRY_OUT, officer=officer, code=code, how=how, act=act)


def order_correction(
    house: House, ref: str, system: str, wrong: str, *, officer: str, code: str
) -> str:
    """Somebody puts right in that system what the person says is wrong; the order's `W-…`.

    `wrong`: what is wrong there and what is right, for the slip alone, sealed. Once for each
    system: what comes later is a note. Raises as `wanted` and `rights_steps.take`; `Refused`:
    `system_unknown`, `nothing_written`, `ordered_already`; `Misconfigured("system_absent")`.
    """
    request = wanted(house, ref, Right.RECTIFICATION)
    if system not in house.policy.systems:
        raise Refused("system_unknown")
    if system in house.absent:
        raise Misconfigured("system_absent", ref=system)
    if not wrong.strip():
        raise Refused("nothing_written")
    slip = slip_for(house, request.subject_id, system, wrong=wrong)
    order = ""

    def act(work: UnitOfWork, _: Officer, now: Request) -> str | None:
        nonlocal order
        order = open_order(house, work, now, CORRECT, system, slip)
        return None if order else "ordered_already"

    take(
        house,
        ref,
        Step.CARRY_OUT,
        officer=officer,
        code=code,
        how=CORRECT,
        leads_to=lambda: order,
        act=act,
    )
    return order
