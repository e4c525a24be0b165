"""Whoever received somebody's data is told that it was rectified, erased or restricted, each
telling with its own record (art. 19, H-31)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from lifecycle.disclosure import LEFT_US
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, SUBJECT, TELLING, from_reference, to_reference
from lifecycle.telling import Because
from records import disclosures, received, tellings, to_dos
from records.engines import reading
from records.officers import Officer
from records.plans import Plan
from records.tellings import About, Telling
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.officers.codes import agree
from tasks.telling import orders as telling_orders

TELL: Final = "tell_recipients"
"""The to-do: tell one recipient of one rectification, erasure or restriction."""


def open_erased(house: House, work: UnitOfWork, plan: Plan) -> int:
    """An erasure is proven: note whom to tell of it, within the same transaction; how many.

    Counted are those of whom exactly what was disclosed is gone. Safe to repeat.
    """
    people = disclosures.of_erased(
        work.connection, controller=house.controller, plan_number=plan.number, stages=LEFT_US
    )
    if not people:
        return 0
    opened = tellings.open_erased(
        work.connection,
        controller=house.controller,
        plan_id=plan.number,
        people={number: len(who) for number, who in people.items()},
        at=house.at(),
    )
    _note_opened(house, work, opened)
    return len(opened)


def open_rectified(
    house: House,
    work: UnitOfWork,
    import_id: int,
    changed: Mapping[int, Mapping[str, Collection[int | None]]],
) -> int:
    """An import has changed these people's data (person → category → cases; None: whatever the
    case): note whom to tell of it, each recipient of what they received, within the import's own
    transaction; how many. Safe to repeat."""
    if not changed:
        return 0
    about = received.by_whom(
        work.connection,
        controller=house.controller,
        of=changed,
        cases={
            (person, category): cases
            for person, categories in changed.items()
            for category, cases in categories.items()
        },
    )
    return open_about(house, work, Because.RECTIFIED, import_id, about)


def open_about(
    house: House,
    work: UnitOfWork,
    because: Because,
    cause_id: int,
    about: Mapping[int, About],
) -> int:
    """Note that the recipients of these disclosures must be told about these people; how many."""
    if not about:
        return 0
    opened = tellings.open_about(
        work.connection,
        controller=house.controller,
        because=because,
        cause_id=cause_id,
        about=about,
        at=house.at(),
    )
    _note_opened(house, work, opened)
    return len(opened)


def waiting(house: House) -> list[Telling]:
    """The tellings that are still to be done, oldest first."""
    with reading(house.engine) as connection:
        return tellings.find(connection, controller=house.controller)


def about_whom(house: House, ref: str) -> list[tuple[str, tuple[str, ...]]]:
    """Whom a telling (`N-…`) of a rectification or a restriction is about, by reference, and which
    categories; nobody for an erasure's. Raises `Refused("telling_unknown")`."""
    number = from_reference(TELLING, ref)
    with reading(house.engine) as connection:
        tellings.get(connection, controller=house.controller, number=number)
        people = tellings.about(connection, number)
    return [(to_reference(SUBJECT, person), categories) for person, categories in people.items()]


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
        close_by(house, work, found, who)
        telling_orders.close_open(house, work, found, by=to_reference(OFFICER, who.id))
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)


def close_by(house: House, work: UnitOfWork, one: Telling, who: Officer) -> None:
    """That officer has told them, within the caller's transaction. Raises `Changed`."""
    by = to_reference(OFFICER, who.id)
    close(house, work, one, by=by, acted=one.people, facts={"officer": by})


def close(
    house: House,
    work: UnitOfWork,
    one: Telling,
    *,
    by: str,
    acted: int,
    facts: Mapping[str, str],
) -> None:
    """There is nobody to tell of it any more, within the caller's transaction. Raises `Changed`."""
    tellings.note_done(work.connection, one.number, by=by, at=house.at())
    to_dos.close_to_do(
        work.connection, controller=house.controller, kind=TELL, ref=one.ref, at=house.at()
    )
    work.record(
        EventKind.TELLING_DONE,
        ref=one.ref,
        rule="H-31",
        expected=one.people,
        acted=acted,
        facts={**facts, "disclosure": one.disclosure, "because": str(one.because)},
    )
    work.record(EventKind.TO_DO_CLOSED, ref=one.ref, facts={"kind": TELL})


def _note_opened(house: House, work: UnitOfWork, opened: Sequence[Telling]) -> None:
    for one in opened:
        to_dos.open_to_do(
            work.connection,
            controller=house.controller,
            kind=TELL,
            ref=one.ref,
            number=one.people,
            at=house.at(),
        )
        cause = {} if one.cause is None else {"cause": one.cause}
        work.record(
            EventKind.TELLING_OPENED,
            ref=one.ref,
            rule="H-31",
            expected=one.people,
            facts={"disclosure": one.disclosure, "because": str(one.because), **cause},
        )
        work.record(EventKind.TO_DO_OPENED, ref=one.ref, facts={"kind": TELL}, number=one.people)
