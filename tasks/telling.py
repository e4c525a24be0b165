"""Whoever received somebody's data is told that it was erased, each telling with its own record
(art. 19, H-31)."""

from __future__ import annotations

from typing import Final

from lifecycle.disclosure import LEFT_US
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, TELLING, from_reference, to_reference
from records import disclosures, tellings, to_dos
from records.engines import reading
from records.officers import Officer
from records.plans import Plan
from records.tellings import Telling
from records.unit_of_work import UnitOfWork
from tasks.house import House
from tasks.officer_codes import agree

TELL: Final = "tell_recipients"
"""The to-do: tell one recipient of one erasure."""


def open_tellings(house: House, work: UnitOfWork, plan: Plan) -> int:
    """An erasure is proven: note whom to tell of it, within the same transaction; how many.

    Counted are those of whom exactly what was disclosed is gone. Safe to repeat.
    """
    people = disclosures.of_erased(
        work.connection, controller=house.controller, plan_number=plan.number, stages=LEFT_US
    )
    if not people:
        return 0
    opened = tellings.open_all(
        work.connection,
        controller=house.controller,
        plan_id=plan.number,
        people=people,
        at=house.at(),
    )
    for one in opened:
        to_dos.open_to_do(
            work.connection,
            controller=house.controller,
            kind=TELL,
            ref=one.ref,
            number=one.people,
            at=house.at(),
        )
        work.record(
            EventKind.TELLING_OPENED,
            ref=one.ref,
            rule="H-31",
            expected=one.people,
            facts={"disclosure": one.disclosure, "erasure": one.erasure},
        )
        work.record(EventKind.TO_DO_OPENED, ref=one.ref, facts={"kind": TELL}, number=one.people)
    return len(opened)


def waiting(house: House) -> list[Telling]:
    """The tellings that are still to be done, oldest first."""
    with reading(house.engine) as connection:
        return tellings.find(connection, controller=house.controller)


def note_told(house: House, ref: str, *, officer: str, code: str) -> None:
    """An officer has told the recipient (`N-…`).

    Raises `Refused`: `telling_unknown`, `telling_done`, or as `officer_codes.agree` does.
    """
    number = from_reference(TELLING, ref)
    with reading(house.engine) as connection:
        tellings.get(connection, controller=house.controller, number=number)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        found = tellings.get(work.connection, controller=house.controller, number=number)
        if found.done_at is not None:
            return "telling_done"
        by = to_reference(OFFICER, who.id)
        tellings.note_done(work.connection, number, by=by, at=house.at())
        to_dos.close_to_do(
            work.connection, controller=house.controller, kind=TELL, ref=ref, at=house.at()
        )
        work.record(
            EventKind.TELLING_DONE,
            ref=ref,
            rule="H-31",
            expected=found.people,
            acted=found.people,
            facts={"officer": by, "disclosure": found.disclosure},
        )
        work.record(EventKind.TO_DO_CLOSED, ref=ref, facts={"kind": TELL})
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
