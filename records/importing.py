"""The rows of one export are judged against each other and the records, and kept, all or nothing.

One transaction per file: a reader that fails half-way leaves nothing behind.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from sqlalchemy import Connection, select

from lifecycle.intake.outcomes import (
    OUTCOME_OF_ROW_REASON,
    Candidate,
    JudgedRow,
    RowOutcome,
    RowReason,
)
from lifecycle.references import APART, new_id
from records import barred, bulk
from records.acquaintances import EMAIL, IDENTITY, NATIONAL_ID, Acquaintances, Case, Person
from records.import_writer import ImportWriter
from records.received import Rectified, watched
from records.tables import NOBODY, engagement, handover, holding
from records.vault import Vault

_EMPTY: Final = "{}"
_REASONS: Final[tuple[RowReason | None, ...]] = (None, *RowReason)
_CODE: Final = {reason: code for code, reason in enumerate(_REASONS)}
_OUTCOME: Final = {None: RowOutcome.ACCEPTED.value} | {
    reason: outcome.value for reason, outcome in OUTCOME_OF_ROW_REASON.items()
}
# Where `Candidate` has what stands in clear of a case, in the order of `import_writer.CLEAR`.
assert Candidate._fields[6:10] == ("project", "start", "end", "broke_off")  # noqa: S101


class NamesOf(Protocol):
    """Folded, sorted name words of an opened identity holding."""

    def __call__(self, identity: bytes, /) -> str: ...


class Importing:
    """Takes the judged rows of one file into the records, inside the caller's unit of work."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        *,
        controller: str,
        categories: Sequence[str],
        per_case: frozenset[str],
        subject_kind: str,
        refuse_returning: bool,
        names_of: NamesOf,
        at: str,
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._controller = controller
        self._layout = [(category, category in per_case) for category in categories]
        self._identity = list(categories).index(IDENTITY)
        self._kind = subject_kind
        self._refuse_returning = refuse_returning
        self._names_of = names_of
        self._at = at
        self._known = Acquaintances(connection, vault, controller=controller, categories=categories)
        self._writer = ImportWriter(connection, vault)
        self._services: dict[str, str] = {}
        self._changed_people: set[int] = set()
        self._rows = array("q")
        self._last_id = self._first_id = new_id()
        self._restricted = barred.restricted(connection, controller=controller)
        self._rectified = Rectified(watched(connection, controller=controller))
        self.counts: dict[str, int] = dict.fromkeys(
            ("rows", *(outcome.value for outcome in RowOutcome)), 0
        ) | dict.fromkeys(("updated", "new_people", "new_cases", "returned", "dropped_columns"), 0)

    @property
    def has_participants(self) -> bool:
        """Whether any row was about somebody, acceptable or not."""
        return self.counts["rows"] > self.counts["ignored"]

    @property
    def rows(self) -> Iterator[tuple[int, int, str | None]]:
        """(sheet, row, reason or None) of every row, in order."""
        for packed in self._rows:
            yield packed >> 44, packed >> 8 & 0xFFFFFFFFF, _REASONS[packed & 0xFF]

    @property
    def touched_people(self) -> list[int]:
        """Whose cases are new or changed: their dates have to be worked out anew."""
        cases = self._known.cases.values()
        return sorted({case.subject_id for case in cases if case.touched == "pending"})

    def rectified(self) -> dict[int, dict[str, set[int | None]]]:
        """Whose which categories, of what others received, are not as they were, and of which
        cases; after `write`."""
        return self._rectified.changed(self._connection)

    def add(self, batch: Sequence[JudgedRow]) -> None:
        """Judge a batch of rows against all before it, and stage what is acceptable."""
        candidates = [row.candidate for row in batch if row.candidate is not None]
        self._known.meet(
            {c.national_id for c in candidates}, {c.case_reference for c in candidates}
        )
        counts, rows = self.counts, self._rows
        counts["rows"] += len(batch)
        for row in batch:
            reason = row.reason
            if row.candidate is not None:
                reason = self._take(row.candidate)
            rows.append(row.sheet << 44 | row.row << 8 | _CODE[reason])
            counts[_OUTCOME[reason]] += 1
        if self._writer.is_full:
            self._writer.write()

    def write(self) -> None:
        """Write everything that is still staged."""
        self._writer.write()

    def finish(self, import_id: int) -> int:
        """Write the hand-over intents of `import_id`, which stands by now; returns how many."""
        touched = {case.id: case.touched for case in self._known.cases.values() if case.touched}
        # A changed name or address concerns every case of the person, in this file or not.
        for (number,) in bulk.fetch_in(
            self._connection,
            (engagement.c.id,),
            engagement.c.subject_id,
            sorted(self._changed_people),
        ):
            touched.setdefault(number, "pending")
        bulk.insert_rows(
            self._connection,
            handover,
            ("import_id", "engagement_id", "state"),
            [(import_id, number, state) for number, state in sorted(touched.items())],
        )
        return len(touched)

    def _take(self, row: Candidate) -> RowReason | None:
        known = self._known
        person = known.people.get(row.national_id)
        owner = known.owner.get(row.case_reference)
        if owner is not None and (person is None or person.id != owner):
            return RowReason.CASE_BELONGS_TO_OTHER_PERSON
        if person is None:
            if row.national_id in known.erased:
                if self._refuse_returning:
                    return RowReason.ERASED_BEFORE
                self.counts["returned"] += 1
            person = self._new_person(row)
        elif self._has_wholly_other_name(person, row):
            return RowReason.IDENTITY_WITH_OTHER_NAME
        key = (row.case_reference, self._services.setdefault(row.service, row.service))
        case = known.cases.get(key)
        if person.id in self._restricted and self._is_news(person, case, row):
            return RowReason.PERSON_RESTRICTED
        if case is None:
            case = self._new_case(person, row, key)
            self._stage_content(person, case, row)
        else:
            if case.subject_id == NOBODY:
                case.subject_id = known.owner[row.case_reference] = person.id
                self._writer.give_case(case.id, person.id)
            if not self._stage_content(person, case, row):
                return self._why_duplicate(case, row)
            self.counts["updated"] += 1
            self._writer.change_case(case.id, row[6:10])
        case.touched = "pending"
        return None

    def _is_news(self, person: Person, case: Case | None, row: Candidate) -> bool:
        """Whether the row says anything that the records do not have; nothing is staged."""
        if case is None or case.subject_id == NOBODY:
            return True
        for position, text in enumerate(row.sealed):
            category, of_case = self._layout[position]
            known = (case.holdings if of_case else person.holdings)[position]
            if known is None:
                if text != _EMPTY:
                    return True
                continue
            content = text.encode()
            told = content + "\0".join(row[6:10]).encode() if of_case else content
            digest = self._vault.holding_digest(person.id, category, told)
            mark = hash((text, row[6:10]) if of_case else text)
            if known[1] not in (mark, digest):
                return True
        return False

    def _why_duplicate(self, case: Case, row: Candidate) -> RowReason:
        if case.touched is None:
            case.touched = "unchanged"
            case.as_written = row.case_as_written
            return RowReason.EXPORTED_BEFORE
        if row.exported_before:
            return RowReason.EXPORTED_BEFORE
        if case.as_written != row.case_as_written:
            return RowReason.SAME_CASE_OTHER_SPELLING
        return RowReason.SAME_ROW_IN_FILE

    def _has_wholly_other_name(self, person: Person, row: Candidate) -> bool:
        if person.names is None:
            person.names = self._recorded_names(person, row)
        if person.names == row.name_tokens:
            return False
        return set(person.names.split()).isdisjoint(row.name_tokens.split())

    def _recorded_names(self, person: Person, row: Candidate) -> str:
        """The name words that the records have; opened only when the row has another identity."""
        stored = person.holdings[self._identity]
        if stored is None:
            return row.name_tokens
        number, digest = stored
        content = row.sealed[self._identity].encode()
        if digest == self._vault.holding_digest(person.id, IDENTITY, content):
            return row.name_tokens
        sealed = self._connection.execute(
            select(holding.c.sealed).where(holding.c.id == number)
        ).scalar_one()
        (opened,) = self._vault.open([(number, person.id, IDENTITY, bytes(sealed))])
        return self._names_of(opened)

    def _new_person(self, row: Candidate) -> Person:
        person = self._known.new_person(row.national_id, self._new_id())
        person.names = row.name_tokens
        self._writer.add_subject(
            person.id, controller=self._controller, kind=self._kind, at=self._at
        )
        digest = self._vault.index_digest(NATIONAL_ID, row.national_id)
        self._writer.add_index(digest, NATIONAL_ID, person.id)
        self.counts["new_people"] += 1
        return person

    def _new_case(self, person: Person, row: Candidate, key: tuple[str, str]) -> Case:
        case = self._known.new_case(key, self._new_id(), person, row.case_as_written)
        self._writer.add_case(
            case.id,
            controller=self._controller,
            subject_id=person.id,
            key=key,
            clear=row[6:10],
        )
        self.counts["new_cases"] += 1
        return case

    def _stage_content(self, person: Person, case: Case, row: Candidate) -> bool:
        """Stage each category whose content is new; True if any was."""
        changed = False
        for position, text in enumerate(row.sealed):
            category, of_case = self._layout[position]
            holdings = case.holdings if of_case else person.holdings
            known = holdings[position]
            if known is None and text == _EMPTY:
                continue
            # The same text as in this person's row before: most rows of a person repeat it.
            mark = hash((text, row[6:10]) if of_case else text)
            if known is not None and known[1] == mark:
                continue
            content = text.encode()
            told = content + "\0".join(row[6:10]).encode() if of_case else content
            digest = self._vault.holding_digest(person.id, category, told)
            if known is not None:
                if known[1] == digest:
                    holdings[position] = (known[0], mark)
                    continue
                self._note_replaced(person, case if of_case else None, category, known[0])
                self._writer.drop(known[0])
                if not of_case:
                    self._changed_people.add(person.id)
            changed = True
            if text == _EMPTY:
                holdings[position] = None
                continue
            number = self._new_id()
            holdings[position] = (number, mark)
            self._writer.hold(
                number,
                subject_id=person.id,
                case_id=case.id if of_case else None,
                category=category,
                digest=digest,
                content=content,
            )
        self._index_email(person, row)
        return changed

    def _note_replaced(self, person: Person, case: Case | None, category: str, number: int) -> None:
        if not self._first_id < number <= self._last_id:  # else this very import brought it
            self._rectified.note(
                self._connection,
                subject_id=person.id,
                category=category,
                case_id=None if case is None else case.id,
                number=number,
            )

    def _index_email(self, person: Person, row: Candidate) -> None:
        """A person is found by every address we were given while they are registered."""
        if row.email:
            digest = self._vault.index_digest(EMAIL, row.email)
            if person.email != digest:
                person.email = digest
                self._writer.add_index(digest, EMAIL, person.id)

    def _new_id(self) -> int:
        self._last_id += APART
        return self._last_id
