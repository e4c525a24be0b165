"""An erasure is certified when every item of its plan is proven, and only then."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, Final

from lifecycle.certificate import Certificate, certify
from lifecycle.checkpoint import key_name, public_key_of
from lifecycle.errors import LedgerFailure, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ERASURES, ItemState, PlanState
from lifecycle.references import (
    CERTIFICATE,
    OFFICER,
    PLAN,
    SUBJECT,
    WORK_ORDER,
    from_reference,
    new_id,
    to_reference,
)
from lifecycle.retention.facts import Verdict
from records import approvals, certificates, plans, work_orders
from records.checkpoints import make_checkpoint
from records.engines import reading
from records.plans import Plan, StoredItem
from tasks.house.parts import House
from tasks.proving.attesting import require_attested
from tasks.telling.recipients import open_erased

_CLOSED: Final = frozenset({ItemState.PROVEN, ItemState.DROPPED})


def conclude(house: House, plan: Plan) -> Certificate | None:
    """Close the plan with its certificate if everything is proven; None if all was given up.

    Raises `NotProven("plan_not_proven", left=…)` while anything that was approved and not given
    up is unproven: then there is no certificate. `LedgerFailure` where the keyed ledger does not
    say that it was approved and proven; `Refused("plan_erases_nothing")` for a disclosure.
    """
    if plan.kind not in ERASURES:
        raise Refused("plan_erases_nothing", ref=plan.ref)
    with reading(house.engine) as connection:
        going = plans.items(connection, plan.number, verdict=Verdict.GO)
        staying = plans.items(connection, plan.number, states=[ItemState.SHOWN])
    left = [one for one in going if one.state not in _CLOSED]
    if left:
        raise NotProven("plan_not_proven", ref=plan.ref, left=len(left))
    proven = [one for one in going if one.state is ItemState.PROVEN]
    if not proven:
        _close(house, plan, PlanState.VOID, None)
        return None
    require_attested(house, plan)
    certificate = certify(_statement(house, plan, going, staying), signing_key=house.signing_key)
    _close(house, plan, PlanState.PROVEN, certificate)
    file_copy(house, plan)
    return certificate


def of_plan(house: House, ref: str) -> Certificate:
    """The certificate of a plan, its signature checked.

    Raises `Refused("not_certified")` where something is not proven, `LedgerFailure`.
    """
    number = from_reference(PLAN, ref)
    with reading(house.engine) as connection:
        plans.get(connection, controller=house.controller, number=number)
        kept = certificates.of_plan(connection, number)
    if kept is None:
        raise Refused("not_certified", ref=ref)
    public = public_key_of(house.signing_key)
    found = Certificate(body=kept.body, signature=kept.signature, key=key_name(public))
    found.verify(public)
    if found.statement.get("plan") != ref:
        raise LedgerFailure("certificate_forged", ref=ref)
    return found


def file_copy(house: House, plan: Plan) -> None:
    """Lay a copy beside the witness's checkpoints: it outlives our databases. Safe to repeat."""
    certificate = of_plan(house, plan.ref)
    failed = False
    try:
        house.certificates.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = house.certificates / f"{plan.ref}.json"
        if target.exists():
            return  # the first one stays, whatever was restored since
        part = target.with_suffix(".part")
        part.write_bytes(certificate.to_json())
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.chmod(0o640)
        part.replace(target)
    except OSError:
        failed = True
    if failed:
        raise LedgerFailure("certificate_not_written", ref=plan.ref)


def _close(house: House, plan: Plan, state: PlanState, certificate: Certificate | None) -> None:
    number = new_id()
    with house.work() as work:
        at = house.at()
        plans.set_state(
            work.connection, plan.number, was=PlanState.EXECUTING, to=state, closed_at=at
        )
        if certificate is None:
            work.record(EventKind.PLAN_VOID, ref=plan.ref, facts={"reason": "all_given_up"})
        else:
            certificates.keep(
                work.connection,
                certificates.Kept(number, plan.number, certificate.body, certificate.signature, at),
            )
            items = int(certificate.statement["items"]["proven"])
            work.record(EventKind.PLAN_PROVEN, ref=plan.ref, expected=items, verified=items)
            work.record(
                EventKind.CERTIFICATE_ISSUED,
                ref=to_reference(CERTIFICATE, number),
                facts={"plan": plan.ref},
            )
            open_erased(house, work, plan)
        work.commit()


def _statement(
    house: House, plan: Plan, going: list[StoredItem], staying: list[StoredItem]
) -> dict[str, Any]:
    """What is certified: references, words, dates and counts."""
    proven = [one for one in going if one.state is ItemState.PROVEN]
    given_up = {one.item.subject_id for one in going if one.state is ItemState.DROPPED}
    with reading(house.engine) as connection:
        agreed = approvals.of_plan(connection, plan.number)
        by_hand = work_orders.of_plan(connection, plan.number)
    head = make_checkpoint(house.engine, house.ledger, now=house.now)
    sources = {rule.id: rule.source.id or rule.source.law or "" for rule in house.policy.retention}
    return {
        "plan": plan.ref,
        "kind": str(plan.kind),
        "as_of": plan.as_of.isoformat(),
        "drawn_at": plan.created_at,
        "plan_hash": plan.hash,
        "controller": plan.controller,
        "company": house.policy.controller.company,
        "policy_sha256": plan.policy_sha256,
        "issued_at": house.at(),
        "approvals": [
            {
                "officer": to_reference(OFFICER, one.officer_id),
                "role": one.role,
                "at": one.decided_at,
            }
            for one in agreed
        ],
        "items": {
            "proven": len(proven),
            "by_hand": sum(one.item.system in house.by_hand for one in proven),
            "given_up": len(going) - len(proven),
            "people": len({one.item.subject_id for one in proven}),
        },
        "people": sorted(
            to_reference(SUBJECT, number)
            for number in {one.item.subject_id for one in proven} - given_up
        ),
        "given_up": sorted(to_reference(SUBJECT, number) for number in given_up),
        "systems": {
            system: {
                "actions": dict(
                    Counter(one.item.action for one in proven if one.item.system == system)
                ),
                # A machine read the system again; of a cabinet there is a person's word.
                "answer": "confirmed_by_a_person" if system in house.by_hand else "gone",
                "items": sum(one.item.system == system for one in proven),
                "first_proven_at": min(
                    one.proven_at or "" for one in proven if one.item.system == system
                ),
                "last_proven_at": max(
                    one.proven_at or "" for one in proven if one.item.system == system
                ),
            }
            for system in sorted({one.item.system for one in proven})
        },
        "rules": {
            rule: {"items": number, "source": sources.get(rule, "")}
            for rule, number in sorted(Counter(one.item.rule for one in proven).items())
        },
        "stays": {
            f"{verdict} {rule}".strip(): number
            for (verdict, rule), number in sorted(
                Counter((one.item.verdict, one.item.rule) for one in staying).items()
            )
        },
        "work_orders": [
            {
                "ref": to_reference(WORK_ORDER, one.number),
                "system": one.system,
                "role": one.role,
                "done_by": one.done_by,
                "confirmed_by": one.confirmed_by,
                "evidence": one.evidence,
                "confirmed_at": one.confirmed_at,
            }
            for one in by_hand
            if one.state == "confirmed"
        ],
        "ledger": {"origin": head.origin, "size": head.size, "link": head.link.hex()},
    }
