"""Whom no mail reaches is handed the letter by a person: a work order with a role, a deadline and
evidence (A-36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connectors.payload import read_payload
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.letters import LetterKind, LetterState, Matter
from lifecycle.policy.orders import OrderRule
from lifecycle.references import SUBJECT, WORK_ORDER, new_id, to_reference
from lifecycle.retention.calendar import add_period
from records import disclosures, letters, work_orders
from records.engines import reading
from records.letters import Letter, New
from records.unit_of_work import UnitOfWork
from records.work_orders import WorkOrder
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.work_orders.ordering import open_noted

LETTERS: Final = "letters"
"""What such an order is about: `letters notice standard`."""


def is_letters(order: WorkOrder) -> bool:
    """Whether somebody hands letters over by that order."""
    return order.system.partition(" ")[0] == LETTERS


def about_of(notice: str, kind: str) -> str:
    """What a letter with that notice is about: each kind of person reads another text."""
    return f"{notice}.{kind}"


def rule_of(house: House, order: WorkOrder) -> OrderRule:
    """How the letters of an order are handed over. Raises `Refused("work_order_without_rule")`:
    the policy does not say so any more."""
    _, kind, about = order.system.split(" ", 2)
    if kind == LetterKind.NOTICE:
        for notice in house.policy.notices:
            own = {about_of(notice.id, subject) for subject in notice.subjects}
            if about in own and notice.by_hand is not None:
                return notice.by_hand
    rules = house.policy.incidents
    if kind == LetterKind.INCIDENT and rules is not None:
        return rules.telling.by_hand
    raise Refused("work_order_without_rule", ref=about)


def hand_over(
    house: House,
    matter: Matter,
    people: Sequence[tuple[int, str]],
    languages: str,
    rule: OrderRule,
) -> None:
    """Give the letters to these people (with the reason code why no mail goes) to somebody."""
    with house.work() as work:
        order = _open(house, work, matter, len(people), rule)
        letters.open_letters(
            work.connection,
            controller=house.controller,
            matter=matter,
            rows=[
                New(new_id(), person, languages, LetterState.BY_PERSON, reason=why, order_id=order)
                for person, why in people
            ],
            at=house.at(),
        )
        work.commit()


def hand_over_instead(
    house: House, matter: Matter, refused: Sequence[tuple[Letter, str]], rule: OrderRule
) -> None:
    """Give somebody the letters that no server takes, or of which nobody knows whether they
    arrived."""
    with house.work() as work:
        order = _open(house, work, matter, len(refused), rule)
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


def overtake(house: House, matter: Matter) -> None:
    """Orders to hand over an older version are over: their readers are due the new one."""
    with reading(house.engine) as connection:
        older = [
            one.number
            for one in letters.in_state(
                connection,
                controller=house.controller,
                kind=matter.kind,
                about=matter.about,
                states=[LetterState.BY_PERSON],
            )
            if one.matter.version != matter.version
        ]
    if not older:
        return
    with house.work() as work:
        for order in letters.overtake(work.connection, older):
            work_orders.withdraw(work.connection, order, at=house.at())
            work.record(
                EventKind.WORK_ORDER_WITHDRAWN,
                ref=to_reference(WORK_ORDER, order),
                facts=facts_of(matter),
                dropped=len(older),
                left=0,
            )
        work.commit()


def note_handed(house: House, work: UnitOfWork, order: WorkOrder) -> None:
    """The letters of a finished order were handed over, within the caller's transaction."""
    waiting = [
        one
        for one in letters.of_order(work.connection, order.number)
        if one.state is LetterState.BY_PERSON
    ]
    if not waiting:
        return
    letters.move(
        work.connection,
        [one.number for one in waiting],
        was=LetterState.BY_PERSON,
        to=LetterState.HANDED,
        at=house.at(),
    )
    work.record(
        EventKind.LETTERS_HANDED,
        ref=to_reference(WORK_ORDER, order.number),
        acted=len(waiting),
        facts=facts_of(waiting[0].matter),
    )


def readers_of(
    house: House, work: UnitOfWork, order: WorkOrder
) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Whom the letters of an order are for, as our own records know them: personal data, for an
    officer's own terminal. Who is known elsewhere alone has a reference and no more."""
    found = [
        one
        for one in letters.of_order(work.connection, order.number)
        if one.state is LetterState.BY_PERSON
    ]
    people = [one.subject_id for one in found]
    held = disclosures.content(
        work.connection, people, _said_on_a_letter(house), only=dict.fromkeys(people, ())
    )
    opened = house.vault.open(
        [(one.holding_id, one.subject_id, one.category, one.sealed) for one in held]
    )
    slip: dict[str, dict[str, Mapping[str, str]]] = {
        to_reference(SUBJECT, person): {} for person in people
    }
    for one, plain in zip(held, opened, strict=True):
        told = read_payload(b'{"%b":%b}' % (one.category.encode(), plain))
        slip[to_reference(SUBJECT, one.subject_id)][one.category] = told[one.category]
    return slip


def facts_of(matter: Matter) -> dict[str, str]:
    """What the ledger says of a letter's matter."""
    occasion = f"y{matter.occasion}" if matter.occasion.isdecimal() else matter.occasion
    return {
        "letter": str(matter.kind),
        "about": matter.about,
        "version": matter.version,
        "occasion": occasion,
    }


def _said_on_a_letter(house: House) -> frozenset[str]:
    """Of the categories those by which somebody is found: kept once for a person."""
    named = {"identity", "contact"}
    return frozenset(
        name
        for name, category in house.policy.categories.items()
        if name in named and category.per == "person"
    )


def _open(house: House, work: UnitOfWork, matter: Matter, items: int, rule: OrderRule) -> int:
    return open_noted(
        house,
        work,
        place=f"{LETTERS} {matter.kind} {matter.about}",
        role=rule.role,
        items=items,
        due_on=add_period(local_today(house), rule.within).isoformat(),
        facts=facts_of(matter) | {"what": LETTERS},
    )
