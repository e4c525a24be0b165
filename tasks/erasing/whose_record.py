"""A system may give a key anew: before anything is done to a record it is asked whose it is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Final

from sqlalchemy import Connection

from lifecycle.identifiers import CASE_REFERENCE, EMAIL, IDENTIFIERS, NATIONAL_ID, canonical
from records import bulk
from records.tables import blind_index, engagement
from tasks.house.parts import House
from tasks.house.today import local_today

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

    `surely`: only what it bears of theirs makes it theirs; of a record that bears nothing by which
    they are known nobody can tell, unless they are known by nothing and it bears nothing: what is
    given to others is never somebody else's.
    """
    known: dict[int, dict[str, set[bytes]]] = {n: defaultdict(set) for n in subjects}
    for digest, kind, number in bulk.fetch_in(
        connection,
        (blind_index.c.digest, blind_index.c.kind, blind_index.c.subject_id),
        blind_index.c.subject_id,
        sorted(known),
    ):
        known[number][kind].add(bytes(digest))
    if not surely:
        return {number: partial(_is_theirs, house, digests) for number, digests in known.items()}
    for case, number in bulk.fetch_in(
        connection,
        (engagement.c.case_reference, engagement.c.subject_id),
        engagement.c.subject_id,
        sorted(known),
    ):
        known[number][CASE_REFERENCE].add(house.vault.index_digest(CASE_REFERENCE, case))
    return {number: partial(_is_surely_theirs, house, digests) for number, digests in known.items()}


def _is_theirs(house: House, known: Known, identifiers: Mapping[str, str]) -> bool | None:
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
    same = not borne or any(digest in known[kind] for kind, digest in borne.items())
    return True if same else None


def _is_surely_theirs(house: House, known: Known, identifiers: Mapping[str, str]) -> bool | None:
    """A national id decides alone where both have one, and one that is none (a TF number) is not
    theirs; else something in common is needed, a case number too."""
    borne = {
        kind: house.vault.index_digest(kind, text)
        for kind, text in spelled(house, identifiers).items()
    }
    if NATIONAL_ID in known and identifiers.get(NATIONAL_ID, "").strip():
        if NATIONAL_ID not in borne:
            return None
        return borne[NATIONAL_ID] in known[NATIONAL_ID]
    if not known and not identifiers:
        return True
    same = any(digest in known.get(kind, ()) for kind, digest in borne.items())
    return True if same else None
