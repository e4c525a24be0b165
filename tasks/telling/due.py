"""By when a recipient is told the policy says; where it leaves that open there is no last day
(art. 19, H-31)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from lifecycle import telling
from lifecycle.telling import Because, How
from records import tellings
from records.engines import reading
from records.tellings import Telling
from tasks.house.parts import House


class ToTell(NamedTuple):
    """One telling that is still to be done, as lists show it."""

    ref: str
    disclosure: str
    cause: str | None
    """The erasure, `P-…`, or the import, `I-…`; None: a person started it."""
    because: Because
    people: int
    opened_at: str
    due_on: str
    """The last local day; "" where nobody has decided one."""
    overdue: bool
    how: How | None
    """None: no run has seen to it."""


def to_tell(house: House) -> list[ToTell]:
    """What is still to be told, the oldest first."""
    with reading(house.engine) as connection:
        found = tellings.find(connection, controller=house.controller)
    late = {one.number for one in overdue(house, found)}
    return [
        ToTell(
            ref=one.ref,
            disclosure=one.disclosure,
            cause=one.cause,
            because=one.because,
            people=one.people,
            opened_at=one.opened_at,
            due_on="" if (day := due_on(house, one)) is None else day.isoformat(),
            overdue=one.number in late,
            how=one.how,
        )
        for one in found
    ]


def due_on(house: House, one: Telling) -> date | None:
    """The last local day on which they may be told; None where the policy leaves it open."""
    sharing = house.policy.sharing
    rule = None if sharing is None else sharing.telling
    if rule is None:
        return None
    opened_at = datetime.fromisoformat(one.opened_at)
    return telling.due_on(opened_at.astimezone(house.policy.controller.zone).date(), rule.within)


def overdue(house: House, waiting: Iterable[Telling]) -> list[Telling]:
    """Those of these whose last day is over."""
    today = house.now().astimezone(house.policy.controller.zone).date()
    return [one for one in waiting if (due_on(house, one) or today) < today]
