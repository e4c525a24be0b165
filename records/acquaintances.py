"""Whom and which cases an import knows: from the records, or from its own rows so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, exists, or_, select

from records import bulk
from records.tables import NOBODY, blind_index, engagement, erasure_list, holding, subject
from records.vault import Vault

NATIONAL_ID: Final = "national_id"
EMAIL: Final = "email"
IDENTITY: Final = "identity"
"""The category that holds names and the national id; the policy must have it."""

Known = tuple[int, bytes | int]
"""(holding id, keyed digest as the records have it, or the hash of the text that this import met
last): a hash is only good within the process, but a quarter of the memory."""


class Person:
    """A subject as far as this import knows it; holdings in the order of the categories."""

    __slots__ = ("email", "holdings", "id", "names")

    def __init__(self, number: int, categories: int) -> None:
        self.id = number
        self.names: str | None = None
        self.email: bytes | None = None
        self.holdings: list[Known | None] = [None] * categories


class Case:
    """An engagement as far as this import knows it."""

    __slots__ = ("as_written", "holdings", "id", "subject_id", "touched")

    def __init__(self, number: int, subject_id: int, as_written: str, categories: int) -> None:
        self.id = number
        self.subject_id = subject_id
        self.as_written = as_written
        self.touched: str | None = None
        """The hand-over that this import asks for: `pending`, `unchanged` or none."""
        self.holdings: list[Known | None] = [None] * categories


class Acquaintances:
    """Looks people and cases up set-wise, the first time that a row speaks of them."""

    def __init__(
        self, connection: Connection, vault: Vault, *, controller: str, categories: Sequence[str]
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._controller = controller
        self._position = {category: n for n, category in enumerate(categories)}
        self._width = len(categories)
        self.people: dict[str, Person] = {}
        self.cases: dict[tuple[str, str], Case] = {}
        self.owner: dict[str, int] = {}
        """Case reference → the person whose case it is."""
        self.erased: set[str] = set()
        """National ids of this file that are on the erasure list."""
        # A case stays when its person is erased; whom an inventory met has none yet.
        anything = [exists().where(t.c.controller == controller) for t in (engagement, subject)]
        self._records_empty = not connection.execute(select(or_(*anything))).scalar_one()
        self._nobody_erased = not connection.execute(select(exists(erasure_list))).scalar_one()

    def meet(self, national_ids: set[str], case_references: set[str]) -> None:
        """Look up those that were not met before."""
        new = national_ids.difference(self.people)
        if new and not self._nobody_erased:
            self._note_erased(new)
        if self._records_empty:
            return
        people = self._meet_people(new)
        cases = self._meet_cases(case_references.difference(self.owner))
        self._note_holdings(people, cases)

    def new_person(self, national_id: str, number: int) -> Person:
        """Somebody whom the records do not know."""
        person = self.people[national_id] = Person(number, self._width)
        return person

    def new_case(self, key: tuple[str, str], number: int, person: Person, as_written: str) -> Case:
        """A case that the records do not know."""
        # One string for both where they are equal: a hundred thousand of them are kept.
        spelling = key[0] if as_written == key[0] else as_written
        case = self.cases[key] = Case(number, person.id, spelling, self._width)
        self.owner[key[0]] = person.id
        return case

    def _note_erased(self, new: set[str]) -> None:
        digests = {self._vault.index_digest(NATIONAL_ID, value): value for value in new}
        for (digest,) in bulk.fetch_in(
            self._connection, (erasure_list.c.digest,), erasure_list.c.digest, list(digests)
        ):
            self.erased.add(digests[bytes(digest)])

    def _meet_people(self, new: set[str]) -> dict[int, Person]:
        digests = {self._vault.index_digest(NATIONAL_ID, value): value for value in new}
        found: dict[int, Person] = {}
        for digest, kind, number in bulk.fetch_in(
            self._connection,
            (blind_index.c.digest, blind_index.c.kind, blind_index.c.subject_id),
            blind_index.c.digest,
            list(digests),
        ):
            if kind == NATIONAL_ID:
                found[number] = self.new_person(digests[bytes(digest)], number)
        return found

    def _meet_cases(self, new: set[str]) -> dict[int, Case]:
        found: dict[int, Case] = {}
        for number, controller, owner, reference, service in bulk.fetch_in(
            self._connection,
            (
                engagement.c.id,
                engagement.c.controller,
                engagement.c.subject_id,
                engagement.c.case_reference,
                engagement.c.service,
            ),
            engagement.c.case_reference,
            list(new),
        ):
            if controller == self._controller:
                case = Case(number, owner, reference, self._width)
                found[number] = self.cases[reference, service] = case
                if owner != NOBODY:
                    self.owner[reference] = owner
        return found

    def _note_holdings(self, people: dict[int, Person], cases: dict[int, Case]) -> None:
        """What is held of them, found by person: a case's holdings are its person's too."""
        owners = {case.subject_id for case in cases.values()} - {NOBODY}
        for owner, number, category, case_id, digest in bulk.fetch_in(
            self._connection,
            (
                holding.c.subject_id,
                holding.c.id,
                holding.c.category,
                holding.c.engagement_id,
                holding.c.digest,
            ),
            holding.c.subject_id,
            sorted(owners.union(people)),
        ):
            holder = people.get(owner) if case_id is None else cases.get(case_id)
            # What no export brings (who agreed to what) is none of the import's business.
            if holder is not None and category in self._position:
                holder.holdings[self._position[category]] = (number, bytes(digest))
