"""A system may give a key anew: before anything is done to a record it is asked whose it is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Final

from sqlalchemy import Connection

from lifecycle.identifiers import EMAIL, IDENTIFIERS, NATIONAL_ID, canonical
from records import bulk
from records.tables import blind_index
from tasks.house import House
from tasks.intake import local_today

_DECIDING: Final = (NATIONAL_ID, EMAIL)
"""Case numbers are not among them: a person gets new ones, and erased ones are forgotten."""

Known = Mapping[str, Collection[bytes]]
"""Kind of identifier → digests by which a person is known."""


def spelled(house: House, identifiers: Mapping[str, str]) -> dict[str, str]:
    """A record's identifiers in their one spelling, the surest first; without those that identify
    nobody."""
    intake = house.policy.intake
    found = {}
    for kind in IDENTIFIERS:
        text = canonical(
            kind,
            identifiers.get(kind, ""),
            country=house.policy.controller.country,
            today=local_today(house),
            minimum_age=0 if intake is None else intake.minimum_age,
        )
        if text is not None:
            found[kind] = text
    return found


def recognisers(
    connection: Connection, house: House, subjects: Collection[int], *, surely: bool = False
) -> dict[int, Callable[[Mapping[str, str]], bool | None]]:
    """For each of these people: whether a record with such identifiers is theirs.

    `surely`: nobody can tell of a record that bears none, unless the person is known by none: what
    is given to others is never somebody else's.
    """
    known: dict[int, dict[str, set[bytes]]] = {n: defaultdict(set) for n in subjects}
    for digest, kind, number in bulk.fetch_in(
        connection,
        (blind_index.c.digest, blind_index.c.kind, blind_index.c.subject_id),
        blind_index.c.subject_id,
        sorted(known),
    ):
        known[number][kind].add(bytes(digest))
    return {
        number: partial(_is_theirs, house, digests, surely) for number, digests in known.items()
    }


def _is_theirs(
    house: House, known: Known, surely: bool, identifiers: Mapping[str, str]
) -> bool | None:
    """A national id decides alone where both have one; else anything in common is enough. Nothing
    to compare says nothing against it. Another address may be the same person's new one: nobody
    can tell."""
    borne = {
        kind: house.vault.index_digest(kind, text)
        for kind, text in spelled(house, identifiers).items()
        if kind in _DECIDING and kind in known
    }
    if NATIONAL_ID in borne:
        return borne[NATIONAL_ID] in known[NATIONAL_ID]
    if surely and known and not identifiers:
        return None
    same = not borne or any(digest in known[kind] for kind, digest in borne.items())
    return True if same else None
