"""Whoever weeds a place, hands something over or tells a recipient says so with a code and
evidence, and where the policy asks a second person looks."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, PLAN, WORK_ORDER, from_reference, to_reference
from lifecycle.retention.calendar import add_period
from records import bulk, mending, tellings, work_orders
from records.engines import reading
from records.officers import Officer
from records.tables import shredding
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.consents.orders import asked_by, is_asking
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.informing.orders import is_letters, note_handed, readers_of
from tasks.officers.codes import agree
from tasks.placing.mending import MEND, is_mending, place_of, where_on
from tasks.processors.upkeep_orders import is_upkeep
from tasks.proving.evidence import digest_of
from tasks.rights.orders import is_request
from tasks.telling.orders import is_telling, telling_of
from tasks.telling.recipients import close_by
from tasks.work_orders.items import SLIP, destroy_slips, judge_anew, on_slip
from tasks.work_orders.rules import (
    WEED,
    is_of_no_plan,
    rule_of,
    shown_rule_of,
    told_of,
    what_of,
    where_of,
)

WORDS: Final = (
    "agreed",
    "assessed",
    "burned",
    "deleted",
    "destroyed",
    "emptied",
    "handed-back",
    "handed-over",
    "mended",
    "moved",
    "nothing-found",
    "posted",
    "protected",
    "removed",
    "shredded",
    "told",
    "trained",
    "unshared",
    "uploaded",
    "wiped",
)
"""What may stand as evidence in the ledger; anything else could be somebody's name."""
_BROUGHT: Final = frozenset({"handed-over", "posted", "told", "uploaded"})
"""Words of who brought something to somebody: of nothing else are they evidence."""
_CLOSED: Final = {"withdrawn": "work_order_withdrawn"}
"""Reason codes of orders that ended otherwise than by being done."""


class Line(NamedTuple):
    """One work order as a list shows it."""

    ref: str
    plan: str
    system: str
    role: str
    items: int
    due_on: str
    """The last local day; "" where nobody has decided one."""
    state: str
    """`open`, `done` (waits for a second person), `confirmed`."""
    overdue: bool
    second_person: bool
    how: str
    evidence: str
    """What the policy, or the binding, asks for as evidence."""
    what: str
    """`weed`, `mend`, or `container`, `password`: what is handed over of a disclosure; `telling`:
    its recipient is told; `deletion`: its recipient is asked to delete it."""
    seen_gone: int = 0
    """Of what is mended: so much was not there any more at the last look. It closes nothing."""


def lines(house: House, *, plan: str | None = None) -> list[Line]:
    """The work orders that are not finished, or all of one plan."""
    with reading(house.engine) as connection:
        found = (
            work_orders.unconfirmed(connection, controller=house.controller)
            if plan is None
            else work_orders.of_plan(connection, from_reference(PLAN, plan))
        )
        standing = mending.standing_of(connection, controller=house.controller)
    today = local_today(house).isoformat()
    return [_line(house, one, today, standing.get(one.number, 0)) for one in found]


def line(house: House, ref: str) -> Line:
    """One work order. Raises `Refused("work_order_unknown")`."""
    order = _require(house, from_reference(WORK_ORDER, ref))
    with reading(house.engine) as connection:
        standing = mending.standing_of(connection, controller=house.controller)
    return _line(house, order, local_today(house).isoformat(), standing.get(order.number, 0))


def finish(house: House, ref: str, *, officer: str, code: str, evidence: str) -> str:
    """The place is weeded: by whom, with which evidence (a word, or the SHA-256 of a file); the
    order's state now.

    Raises `Refused`: `work_order_unknown`, `work_order_done`, `work_order_withdrawn`,
    `role_may_not_finish`, `evidence_missing`, `evidence_of_another_kind`, or as
    `officer_codes.agree` does.
    """
    number = from_reference(WORK_ORDER, ref)
    proof = _evidence(evidence)
    order = _require(house, number)
    any_word = what_of(house, order) == MEND or is_upkeep(order) or is_request(order)
    if proof in WORDS and not any_word:
        brings = what_of(house, order) != WEED
        if brings is not (proof in _BROUGHT):
            raise Refused("evidence_of_another_kind", ref=ref)
    if not is_of_no_plan(order):
        # Whose papers were held meanwhile is not on the slip any more, and not proven by it.
        judge_anew(house, order)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        order = work_orders.get(work.connection, controller=house.controller, number=number)
        if order.state != "open":
            return _CLOSED.get(order.state, "work_order_done")
        if order.role not in who.roles:
            return "role_may_not_finish"
        by = to_reference(OFFICER, who.id)
        work_orders.note_done(work.connection, number, by=by, evidence=proof, at=house.at())
        work.record(
            EventKind.WORK_ORDER_DONE,
            ref=ref,
            expected=order.items,
            acted=order.items,
            facts={"officer": by, "evidence": proof},
        )
        if not rule_of(house, order).second_person:
            _confirm(house, work, order, who)
        if is_telling(order):
            one = tellings.get(
                work.connection, controller=house.controller, number=telling_of(order)
            )
            if one.done_at is None:
                close_by(house, work, one, who)
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    destroy_slips(house)
    return _require(house, number).state


def confirm(house: House, ref: str, *, officer: str, code: str) -> str:
    """Another person has looked; the order's state now.

    Raises `Refused`: `work_order_unknown`, `work_order_not_done`, `same_person`,
    `role_may_not_confirm`, or as `officer_codes.agree` does.
    """
    number = from_reference(WORK_ORDER, ref)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        order = work_orders.get(work.connection, controller=house.controller, number=number)
        if order.state != "done":
            return "work_order_not_done"
        if order.done_by == to_reference(OFFICER, who.id):
            return "same_person"
        if not who.roles & _may_look(house, order):
            return "role_may_not_confirm"
        _confirm(house, work, order, who)
        return None

    _require(house, number)
    agree(house, handle=officer, code=code, ref=ref, act=act)
    destroy_slips(house)
    return _require(house, number).state


def reveal(house: House, ref: str, *, officer: str, code: str) -> dict[str, Any]:
    """Whose papers they are: personal data, for the officer's own terminal and nothing else.

    Raises `Refused`: `work_order_unknown`, `work_order_done`, `work_order_withdrawn` (the slip is
    gone), `work_order_hands_over`, `role_may_not_finish`, or as `officer_codes.agree` does.
    """
    number = from_reference(WORK_ORDER, ref)
    if is_letters(_require(house, number)):
        return _reveal_readers(house, number, officer=officer, code=code)
    if is_asking(_require(house, number)):
        return _reveal_asked(house, number, officer=officer, code=code)
    if is_mending(_require(house, number)):
        return _reveal_findings(house, number, officer=officer, code=code)
    of_request = is_request(_require(house, number))
    if not of_request:
        if what_of(house, _require(house, number)) != WEED:
            raise Refused("work_order_hands_over", ref=ref)
        judge_anew(house, _require(house, number))
    sealed: list[bytes] = []

    def act(work: UnitOfWork, who: Officer) -> str | None:
        order = work_orders.get(work.connection, controller=house.controller, number=number)
        if not who.roles & _may_look(house, order):
            return "role_may_not_finish"
        slip = work_orders.slip(work.connection, number)
        if slip is None:
            return _CLOSED.get(order.state, "work_order_done")
        sealed.append(slip)
        work.record(
            EventKind.PERSON_LOOKED_UP,
            ref=ref,
            found=order.items,
            facts={"officer": to_reference(OFFICER, who.id)},
        )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    [content] = house.vault.open([(number, number, SLIP, sealed[0])])
    told: dict[str, Any] = json.loads(content)
    order = _require(house, number)
    # Of a finished order everybody is shown who was weeded: the second person looks for them.
    anew = order.state == "open" and not of_request
    kept = on_slip(house, order) if anew else told.keys()
    return {who: what for who, what in told.items() if who in kept}


def _reveal_asked(house: House, number: int, *, officer: str, code: str) -> dict[str, Any]:
    """Whom to ask for which consent."""

    def act(work: UnitOfWork, who: Officer) -> str | None:
        order = work_orders.get(work.connection, controller=house.controller, number=number)
        if not who.roles & _may_look(house, order):
            return "role_may_not_finish"
        work.record(
            EventKind.PERSON_LOOKED_UP,
            ref=to_reference(WORK_ORDER, number),
            found=order.items,
            facts={"officer": to_reference(OFFICER, who.id)},
        )
        return None

    agree(house, handle=officer, code=code, ref=to_reference(WORK_ORDER, number), act=act)
    return asked_by(house, _require(house, number))


def _reveal_readers(house: House, number: int, *, officer: str, code: str) -> dict[str, Any]:
    """Whom the letters of an order are for, of those that are not handed over yet."""
    told: dict[str, Any] = {}

    def act(work: UnitOfWork, who: Officer) -> str | None:
        order = work_orders.get(work.connection, controller=house.controller, number=number)
        if not who.roles & _may_look(house, order):
            return "role_may_not_finish"
        told.update(readers_of(house, work, order))
        work.record(
            EventKind.PERSON_LOOKED_UP,
            ref=to_reference(WORK_ORDER, number),
            found=len(told),
            facts={"officer": to_reference(OFFICER, who.id)},
        )
        return None

    agree(house, handle=officer, code=code, ref=to_reference(WORK_ORDER, number), act=act)
    return told


def _reveal_findings(house: House, number: int, *, officer: str, code: str) -> dict[str, Any]:
    """Where each finding of an order is, of what stands still."""
    told: dict[str, Any] = {}

    def act(work: UnitOfWork, who: Officer) -> str | None:
        order = work_orders.get(work.connection, controller=house.controller, number=number)
        if not who.roles & _may_look(house, order):
            return "role_may_not_finish"
        told.update({ref: {"found": where} for ref, where in where_on(house, work, order).items()})
        work.record(
            EventKind.FINDING_SHOWN,
            ref=to_reference(WORK_ORDER, number),
            found=len(told),
            facts={"officer": to_reference(OFFICER, who.id), "place": place_of(order)},
        )
        return None

    agree(house, handle=officer, code=code, ref=to_reference(WORK_ORDER, number), act=act)
    return told


def remind(house: House) -> int:
    """Write about every order whose reminder is due; how many. Nothing personal is in the mail.

    Raises `Unreachable` when the mail server does not take it: the next call tries again.
    """
    today = local_today(house)
    with reading(house.engine) as connection:
        open_ones = work_orders.unconfirmed(connection, controller=house.controller)
    due = [one for one in open_ones if _reminder_on(house, one) <= today]
    for one in due:
        if house.mailbox is not None:
            late = " OVERDUE: an open breach of the rule." if one.is_late(str(today)) else ""
            ref = to_reference(WORK_ORDER, one.number)
            what = what_of(house, one)
            told = told_of(what, one.items)
            until = f", by {one.due_on}" if one.due_on else ""
            house.mailbox.write(
                subject=f"Gallra: work order {ref}",
                text=(
                    f"Work order {ref}: {told} {where_of(one)}{until}."
                    f"{late}\nState: {one.state}. Who: {one.role}.\n"
                    f"What to do: gallra work-orders show {ref}\n"
                ),
                mark=f"{ref}-{today.isoformat()}",
            )
        with house.work() as work:
            work_orders.note_reminded(work.connection, [one.number], on=today.isoformat())
            work.record(
                EventKind.WORK_ORDER_REMINDED,
                ref=to_reference(WORK_ORDER, one.number),
                facts={"system": one.system.partition(" ")[0]}
                | ({"due_on": one.due_on} if one.due_on else {}),
            )
            work.commit()
    return len(due)


def _reminder_on(house: House, order: WorkOrder) -> date:
    zone = house.policy.controller.zone
    last = (
        date.fromisoformat(order.reminded_on)
        if order.reminded_on is not None
        else datetime.fromisoformat(order.opened_at).astimezone(zone).date()
    )
    return add_period(last, shown_rule_of(house, order).remind_every)


def _confirm(house: House, work: UnitOfWork, order: WorkOrder, who: Officer) -> None:
    """The slip has done its service: it goes with its key."""
    by = to_reference(OFFICER, who.id)
    slip = work_orders.slip(work.connection, order.number)
    work_orders.note_confirmed(work.connection, order.number, by=by, at=house.at())
    if is_letters(order):
        note_handed(house, work, order)
    if slip is not None:
        bulk.upsert_rows(work.connection, shredding, ("holding_id",), [(order.number,)], update=())
    work.record(
        EventKind.WORK_ORDER_CONFIRMED,
        ref=to_reference(WORK_ORDER, order.number),
        expected=order.items,
        verified=order.items,
        facts={"officer": by},
    )


def _require(house: House, number: int) -> WorkOrder:
    with reading(house.engine) as connection:
        return work_orders.get(connection, controller=house.controller, number=number)


def _may_look(house: House, order: WorkOrder) -> set[str]:
    """Roles that may see and confirm an order: its own, and whoever decides about erasures."""
    deciding = house.policy.approvals
    return {order.role, *deciding.erasure, *deciding.second}


def _line(house: House, order: WorkOrder, today: str, standing: int) -> Line:
    rule = shown_rule_of(house, order)
    mends = is_mending(order)
    return Line(
        ref=to_reference(WORK_ORDER, order.number),
        plan="" if is_of_no_plan(order) else to_reference(PLAN, order.plan_number),
        system=where_of(order),
        role=order.role,
        items=order.items,
        due_on=order.due_on,
        state=order.state,
        overdue=order.is_late(today),
        second_person=rule.second_person,
        how=rule.how,
        evidence=rule.evidence,
        what=what_of(house, order),
        seen_gone=order.items - standing if mends else 0,
    )


def _evidence(text: str) -> str:
    """A word is kept as it is (`shredded`); anything else is a file, of which the SHA-256 is kept:
    a photograph of a list of names is personal data itself."""
    if text in WORDS:
        return text
    return digest_of(Path(text))
