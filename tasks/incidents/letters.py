"""Whoever is on a list that both agreed to gets the notice, once: by mail, or by a person's hand
(A-27, A-30, H-58, art. 34)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lifecycle.incident.states import Step, Telling, after, objection
from lifecycle.letters import REACHED, Composed, LetterKind, Matter
from lifecycle.plan import PlanState
from records import incidents, letters, plans
from records.engines import reading
from records.incidents import Incident
from records.letters import Letter
from tasks.house.parts import House
from tasks.incidents.steps import stands
from tasks.incidents.telling import AgreedList, agreed, finish, letter, version_of
from tasks.informing.letters import Written, write
from tasks.proving.attesting import require_attested

FIRST: Final = "first"


def matter_of(ref: str, version: str) -> Matter:
    """What the letters about an incident (`B-…`) are about."""
    return Matter(LetterKind.INCIDENT, ref, version, FIRST)


def write_letters(house: House) -> Written:
    """Write to everybody on the agreed lists, each once about one text, whatever is killed and
    repeated; what became of it in this run.

    Also to those whose data may only be stored: the law has them told all the same. When everybody
    on a list was reached, the incident says so. Raises as `letters.write` and
    `incident_telling.agreed`.
    """
    done = Written()
    for one in agreed(house):
        done = done.plus(_write(house, one))
    complete(house)
    return done


def complete(house: House) -> int:
    """Note that people were told where every letter of an agreed list has reached its reader, by
    mail or by hand; of how many incidents. Safe to repeat."""
    with reading(house.engine) as connection:
        found = [
            one
            for one in incidents.find(connection, controller=house.controller)
            if one.telling is Telling.TO_TELL and one.plan_id
        ]
    return sum(_complete(house, one) for one in found)


def unreached(house: House, one: AgreedList) -> int:
    """How many people of a list have not been reached yet."""
    with reading(house.engine) as connection:
        found = letters.of_people(
            connection,
            controller=house.controller,
            kind=LetterKind.INCIDENT,
            people=[number for number, _ in one.people],
        )
    return len(one.people) - len(_reached(found, matter_of(one.ref, one.version)))


def _write(house: House, one: AgreedList) -> Written:
    made = letter(house, one.ref, one.language)
    return write(
        house,
        matter_of(one.ref, one.version),
        [number for number, _ in one.people],
        composed=Composed(one.language, made.subject, made.text),
        rule=house.policy.incident_rules().telling.by_hand,
        whatever_is_barred=True,
    )


def _complete(house: House, one: Incident) -> int:
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=one.plan_id)
        people = [stored.item.subject_id for stored in plans.items(connection, plan.number)]
        sent = letters.of_people(
            connection, controller=house.controller, kind=LetterKind.INCIDENT, people=people
        )
    if plan.state is not PlanState.APPROVED or not sent:
        return 0
    matter = matter_of(one.ref, version_of(house, one))
    if set(people) - _reached(sent, matter):
        return 0
    require_attested(house, plan)
    with house.work() as work:
        now = incidents.get(
            work.connection, controller=house.controller, number=one.number, lock=True
        )
        situation = stands(house, work, now)
        if objection(situation, Step.TOLD) is not None:
            return 0  # somebody was faster
        finish(house, work, now, after(situation, Step.TOLD), facts={"by": "letters"})
        work.commit()
    return 1


def _reached(found: Iterable[Letter], matter: Matter) -> set[int]:
    """Who has exactly that letter, by mail or by hand."""
    return {one.subject_id for one in found if one.matter == matter and one.state in REACHED}
