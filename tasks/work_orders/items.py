"""Paper, sticks and cabinets are weeded by a person: one work order for each place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from connectors.system import Answer
from lifecycle.errors import GallraError
from lifecycle.ledger import EventKind
from lifecycle.plan import ERASURES, ItemState
from lifecycle.policy.erasure import ByHand
from lifecycle.references import SUBJECT, WORK_ORDER, new_id, to_reference
from lifecycle.retention.calendar import add_period
from records import approvals, bulk, placements, plans, work_orders
from records.engines import reading
from records.plans import Plan, StoredItem
from records.scrub import scrub
from records.tables import holding, shredding
from records.work_orders import WorkOrder
from tasks.erasing.carrying_out import ripe
from tasks.erasing.item_steps import begin, note_answers, note_done
from tasks.house.parts import House
from tasks.proving.shredding import destroy_keys
from tasks.work_orders.ordering import open_noted

SLIP: Final = "#slip"
"""What a sealed slip is bound to, beside its number."""


def open_orders(house: House, plan: Plan, name: str, *, today: str) -> None:
    """Open the work order of one place, once, with everybody of the plan on its slip.

    It waits until everybody's day has come: a person goes to the cabinet once. One that is open
    is judged anew (`judge_anew`).
    """
    with reading(house.engine) as connection:
        open_ones = plans.items(
            connection,
            plan.number,
            states=[ItemState.PLANNED, ItemState.INTENDED],
            system=name,
        )
        known = {one.system: one for one in work_orders.of_plan(connection, plan.number)}
    if name in known:
        judge_anew(house, known[name])
        return
    if not open_ones or len(ripe(house, plan, name, today=today)) < len(open_ones):
        return
    allowed = begin(house, plan, open_ones, system=name)
    if not allowed:
        return
    rule = _by_hand(house, name)
    number = new_id()
    slip = slip_for(house, [one.item.subject_id for one in allowed], rule.slip)
    sealed = house.vault.seal([(number, number, SLIP, slip)])
    house.vault.persist_keys(sealed.keys)
    due_on = add_period(_approved_on(house, plan, allowed), rule.within).isoformat()
    with house.work() as work:
        open_noted(
            house,
            work,
            number=number,
            plan_number=plan.number,
            place=name,
            role=rule.role,
            items=len(allowed),
            due_on=due_on,
            facts={"plan": plan.ref, "system": name},
            sealed=sealed.sealed[0],
        )
        work.commit()


def judge_anew(house: House, order: WorkOrder) -> None:
    """Whoever is held or no longer due since an order was opened is off its slip; with nobody left
    the order is withdrawn. What has been weeded already stays weeded."""
    if order.state != "open":
        return
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=order.plan_number)
        if plan.kind not in ERASURES:
            return
        stored = plans.items(
            connection, plan.number, states=[ItemState.INTENDED], system=order.system
        )
    left = len(begin(house, plan, stored, system=order.system))
    if left == order.items:
        return
    with house.work() as work:
        ref = to_reference(WORK_ORDER, order.number)
        if left:
            work_orders.note_items(work.connection, order.number, items=left)
        else:
            work_orders.withdraw(work.connection, order.number, at=house.at())
            rows = [(order.number,)]
            bulk.upsert_rows(work.connection, shredding, ("holding_id",), rows, update=())
        work.record(
            EventKind.WORK_ORDER_WITHDRAWN,
            ref=ref,
            facts={"plan": plan.ref, "system": order.system},
            dropped=order.items - left,
            left=left,
        )
        work.commit()
    destroy_slips(house)


def destroy_slips(house: House) -> None:
    """A slip that has done its service goes with its key, out of the database's log as well."""
    if destroy_keys(house):
        scrub(house.engine)


def on_slip(house: House, order: WorkOrder) -> set[str]:
    """References of those whose papers are still to be weeded by this order."""
    with reading(house.engine) as connection:
        stored = plans.items(
            connection, order.plan_number, states=[ItemState.INTENDED], system=order.system
        )
    return {to_reference(SUBJECT, one.item.subject_id) for one in stored}


def take_over(house: House, plan: Plan, name: str) -> None:
    """A confirmed work order proves its items, by a person's word and evidence."""
    with reading(house.engine) as connection:
        orders = [one for one in work_orders.of_plan(connection, plan.number) if one.system == name]
        intended = plans.items(connection, plan.number, states=[ItemState.INTENDED], system=name)
    if not orders or orders[0].state != "confirmed":
        return
    note_done(house, plan, intended, system=name)
    with reading(house.engine) as connection:
        acted = plans.items(connection, plan.number, states=[ItemState.ACTED], system=name)
    if acted:
        note_answers(house, plan, {one.number: str(Answer.GONE) for one in acted}, acted)


def _approved_on(house: House, plan: Plan, stored: Sequence[StoredItem]) -> date:
    """The day from which the deadline counts: of the last approval, or the first on which
    everything may go."""
    with reading(house.engine) as connection:
        given = [one.decided_at for one in approvals.of_plan(connection, plan.number)]
    last = datetime.fromisoformat(max(given, default=plan.created_at))
    ripe_on = max((one.item.ripe_on or "" for one in stored), default="")
    approved = last.astimezone(house.policy.controller.zone).date()
    return max(approved, date.fromisoformat(ripe_on)) if ripe_on else approved


def _by_hand(house: House, name: str) -> ByHand:
    rule = house.policy.systems[name].by_hand
    if rule is None:
        raise GallraError("no_work_order_rule", ref=name)
    return rule


def slip_for(house: House, subjects: list[int], categories: Sequence[str]) -> bytes:
    """By what the person with the order recognises whose papers they are: personal data, sealed
    at once. From our own records, and for whom they say nothing from any system that answers."""
    found: dict[int, dict[str, Any]] = {number: {} for number in subjects}
    with reading(house.engine) as connection:
        rows = [
            (number, subject, category, bytes(sealed))
            for number, subject, category, sealed in bulk.fetch_in(
                connection,
                (holding.c.id, holding.c.subject_id, holding.c.category, holding.c.sealed),
                holding.c.subject_id,
                sorted(found),
            )
            if category in categories
        ]
    for row, content in zip(rows, house.vault.open(rows), strict=True):
        found[row[1]][row[2]] = json.loads(content)
    _ask_systems(house, {number: what for number, what in found.items() if not what}, categories)
    by_ref = {to_reference(SUBJECT, number): what for number, what in found.items()}
    return json.dumps(by_ref, ensure_ascii=False, sort_keys=True).encode()


def _ask_systems(
    house: House, unknown: dict[int, dict[str, Any]], categories: Sequence[str]
) -> None:
    if not unknown or not categories:
        return
    with reading(house.engine) as connection:
        numbers = [place.id for place in placements.of_people(connection, sorted(unknown))]
        records = placements.opened(connection, house.vault, numbers=numbers).values()
    for name, system in house.systems.items():
        by_key = {
            one.key: one.subject_id
            for one in records
            if one.system == name and not unknown[one.subject_id]
        }
        if not by_key:
            continue
        try:
            for key, content in system.export(list(by_key)):
                told = json.loads(content)
                unknown[by_key[key]].update({c: told[c] for c in categories if c in told})
        except GallraError:
            continue  # another system may know; the reference stands on the slip in any case
