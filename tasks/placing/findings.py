"""What stands is shown by reference; where it is, only to whoever asks, and the ledger has it."""

from __future__ import annotations

from typing import Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import FINDING, from_reference, to_reference
from records import findings
from records.engines import reading
from tasks.house.parts import House

ACCOUNTS: Final = "accounts."
"""Before a system's name: the place under which what is wrong with its accounts stands."""


class Standing(NamedTuple):
    """One finding, without a word of the document or of whom it is about."""

    ref: str
    place: str
    sign: str
    data_class: str
    rule: str
    number: int
    since: str
    """UTC, as tables write it."""
    owner: str
    """The role that mends it."""


def standing(house: House, *, place: str | None = None) -> list[Standing]:
    """Every finding that stands, by place and age; those about accounts only where `place` names
    them."""
    with reading(house.engine) as connection:
        rows = findings.listed(connection, controller=house.controller, place=place)
    return [
        Standing(
            ref=to_reference(FINDING, row.id),
            place=row.place,
            sign=row.sign,
            data_class=row.worth,
            rule=row.rule,
            number=row.number,
            since=row.first_seen_at,
            owner=owner_of(house, row.place, rule=row.rule),
        )
        for row in rows
        if place is not None or not row.place.startswith(ACCOUNTS)
    ]


def owner_of(house: House, place: str, *, rule: str = "") -> str:
    """The role that mends what is found at `place`; of an account, by the sentence it breaks."""
    bound = house.scans.get(place)
    if bound is not None:
        return bound.owner
    if place.startswith(ACCOUNTS):
        for each in house.policy.access:
            if place.removeprefix(ACCOUNTS) in each.systems and rule == (each.source.id or each.id):
                return each.order.role
    elif house.policy.placement is not None:
        return house.policy.placement.order.role
    return next(iter(house.policy.approvals.erasure))


def reveal(house: House, ref: str) -> tuple[Standing, str]:
    """A finding and where it is: a path, a system's key and field. Personal data, for a terminal
    only; that it was shown is in the ledger before it is.

    Raises `Refused("finding_unknown")`, `Refused("finding_cleared")`, `KeyFailure`.
    """
    number = from_reference(FINDING, ref)
    with reading(house.engine) as connection:
        row, sealed = findings.get(connection, controller=house.controller, number=number)
    if sealed is None:
        raise Refused("finding_cleared", ref=ref)
    with house.work() as work:
        work.record(EventKind.FINDING_SHOWN, ref=ref, facts={"place": row.place})
        work.commit()
    found = Standing(
        ref, row.place, row.sign, row.worth, row.rule, row.number, row.first_seen_at,
        owner_of(house, row.place, rule=row.rule),
    )  # fmt: skip
    return found, house.vault.open_name(number, sealed)
