"""Requests of the people whose data it is: each is written down when it comes, and stands on the
list with its days left until it is answered (art. 12; A-35, B-23, T-61, H-61)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import PLAN, REQUEST, SUBJECT, from_reference, new_id, to_reference
from lifecycle.rights import ARTICLE, COPIES, OPEN, Came, Right, Step
from records import rights
from records.engines import reading
from records.lookups import is_known
from records.planned_people import on_plans
from records.rights import Done, Request
from records.tables import NOBODY
from tasks.house.parts import House
from tasks.house.today import local_today


class Line(NamedTuple):
    """One request as a list shows it: nothing in it says who asks."""

    ref: str
    right: str
    article: str
    person: str
    """`S-…`; "" where nobody knows yet, or nothing is held."""
    state: str
    came: str
    received_on: str
    due_on: str
    days_left: int
    """Days until the last one; negative: late. 0 once it is closed."""
    overdue: bool
    more: int
    """Months by which it was extended."""
    outcome: str
    because: tuple[str, ...]
    answered_on: str
    erased_by: tuple[str, ...] = ()
    """`P-…`: erasures under way that take something of which the person waits for a copy."""


class Shown(NamedTuple):
    """One request with what was done."""

    line: Line
    steps: tuple[Done, ...]


def open_request(
    house: House,
    right: Right,
    *,
    about: str = "",
    came: Came,
    received_on: date,
    text: str = "",
    by: str = "",
) -> Line:
    """Write down a request on the day on which somebody learned of it; `received_on`: the local day
    on which it came, from which the month runs. `text`: what was asked, sealed at once. `by`: the
    handle of whoever writes it down.

    Raises `Misconfigured("rights_without_rule")`; `Refused`: `received_in_the_future`,
    `reference_malformed`, `subject_unknown`, `request_open_already` (the same person waits for the
    same already).
    """
    house.policy.rights_rules()
    if received_on > local_today(house):
        raise Refused("received_in_the_future")
    person = from_reference(SUBJECT, about) if about else NOBODY
    number = new_id()
    ref = to_reference(REQUEST, number)
    with house.work() as work:
        if about:
            if not is_known(work.connection, controller=house.controller, number=person):
                raise Refused("subject_unknown")
            require_none_open(work.connection, house, person, right)
        rights.insert(
            work.connection,
            controller=house.controller,
            number=number,
            subject_id=person,
            right=right,
            channel=str(came),
            received_on=received_on,
            at=house.at(),
        )
        if text:
            rights.add_step(
                work.connection,
                house.vault,
                number,
                subject_id=person,
                kind=str(Step.NOTE),
                at=house.at(),
                text=text,
            )
        made = rights.get(work.connection, controller=house.controller, number=number)
        work.record(
            EventKind.REQUEST_OPENED,
            ref=ref,
            rule="A-35",
            facts={
                "right": str(right),
                "came": str(came),
                "received_on": received_on.isoformat(),
                "due_on": made.clock.due_on.isoformat(),
            }
            | ({"person": to_reference(SUBJECT, person)} if about else {})
            | ({"by": by} if by else {}),
        )
        work.commit()
    return line_of(made, today=local_today(house))


def require_none_open(connection: Connection, house: House, person: int, right: Right) -> None:
    """Raises `Refused("request_open_already")` with that request's reference."""
    found = rights.find(
        connection,
        controller=house.controller,
        states=OPEN,
        subject_id=person,
    )
    for one in found:
        if one.right is right:
            raise Refused("request_open_already", ref=one.ref)


def lines(house: House, *, everything: bool = False) -> list[Line]:
    """The requests that wait for an answer, the nearest last day first; `everything`: all."""
    today = local_today(house)
    with reading(house.engine) as connection:
        found = rights.find(
            connection, controller=house.controller, states=None if everything else OPEN
        )
        plans = _erased_by(connection, house, found)
    return [line_of(one, today=today)._replace(erased_by=plans[one.number]) for one in found]


def overdue(house: House) -> list[Line]:
    """Those whose last day is over."""
    return [one for one in lines(house) if one.overdue]


def show(house: House, ref: str) -> Shown:
    """One request with everything that was done. Raises `Refused("request_unknown")`,
    `Refused("reference_malformed")`."""
    number = from_reference(REQUEST, ref)
    with reading(house.engine) as connection:
        found = rights.get(connection, controller=house.controller, number=number)
        done = rights.steps(connection, number)
        plans = _erased_by(connection, house, [found])
    line = line_of(found, today=local_today(house))._replace(erased_by=plans[number])
    return Shown(line, tuple(done))


def _erased_by(
    connection: Connection, house: House, requests: Sequence[Request]
) -> dict[int, tuple[str, ...]]:
    """Request → the erasures that take something of which the person waits for a copy."""
    waiting = {
        one.number: one.subject_id
        for one in requests
        if one.right in COPIES and one.state in OPEN and one.subject_id != NOBODY
    }
    plans = on_plans(connection, controller=house.controller, subjects=set(waiting.values()))
    return {
        one.number: tuple(
            to_reference(PLAN, plan) for plan in plans.get(waiting.get(one.number, NOBODY), ())
        )
        for one in requests
    }


def line_of(request: Request, *, today: date) -> Line:
    """A request as a list shows it on that local day."""
    waits = request.state in OPEN
    clock = request.clock
    return Line(
        ref=request.ref,
        right=str(request.right),
        article=ARTICLE[request.right],
        person=to_reference(SUBJECT, request.subject_id) if request.subject_id else "",
        state=str(request.state),
        came=request.channel,
        received_on=clock.received_on.isoformat(),
        due_on=clock.due_on.isoformat(),
        days_left=clock.days_left(today) if waits else 0,
        overdue=waits and clock.is_late(today),
        more=clock.more,
        outcome="" if request.outcome is None else str(request.outcome),
        because=tuple(map(str, request.because)),
        answered_on="" if request.answered_on is None else request.answered_on.isoformat(),
    )
