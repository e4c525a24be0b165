"""Incidents are followed up every hour: clocks and reminders, drafts of what Gallra noticed itself,
letters that are still to be written (A-27, A-28, A-30)."""

from __future__ import annotations

from typing import Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanKind, PlanState
from records import plans, to_dos
from records.engines import reading
from tasks.house.parts import House
from tasks.incidents.drafts import open_drafts
from tasks.incidents.letters import unreached
from tasks.incidents.register import Line, lines
from tasks.incidents.telling import agreed
from tasks.watching.daily import watch

LETTERS: Final = "incident_letters"
"""The to-do: both have agreed; its number: how many people no letter has reached yet."""


class Followed(NamedTuple):
    """What came of a look."""

    drafted: int
    alarms: int
    """Alarms that stand, about whatever."""
    letters: int
    """People who are to be told and whom no letter has reached yet."""


def follow(house: House) -> Followed:
    """Raise and mail what is due, open drafts, say whom letters are to be written to.

    Safe to repeat as often as wanted and to be killed anywhere: everything is worked out anew.
    Raises as `watching.watch`; `Refused` never.
    """
    seen = watch(house)
    drafted = open_drafts(house)
    if drafted:
        seen = watch(house)  # their clocks run already: somebody is told at once
    return Followed(len(drafted), len(seen.standing), stand_letters(house))


def stand_letters(house: House) -> int:
    """Of each list that both agreed to a to-do stands, until everybody was reached; how many people
    were not yet."""
    if house.policy.incidents is None:
        return 0
    wanted = {one.ref: left for one in agreed(house) if (left := unreached(house, one))}
    with reading(house.engine) as connection:
        standing = {
            one.ref: one.number
            for one in to_dos.open_to_dos(connection, controller=house.controller)
            if one.kind == LETTERS
        }
    if wanted == standing:
        return sum(wanted.values())
    with house.work() as work:
        for ref in sorted(wanted.keys() | standing.keys()):
            number = wanted.get(ref, 0)
            if number == standing.get(ref, 0):
                continue
            to_dos.stand(
                work.connection,
                controller=house.controller,
                kind=LETTERS,
                ref=ref,
                number=number,
                at=house.at(),
            )
            kind = EventKind.TO_DO_OPENED if number else EventKind.TO_DO_CLOSED
            work.record(kind, ref=ref, facts={"kind": LETTERS}, number=number)
        work.commit()
    return sum(wanted.values())


def waiting(house: House) -> list[Line]:
    """Incidents whose list of whom to tell waits for somebody's yes or no, oldest first."""
    return [one for one in lines(house) if one.plan_state == PlanState.DRAWN]


def is_open(house: House, ref: str) -> bool:
    """Whether anybody can still say yes or no to that list (`P-…`)."""
    with reading(house.engine) as connection:
        known = {
            plan.ref: plan
            for plan in plans.find(connection, controller=house.controller, kind=PlanKind.INCIDENT)
        }
    if ref not in known:
        raise Refused("plan_unknown", ref=ref)
    return known[ref].state is PlanState.DRAWN
