"""How somebody is reached: by the mail address that our records or a system hold of them, and of
nobody else; whose identity is protected is never written to by mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from connectors.payload import read_payload
from connectors.system import Asked, Exports, Shown, Value
from lifecycle.errors import GallraError, Refused
from lifecycle.policy.check_retention import fields_of
from records import disclosures, placements
from records.engines import reading
from tasks.erasing.whose_record import recognisers
from tasks.house.parts import House
from tasks.sharing.reading_out import ProtectedHere, exporting

_ADDRESS: Final = re.compile(r"[^\s@,;<>\"]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{1,251}\.[A-Za-z]{2,24}")
_MAIL: Final = "email"
"""What the policies call an address for mail."""
_AT_A_TIME: Final = 500


class Reach(NamedTuple):
    """How one person is reached; the address is personal."""

    subject_id: int
    email: str | None
    why: str = ""
    """The reason code for which there is no address."""

    def __repr__(self) -> str:
        return f"Reach(subject_id={self.subject_id}, why={self.why})"


NO_MAIL: Final = "no_mail_address"
PROTECTED: Final = "identity_protected"
NOT_REACHED: Final = "system_unreachable"
"""A system that might know an address did not answer: the next run asks again."""


def reach(house: House, people: Sequence[int]) -> Iterator[Reach]:
    """How each of these is reached, in the order asked; our own records first, then each system
    that can be read out. Nothing is kept of it.

    A system that does not answer makes `system_unreachable` of those whom only it might know.
    Raises `KeyFailure`.
    """
    for start in range(0, len(people), _AT_A_TIME):
        part = list(people[start : start + _AT_A_TIME])
        found = _ours(house, part)
        left = [person for person in part if person not in found]
        elsewhere = _elsewhere(house, left)
        for person in part:
            yield found.get(person) or elsewhere.get(person) or Reach(person, None, NO_MAIL)


def _ours(house: House, people: Sequence[int]) -> dict[int, Reach]:
    policy = house.policy
    wanted = {name for name in policy.categories if _MAIL in fields_of(policy, [name])}
    with reading(house.engine) as connection:
        held = disclosures.content(connection, list(people), wanted, only={})
    opened = house.vault.open(
        [(one.holding_id, one.subject_id, one.category, one.sealed) for one in held]
    )
    found: dict[int, Reach] = {}
    for one, plain in zip(held, opened, strict=True):
        told = read_payload(b'{"%b":%b}' % (one.category.encode(), plain))
        address = told.get(one.category, {}).get(_MAIL, "").strip()
        if one.subject_id not in found and _ADDRESS.fullmatch(address):
            found[one.subject_id] = Reach(one.subject_id, address)
    return found


def _elsewhere(house: House, people: Sequence[int]) -> dict[int, Reach]:
    policy = house.policy
    with reading(house.engine) as connection:
        places = [
            place
            for place in placements.of_people(connection, people)
            if isinstance(house.systems.get(place.system), Exports)
        ]
        whose = recognisers(connection, house, people, surely=True)
        kept = placements.opened(connection, house.vault, numbers=[one.id for one in places])
    marked = ProtectedHere(house)
    found: dict[int, Reach] = {}
    places.sort(key=lambda one: (one.system, one.id))
    for name, group in groupby(places, key=lambda one: one.system):
        system = exporting(house, name)
        here = [
            (place, tuple(sorted(wanted)))
            for place in group
            if (wanted := {c for c in place.categories if _MAIL in fields_of(policy, [c])})
        ]
        asked = [
            Asked(
                key=kept[place.id].key,
                kind=kept[place.id].kind,
                categories=categories,
                theirs=whose[place.subject_id],
            )
            for place, categories in here
        ]
        try:
            answers = list(system.read_out(asked)) if asked else []
        except Refused:
            answers = []
        except GallraError:
            for place, _ in here:
                found.setdefault(place.subject_id, Reach(place.subject_id, None, NOT_REACHED))
            continue
        for (place, _), answer in zip(here, answers, strict=False):
            person = place.subject_id
            if answer.shown is Shown.PROTECTED or marked.shows(answer.values):
                found[person] = Reach(person, None, PROTECTED)
            elif answer.shown is Shown.TAKEN and _may_replace(found.get(person)):
                address = _address(answer.values)
                if address is not None:
                    found[person] = Reach(person, address)
    return found


def _may_replace(known: Reach | None) -> bool:
    """An address outweighs a system that was silent; a protected identity outweighs everything."""
    return known is None or (known.email is None and known.why != PROTECTED)


def _address(values: Iterable[Value]) -> str | None:
    for value in values:
        if value.field == _MAIL and _ADDRESS.fullmatch(value.text.strip()):
            return value.text.strip()
    return None
