"""Whom no mail reaches is handed the letter by a person: a work order with a role, a deadline and
evidence (A-36)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lifecycle.ledger import EventKind
from lifecycle.letters import Composed, LetterState, Matter
from lifecycle.policy.orders import OrderRule
from lifecycle.references import WORK_ORDER, new_id, to_reference
from lifecycle.retention.calendar import add_period
from records import letters, work_orders
from records.letters import Letter, New
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house import House
from tasks.intake import local_today

LETTERS: Final = "letters"
"""What such an order is about: `letters notice standard`."""


def is_letters(order: WorkOrder) -> bool:
    """Whether somebody hands letters over by that order."""
    return order.system.partition(" ")[0] == LETTERS


def handed_over(house: House, work: UnitOfWork, order_id: int) -> int:
    """The letters of a finished order were handed over, within the caller's transaction; how
    many."""
    waiting = [
        one
        for one in letters.of_order(work.connection, order_id)
        if one.state is LetterState.BY_PERSON
    ]
    letters.move(
        work.connection,
        [one.number for one in waiting],
        was=LetterState.BY_PERSON,
        to=LetterState.HANDED,
        at=house.at(),
    )
    if waiting:
        matter = waiting[0].matter
        work.record(
            EventKind.LETTERS_HANDED,
            ref=to_reference(WORK_ORDER, order_id),
            acted=len(waiting),
            facts=facts_of(matter),
        )
    return len(waiting)


def by_hand_instead(
    house: House,
    matter: Matter,
    refused: Sequence[tuple[Letter, str]],
    rule: OrderRule,
    role: str,
) -> None:
    with house.work() as work:
        order = open_order(house, work, matter, len(refused), rule, role)
        for one, reason in refused:
            letters.move(
                work.connection,
                [one.number],
                was=LetterState.SENDING,
                to=LetterState.BY_PERSON,
                reason=reason,
                order_id=order,
            )
        work.commit()


def hand_over(
    house: House,
    matter: Matter,
    people: Sequence[tuple[int, str]],
    composed: Composed,
    rule: OrderRule,
    role: str,
) -> None:
    with house.work() as work:
        order = open_order(house, work, matter, len(people), rule, role)
        letters.open_letters(
            work.connection,
            controller=house.controller,
            matter=matter,
            rows=[
                New(
                    new_id(),
                    person,
                    composed.language,
                    LetterState.BY_PERSON,
                    reason=why or None,
                    order_id=order,
                )
                for person, why in people
            ],
            at=house.at(),
        )
        work.commit()


def open_order(
    house: House, work: UnitOfWork, matter: Matter, items: int, rule: OrderRule, role: str
) -> int:
    number = new_id()
    due_on = add_period(local_today(house), rule.within).isoformat()
    work_orders.open_order(
        work.connection,
        controller=house.controller,
        number=number,
        plan_number=number,  # of no plan: of itself, which is nobody else's number
        system=f"{LETTERS} {matter.kind} {matter.about}",
        role=role,
        items=items,
        at=house.at(),
        due_on=due_on,
        sealed=None,
    )
    work.record(
        EventKind.WORK_ORDER_OPENED,
        ref=to_reference(WORK_ORDER, number),
        found=items,
        facts=facts_of(matter) | {"what": LETTERS, "role": role, "due_on": due_on},
    )
    return number


def facts_of(matter: Matter) -> dict[str, str]:
    return {
        "letter": str(matter.kind),
        "about": matter.about,
        "version": matter.version,
        "occasion": _as_word(matter.occasion),
    }


def _as_word(occasion: str) -> str:
    """A year as the ledger takes it."""
    return f"y{occasion}" if occasion.isdecimal() else occasion
