"""Whose a record is: by exact identifiers only, and nobody's when one of them fits two people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from sqlalchemy import Connection

from lifecycle.identifiers import NATIONAL_ID
from records import bulk, placements
from records.placements import Place
from records.tables import NOBODY, blind_index, engagement, erasure_list, subject
from records.vault import Vault


class Sighting(NamedTuple):
    """A record as an inventory met it, by keyed digests."""

    digest: bytes
    """Of the system's own key."""
    kind: str
    identifiers: tuple[tuple[str, bytes], ...]
    """(kind, digest), the surest first."""
    case_reference: str | None
    mention: bool = False
    """Somebody is named here: who is not known is nobody, and nobody becomes known by it."""


class Nobody(Enum):
    """Why a record is no known person's."""

    NEW = 1
    RETURNED = 2
    """New, and on the erasure list."""
    AMBIGUOUS = 3
    UNKNOWN = 4
    """Mentioned, and nobody whom we have anything to do with."""


class Recognition:
    """Who is known among some records of one system; looked up set-wise."""

    def __init__(
        self, connection: Connection, *, controller: str, system: str, sightings: Sequence[Sighting]
    ) -> None:
        self._connection = connection
        self._controller = controller
        self._system = system
        self.places: dict[bytes, Place] = placements.lookup(
            connection,
            controller=controller,
            system=system,
            digests=[s.digest for s in sightings],
        )
        self._index: dict[tuple[str, bytes], set[int]] = defaultdict(set)
        self._erased: set[bytes] = set()
        self._read_index(sightings)
        candidates = {number for found in self._index.values() for number in found}
        candidates |= {place.subject_id for place in self.places.values()}
        self._kinds: dict[int, set[str]] = defaultdict(set)
        self._keys_here: dict[int, set[tuple[int, str]]] = defaultdict(set)
        self._with_national_id: set[int] = set()
        self._read_people(sorted(candidates))

    def recognise(self, seen: Sighting) -> int | Nobody:
        """The person, or why there is none.

        A national id decides alone. By anything else somebody is recognised only among people of
        the same kind, of whom there is exactly one, without another record in this very system:
        two records with one address are two people (siblings with their mother's).
        """
        place = self.places.get(seen.digest)
        owner = None if place is None else place.subject_id
        if seen.mention:
            return self._who_is_mentioned(seen, owner)
        if seen.identifiers and seen.identifiers[0][0] == NATIONAL_ID:
            return self._by_national_id(seen.identifiers[0], owner)
        for identifier in seen.identifiers:
            fitting = {n for n in self._index[identifier] if seen.kind in self._kinds[n]}
            if owner is not None:
                better = self._who_owns_better(fitting - {owner}, owner, seen.kind)
                if better is not None:
                    return better
            elif len(fitting) > 1:
                return Nobody.AMBIGUOUS
            elif fitting and not self._has_other_record(min(fitting), seen.kind):
                return min(fitting)
        return Nobody.NEW if owner is None else owner

    def learn(self, number: int, seen: Sighting, placement_id: int) -> list[tuple[str, bytes]]:
        """From now on the person is known by this record too; the identifiers that are new."""
        new = [one for one in seen.identifiers if number not in self._index[one]]
        for identifier in new:
            self._index[identifier].add(number)
            if identifier[0] == NATIONAL_ID:
                self._with_national_id.add(number)
        self._kinds[number].add(seen.kind)
        self._keys_here[number].add((placement_id, seen.kind))
        return new

    def leave(self, place: Place) -> None:
        """A record turned out to be somebody else's."""
        self._keys_here[place.subject_id].discard((place.id, place.kind))

    def _who_is_mentioned(self, seen: Sighting, owner: int | None) -> int | Nobody:
        """Exactly one person of that kind, however often; two with one address are nobody."""
        fitting = {
            number
            for identifier in seen.identifiers
            for number in self._index[identifier]
            if seen.kind in self._kinds[number]
        }
        if owner is not None and owner in fitting:
            return owner
        if len(fitting) > 1:
            return Nobody.AMBIGUOUS
        return min(fitting, default=Nobody.UNKNOWN if owner is None else owner)

    def _by_national_id(self, identifier: tuple[str, bytes], owner: int | None) -> int | Nobody:
        found = self._index[identifier]
        if len(found) > 1:
            return Nobody.AMBIGUOUS
        if found:
            return min(found)
        if owner is not None and owner not in self._with_national_id:
            return owner
        return Nobody.RETURNED if identifier[1] in self._erased else Nobody.NEW

    def _who_owns_better(self, others: set[int], owner: int, kind: str) -> int | None:
        """Somebody was known by an address alone until the same address came with a national id."""
        if owner in self._with_national_id or len(others) != 1:
            return None
        other = min(others)
        if other not in self._with_national_id or self._has_other_record(other, kind):
            return None
        return other

    def _has_other_record(self, number: int, kind: str) -> bool:
        return any(k == kind for _, k in self._keys_here[number])

    def _read_index(self, sightings: Sequence[Sighting]) -> None:
        digests = {digest for s in sightings for _, digest in s.identifiers}
        for digest, kind, number in bulk.fetch_in(
            self._connection,
            (blind_index.c.digest, blind_index.c.kind, blind_index.c.subject_id),
            blind_index.c.digest,
            list(digests),
        ):
            self._index[kind, bytes(digest)].add(number)
        self._erased = {
            bytes(digest)
            for (digest,) in bulk.fetch_in(
                self._connection, (erasure_list.c.digest,), erasure_list.c.digest, list(digests)
            )
        }
        by_case = {
            s.case_reference: identifier
            for s in sightings
            if s.case_reference is not None
            for identifier in s.identifiers
            if identifier[0] == "case_reference"
        }
        for reference, number in bulk.fetch_in(
            self._connection,
            (engagement.c.case_reference, engagement.c.subject_id),
            engagement.c.case_reference,
            list(by_case),
            also={engagement.c.controller: self._controller},
        ):
            if number != NOBODY:
                self._index[by_case[reference]].add(number)

    def _read_people(self, candidates: list[int]) -> None:
        for number, kind in bulk.fetch_in(
            self._connection, (subject.c.id, subject.c.kind), subject.c.id, candidates
        ):
            self._kinds[number].add(kind)
        for place in placements.of_people(self._connection, candidates):
            self._kinds[place.subject_id].add(place.kind)
            if place.system == self._system:
                self._keys_here[place.subject_id].add((place.id, place.kind))
        self._with_national_id = {
            number
            for (number,) in bulk.fetch_in(
                self._connection,
                (blind_index.c.subject_id,),
                blind_index.c.subject_id,
                candidates,
                also={blind_index.c.kind: NATIONAL_ID},
            )
        }


def identifier_digests(vault: Vault, spelled: dict[str, str]) -> tuple[tuple[str, bytes], ...]:
    """(kind, digest) of identifiers in their one spelling, in the order given."""
    return tuple((kind, vault.index_digest(kind, text)) for kind, text in spelled.items())
