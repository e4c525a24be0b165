"""What a machine cannot read or put right for somebody who asked is a work order: who, where, until
when, and a slip that says whose it is (art. 15, 16)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Final

from lifecycle.errors import Refused
from lifecycle.references import REQUEST, SUBJECT, WORK_ORDER, new_id, to_reference
from lifecycle.retention.calendar import add_period
from records.rights import Request
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.telling.orders import EVERY, Rule
from tasks.work_orders.items import SLIP
from tasks.work_orders.items import slip_for as slip_of_people
from tasks.work_orders.ordering import open_noted

LOOK_UP: Final = "lookup"
CORRECT: Final = "correct"
_WORDS: Final = (LOOK_UP, CORRECT)
TOLD: Final[Mapping[str, str]] = {
    LOOK_UP: "what is held of a person who asked, to look up in",
    CORRECT: "what a person says is wrong, to put right in",
}
"""For a reminder, in front of where."""
_HOW: Final[Mapping[str, Mapping[str, str]]] = {
    LOOK_UP: {
        "SE": "Leta upp allt om personen på lappen, också i fritext och bilagor. Lämna en kopia "
        "till den som svarar på begäran; stryk det som handlar om andra.",
        "DK": "Find alt om personen på sedlen, også i fritekst og bilag. Giv en kopi til den, der "
        "besvarer anmodningen; stryg det, der handler om andre.",
    },
    CORRECT: {
        "SE": "Rätta det som står på lappen, eller säg till den som svarar varför det är riktigt.",
        "DK": "Ret det, der står på sedlen, eller sig til den, der svarer, hvorfor det er rigtigt.",
    },
}
_EVIDENCE: Final[Mapping[str, str]] = {
    LOOK_UP: "handed-over, or nothing-found",
    CORRECT: "mended, or assessed where it is right as it stands",
}


def is_request(order: WorkOrder) -> bool:
    """Whether somebody does something for a request by that order."""
    return order.system.partition(" ")[0] in _WORDS


def what_of(order: WorkOrder) -> str:
    """`lookup` or `correct`."""
    return order.system.partition(" ")[0]


def place_of(order: WorkOrder) -> str:
    """The policy's name of where it is done."""
    return order.system.partition(" ")[2]


def rule_of(house: House, order: WorkOrder) -> Rule:
    """Who does it and how. Raises `Refused("work_order_without_rule")` for a place that the policy
    does not know any more."""
    name, what = place_of(order), what_of(order)
    if name not in house.policy.systems:
        raise Refused("work_order_without_rule", ref=name)
    how = _HOW[what][house.policy.controller.country]
    return Rule(role_at(house, name), how, _EVIDENCE[what], EVERY)


def role_at(house: House, name: str) -> str:
    """Who looks at a place: whoever weeds it, else who answers requests."""
    by_hand = house.policy.systems[name].by_hand
    return house.policy.rights_rules().answered_by[0] if by_hand is None else by_hand.role


def last_day(house: House, request: Request) -> date:
    """By when: the policy's time from today, and before the answer's own last day."""
    within = add_period(local_today(house), house.policy.rights_rules().look_up_within)
    return min(within, request.clock.due_on)


def slip_for(house: House, person: int, name: str, *, wrong: str = "") -> bytes:
    """Whose it is, and `wrong`: what the person says of it; personal data, to be sealed at once."""
    by_hand = house.policy.systems[name].by_hand
    asked = () if by_hand is None else by_hand.slip
    content = slip_of_people(house, [person], asked or ("identity",))
    if not wrong:
        return content
    told = json.loads(content)
    told[to_reference(SUBJECT, person)]["#"] = wrong
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def open_order(
    house: House, work: UnitOfWork, request: Request, what: str, name: str, slip: bytes
) -> str:
    """Open the order, once for each place, within the caller's transaction; its reference, or ""
    where there is one already."""
    number = new_id()
    sealed = house.vault.seal([(number, number, SLIP, slip)])
    house.vault.persist_keys(sealed.keys)
    opened = open_noted(
        house,
        work,
        number=number,
        plan_number=request.number,
        place=f"{what} {name}",
        role=role_at(house, name),
        due_on=last_day(house, request).isoformat(),
        facts={"request": to_reference(REQUEST, request.number), "system": name, "what": what},
        sealed=sealed.sealed[0],
    )
    return to_reference(WORK_ORDER, opened) if opened else ""
