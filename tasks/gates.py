"""Before anything is done with a person's data it is asked whether they said no, or whether it may
only be stored (art. 18, 21)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection

from lifecycle.barred import Barred, Use, stops
from lifecycle.errors import Refused
from lifecycle.references import SUBJECT, to_reference
from records import barred
from records.engines import reading
from tasks.house import House

CODES: Final[Mapping[Barred, str]] = {
    Barred.RESTRICTION: "data_restricted",
    Barred.OBJECTION: "person_objected",
    Barred.OPT_OUT: "person_opted_out",
}


def barred_of(
    house: House, people: Collection[int], use: Use, *, connection: Connection | None = None
) -> dict[int, Barred]:
    """Of these people those with whose data that may not be done, and why."""
    if connection is None:
        with reading(house.engine) as opened:
            return barred_of(house, people, use, connection=opened)
    bars: dict[int, list[barred.Standing]] = {}
    for one in barred.standing(connection, controller=house.controller, subjects=people):
        bars.setdefault(one.subject_id, []).append(one)
    found = {}
    for person, theirs in bars.items():
        why = stops([one.bar for one in theirs], use)
        if why is not None:
            found[person] = why
    return found


def require_free(house: House, people: Collection[int], use: Use) -> None:
    """Return only if that may be done with the data of all of them.

    Raises `Refused` with the person's reference: `data_restricted`, `person_objected`,
    `person_opted_out`.
    """
    for person, why in sorted(barred_of(house, people, use).items()):
        raise Refused(CODES[why], ref=to_reference(SUBJECT, person))
