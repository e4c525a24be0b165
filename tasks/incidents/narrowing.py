"""Which of the data that was found is concerned is judged by somebody, and it is that which the
authority and the people are told of (art. 33(3)(a), 34(2))."""

from __future__ import annotations

from collections.abc import Collection

from lifecycle.errors import Refused
from lifecycle.incident.states import Situation, Step
from lifecycle.ledger import EventKind
from records import incidents
from records.engines import reading
from records.incidents import Incident, Scope
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.incidents.steps import by, judged, record
from tasks.incidents.who import CATEGORY, concerned, scopes_of


def narrow(
    house: House, ref: str, *, only: Collection[str], officer: str, code: str
) -> tuple[str, ...]:
    """Of all that was found only these categories are concerned; the categories, sorted.

    Each must be among what `gallra incident who B-…` finds without it; `()` takes it back. Whoever
    has nothing of them is not concerned any more. The list of whom to tell and the letter are made
    of it, and what was agreed before holds no more. A part that is added later takes it back too.

    Raises `Refused`: `category_not_concerned` (also for one that the policy does not know),
    `nobody_concerned`, `people_told`, or as `incident_steps.judged`.
    """
    wanted = tuple(sorted(set(only)))
    if wanted and not set(wanted) <= _found(house, ref):
        raise Refused("category_not_concerned", ref=ref)

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        stood = incidents.scopes(work.connection, one.number)
        if wanted == tuple(part.ref for part in stood if part.kind == CATEGORY):
            # It stands so already; that somebody said it again is known.
            record(work, EventKind.INCIDENT_NOTED, one, {"what": CATEGORY} | by(who))
            return
        incidents.replace_scopes(work.connection, one.number, CATEGORY, wanted, at=house.at())
        for name in wanted or ("all",):
            facts = {"what": CATEGORY, "about": name} | by(who)
            record(work, EventKind.INCIDENT_SCOPED, one, facts)

    judged(house, ref, Step.NARROW, officer=officer, code=code, change=change)
    return wanted


def leave_out(
    house: House, ref: str, *, parts: Collection[str], officer: str, code: str
) -> tuple[str, ...]:
    """It is not about these parts after all (a system, a file, a person, as they were named; `all`
    for everything); the parts that are left, sorted.

    What was narrowed is taken back with them, as it was judged of other parts, and what was agreed
    before holds no more. Nobody is forgotten by it: the ledger has both events.

    Raises `Refused`: `part_not_said`, `people_told`, or as `incident_steps.judged`.
    """
    wanted = set(parts)
    stands = [part for part in scopes_of(house, ref) if part.kind != CATEGORY]
    if not wanted or not wanted <= {part.ref for part in stands}:
        raise Refused("part_not_said", ref=ref)

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        stood = incidents.scopes(work.connection, one.number)
        for part in stood:
            if part.kind == CATEGORY or part.ref not in wanted:
                continue
            incidents.drop_scope(work.connection, one.number, part)
            facts = {"what": part.kind, "about": part.ref, "taken_back": "yes"} | by(who)
            record(work, EventKind.INCIDENT_SCOPED, one, facts)
        if any(part.kind == CATEGORY for part in stood):
            incidents.replace_scopes(work.connection, one.number, CATEGORY, (), at=house.at())
            facts = {"what": CATEGORY, "about": "all"} | by(who)
            record(work, EventKind.INCIDENT_SCOPED, one, facts)

    judged(house, ref, Step.NARROW, officer=officer, code=code, change=change)
    return tuple(sorted(part.ref for part in stands if part.ref not in wanted))


def _found(house: House, ref: str) -> set[str]:
    """The categories of everybody whom its parts concern, as if it were not narrowed."""
    whole: list[Scope] = [part for part in scopes_of(house, ref) if part.kind != CATEGORY]
    with reading(house.engine) as connection:
        people = concerned(house, connection, whole)
    if not people:
        raise Refused("nobody_concerned", ref=ref)
    return {name for person in people.values() for held in person.at.values() for name in held}
