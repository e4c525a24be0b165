"""The rows of one export become sealed holdings, cases and hand-over intents, all or nothing.

One transaction per file: a reader that fails half-way leaves nothing. Within it rows are taken in
batches: judged against each other and against the records, sealed, and inserted set-wise. A
changed holding is never overwritten but replaced by a new one with a new key, so that a rollback
can never meet a key that no longer fits.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from sqlalchemy import Connection, bindparam, delete, exists, select, update

from lifecycle.intake.outcomes import (
    OUTCOME_OF_ROW_REASON,
    Candidate,
    JudgedRow,
    RowOutcome,
    RowReason,
)
from lifecycle.references import new_id
from records import bulk
from records.tables import (
    NOBODY,
    blind_index,
    engagement,
    erasure_list,
    handover,
    holding,
    shredding,
    subject,
)
from records.vault import Vault

NATIONAL_ID: Final = "national_id"
EMAIL: Final = "email"
ERASED: Final = "erased"
IDENTITY: Final = "identity"
"""The category that holds names and the national id; the policy must have it."""
_EMPTY: Final = "{}"
FLUSH_AT: Final = 12_000
"""Pending holdings: big enough for set-based inserts, small enough to stay in memory."""


class NamesOf(Protocol):
    """Folded, sorted name words of an opened identity holding."""

    def __call__(self, identity: bytes, /) -> str: ...


_REASONS: Final[tuple[RowReason | None, ...]] = (None, *RowReason)
_CODE: Final = {reason: code for code, reason in enumerate(_REASONS)}

_Known = tuple[int, bytes | int]
"""(holding id, keyed digest as the records have it, or the hash of the text that this import met
last): a hash is only good within the process, but a quarter of the memory."""


class _Person:
    """A subject as far as this import knows it."""

    __slots__ = ("email", "holdings", "id", "names")

    def __init__(self, number: int, categories: int) -> None:
        self.id = number
        self.names: str | None = None
        self.email: bytes | None = None
        self.holdings: list[_Known | None] = [None] * categories


class _Case:
    """An engagement as far as this import knows it."""

    __slots__ = ("as_written", "holdings", "id", "subject_id", "touched")

    def __init__(self, number: int, subject_id: int, as_written: str, categories: int) -> None:
        self.id = number
        self.subject_id = subject_id
        self.as_written = as_written
        self.touched: str | None = None
        self.holdings: list[_Known | None] = [None] * categories


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
        self._categories = tuple(categories)
        self._layout = [(category, category in per_case) for category in categories]
        self._width = len(self._layout)
        self._position = {category: n for n, category in enumerate(categories)}
        self._services: dict[str, str] = {}
        self._kind = subject_kind
        self._refuse_returning = refuse_returning
        self._names_of = names_of
        self._at = at
        self._next_id = new_id()
        self._people: dict[str, _Person] = {}
        self._cases: dict[tuple[str, str], _Case] = {}
        self._owner: dict[str, int] = {}
        self._erased: set[str] = set()
        # Every person has a case, and a case stays when its person is erased.
        self._records_empty = not connection.execute(
            select(exists().where(engagement.c.controller == controller))
        ).scalar_one()
        self._erasures_empty = not connection.execute(select(exists(erasure_list))).scalar_one()
        # staged until the next flush
        self._subjects: list[tuple[int, str, str, str]] = []
        self._index: list[tuple[bytes, str, int]] = []
        self._engagements: dict[int, tuple[object, ...]] = {}
        self._engagement_changes: dict[int, tuple[object, ...]] = {}
        self._holdings: dict[int, tuple[int, int | None, str, bytes, bytes]] = {}
        self._dropped: list[int] = []
        self._returned: dict[int, int] = {}
        # for the end
        self._changed_people: set[int] = set()
        self._rows = array("q")
        self.counts: dict[str, int] = dict.fromkeys(
            ("rows", "accepted", "updated", "duplicate", "quarantined", "ignored"), 0
        ) | {
            "new_people": 0,
            "new_cases": 0,
            "returned": 0,
            "dropped_columns": 0,
        }

    @property
    def has_participants(self) -> bool:
        """Whether any row was about somebody, acceptable or not."""
        return self.counts["rows"] > self.counts["ignored"]

    @property
    def rows(self) -> Iterator[tuple[int, int, str | None]]:
        """(sheet, row, reason or None) of every row, in order."""
        for packed in self._rows:
            reason = _REASONS[packed & 0xFF]
            yield packed >> 44, packed >> 8 & 0xFFFFFFFFF, reason

    def write(self) -> None:
        """Write everything that is still staged."""
        self._flush()

    def add(self, batch: Sequence[JudgedRow]) -> None:
        """Judge a batch of rows against all before it, and stage what is acceptable."""
        candidates = [row.candidate for row in batch if row.candidate is not None]
        self._meet_people({c.national_id for c in candidates}.difference(self._people))
        self._meet_cases({c.case_reference for c in candidates}.difference(self._owner))
        counts, rows = self.counts, self._rows
        counts["rows"] += len(batch)
        for row in batch:
            reason = row.reason
            if row.candidate is not None:
                reason = self._take(row.candidate)
            rows.append(row.sheet << 44 | row.row << 8 | _CODE[reason])
            counts[OUTCOME_OF_ROW_REASON[reason] if reason else RowOutcome.ACCEPTED] += 1
        if len(self._holdings) >= FLUSH_AT:
            self._flush()

    def finish(self, import_id: int) -> int:
        """Write the hand-over intents of `import_id`, which stands by now; returns how many."""
        touched = {case.id: case.touched for case in self._cases.values() if case.touched}
        for number in self._other_cases_of_changed_people():
            touched.setdefault(number, "pending")
        bulk.insert_rows(
            self._connection,
            handover,
            ("import_id", "engagement_id", "state"),
            [(import_id, number, state) for number, state in sorted(touched.items())],
        )
        return len(touched)

    # --- meeting what the records already hold -------------------------------------------

    def _meet_people(self, new: set[str]) -> None:
        if not new:
            return
        if not self._erasures_empty:
            self._note_erased(new)
        if self._records_empty:
            return
        digests = {self._vault.index_digest(NATIONAL_ID, value): value for value in new}
        found: dict[int, _Person] = {}
        for digest, kind, number in bulk.fetch_in(
            self._connection,
            (blind_index.c.digest, blind_index.c.kind, blind_index.c.subject_id),
            blind_index.c.digest,
            list(digests),
        ):
            if kind == NATIONAL_ID:
                found[number] = self._people[digests[bytes(digest)]] = _Person(number, self._width)
        for number, holding_id, category, case_id, content in bulk.fetch_in(
            self._connection,
            (
                holding.c.subject_id,
                holding.c.id,
                holding.c.category,
                holding.c.engagement_id,
                holding.c.digest,
            ),
            holding.c.subject_id,
            list(found),
        ):
            if case_id is None:
                found[number].holdings[self._position[category]] = (holding_id, bytes(content))

    def _note_erased(self, new: set[str]) -> None:
        digests = {self._vault.index_digest(ERASED, value): value for value in new}
        for (digest,) in bulk.fetch_in(
            self._connection, (erasure_list.c.digest,), erasure_list.c.digest, list(digests)
        ):
            self._erased.add(digests[bytes(digest)])

    def _meet_cases(self, new: set[str]) -> None:
        if not new or self._records_empty:
            return
        found: dict[int, _Case] = {}
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
                case = _Case(number, owner, reference, self._width)
                found[number] = self._cases[reference, service] = case
                if owner != NOBODY:
                    self._owner[reference] = owner
        for number, holding_id, category, content in bulk.fetch_in(
            self._connection,
            (holding.c.engagement_id, holding.c.id, holding.c.category, holding.c.digest),
            holding.c.engagement_id,
            list(found),
        ):
            found[number].holdings[self._position[category]] = (holding_id, bytes(content))

    # --- one row --------------------------------------------------------------------------

    def _take(self, row: Candidate) -> RowReason | None:
        person = self._people.get(row.national_id)
        owner = self._owner.get(row.case_reference)
        if owner is not None and (person is None or person.id != owner):
            return RowReason.CASE_BELONGS_TO_OTHER_PERSON
        if person is None:
            if row.national_id in self._erased:
                if self._refuse_returning:
                    return RowReason.ERASED_BEFORE
                self.counts["returned"] += 1
            person = self._new_person(row)
        elif self._has_wholly_other_name(person, row):
            return RowReason.IDENTITY_WITH_OTHER_NAME
        key = (row.case_reference, self._services.setdefault(row.service, row.service))
        case = self._cases.get(key)
        known_before = case is not None
        if case is None:
            case = self._new_case(person, row, key)
        elif case.subject_id == NOBODY:
            case.subject_id = self._owner[row.case_reference] = person.id
            self._returned[case.id] = person.id
        changed = self._stage_content(person, case, row)
        if known_before and not changed:
            return self._why_duplicate(case, row)
        if known_before:
            self.counts["updated"] += 1
            self._change_case(case, person, row)
        case.touched = "pending"
        return None

    def _why_duplicate(self, case: _Case, row: Candidate) -> RowReason:
        if case.touched is None:
            case.touched = "unchanged"
            case.as_written = row.case_as_written
            return RowReason.EXPORTED_BEFORE
        if row.exported_before:
            return RowReason.EXPORTED_BEFORE
        if case.as_written != row.case_as_written:
            return RowReason.SAME_CASE_OTHER_SPELLING
        return RowReason.SAME_ROW_IN_FILE

    def _has_wholly_other_name(self, person: _Person, row: Candidate) -> bool:
        if person.names is None:
            identity = self._categories[0]
            stored = person.holdings[0]
            if stored is None:  # a person of whom nothing says a name contradicts none
                person.names = row.name_tokens
                return False
            number, digest = stored
            content = row.sealed[0].encode()
            if digest == self._vault.holding_digest(person.id, identity, content):
                person.names = row.name_tokens
            else:
                sealed = self._connection.execute(
                    select(holding.c.sealed).where(holding.c.id == number)
                ).scalar_one()
                (opened,) = self._vault.open([(number, person.id, identity, bytes(sealed))])
                person.names = self._names_of(opened)
        if person.names == row.name_tokens:
            return False
        return set(person.names.split()).isdisjoint(row.name_tokens.split())

    def _new_person(self, row: Candidate) -> _Person:
        person = self._people[row.national_id] = _Person(self._new_id(), self._width)
        person.names = row.name_tokens
        self._subjects.append((person.id, self._controller, self._kind, self._at))
        digest = self._vault.index_digest(NATIONAL_ID, row.national_id)
        self._index.append((digest, NATIONAL_ID, person.id))
        self.counts["new_people"] += 1
        return person

    def _new_case(self, person: _Person, row: Candidate, key: tuple[str, str]) -> _Case:
        # One string for both where they are equal: a hundred thousand of them are kept.
        as_written = key[0] if row.case_as_written == key[0] else row.case_as_written
        case = self._cases[key] = _Case(self._new_id(), person.id, as_written, self._width)
        self._owner[row.case_reference] = person.id
        self._engagements[case.id] = (
            case.id,
            self._controller,
            person.id,
            row.case_reference,
            row.service,
            *_clear(row),
        )
        self.counts["new_cases"] += 1
        return case

    def _change_case(self, case: _Case, person: _Person, row: Candidate) -> None:
        pending = self._engagements.get(case.id)
        if pending is not None:
            self._engagements[case.id] = (*pending[:5], *_clear(row))
        else:
            self._engagement_changes[case.id] = _clear(row)

    def _stage_content(self, person: _Person, case: _Case, row: Candidate) -> bool:
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
                self._drop(known[0])
                if not of_case:
                    self._changed_people.add(person.id)
            changed = True
            if text == _EMPTY:
                holdings[position] = None
                continue
            self._next_id = number = self._next_id + 1
            holdings[position] = (number, mark)
            case_id = case.id if of_case else None
            self._holdings[number] = (person.id, case_id, category, digest, content)
        self._index_email(person, row)
        return changed

    def _index_email(self, person: _Person, row: Candidate) -> None:
        """A person is found by every address we were given while they are registered."""
        if not row.email:
            return
        digest = self._vault.index_digest(EMAIL, row.email)
        if person.email != digest:
            person.email = digest
            self._index.append((digest, EMAIL, person.id))

    def _drop(self, number: int) -> None:
        if self._holdings.pop(number, None) is None:
            self._dropped.append(number)

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id

    # --- writing --------------------------------------------------------------------------

    def _flush(self) -> None:
        connection = self._connection
        bulk.insert_rows(
            connection, subject, ("id", "controller", "kind", "created_at"), self._subjects
        )
        bulk.upsert_rows(
            connection,
            blind_index,
            ("digest", "kind", "subject_id"),
            sorted(set(self._index)),
        )
        bulk.insert_rows(
            connection,
            engagement,
            ("id", "controller", "subject_id", "case_reference", "service", *_CLEAR),
            self._engagements.values(),
        )
        self._write_engagement_changes()
        self._write_holdings()
        self._delete_dropped()
        self._subjects, self._index = [], []
        self._engagements, self._engagement_changes = {}, {}

    def _write_engagement_changes(self) -> None:
        for number, person_id in self._returned.items():
            self._connection.execute(
                update(engagement).where(engagement.c.id == number).values(subject_id=person_id)
            )
        self._returned = {}
        if self._engagement_changes:
            self._connection.execute(
                update(engagement)
                .where(engagement.c.id == bindparam("number"))
                .values({name: bindparam(f"new_{name}") for name in _CLEAR}),
                [
                    {"number": number}
                    | {f"new_{name}": v for name, v in zip(_CLEAR, values, strict=True)}
                    for number, values in self._engagement_changes.items()
                ],
            )

    def _write_holdings(self) -> None:
        if not self._holdings:
            return
        staged = self._holdings
        sealed = self._vault.seal(
            [(number, row[0], row[2], row[4]) for number, row in staged.items()]
        )
        # Keys first and durably: a holding may never exist without its key. If the records are
        # rolled back, keys without a holding remain, which open nothing.
        self._vault.persist_keys(sealed.keys)
        bulk.insert_rows(
            self._connection,
            holding,
            ("id", "subject_id", "engagement_id", "category", "digest", "sealed"),
            (
                (number, row[0], row[1], row[2], row[3], blob)
                for (number, row), blob in zip(staged.items(), sealed.sealed, strict=True)
            ),
        )
        self._holdings = {}

    def _delete_dropped(self) -> None:
        if self._dropped:
            numbers = [{"number": number} for number in self._dropped]
            self._connection.execute(
                delete(holding).where(holding.c.id == bindparam("number")), numbers
            )
            bulk.insert_rows(
                self._connection, shredding, ("holding_id",), [(n,) for n in self._dropped]
            )
            self._dropped = []

    def _other_cases_of_changed_people(self) -> Iterable[int]:
        """A changed name or address concerns every case of the person, in this file or not."""
        return [
            number
            for (number,) in bulk.fetch_in(
                self._connection,
                (engagement.c.id,),
                engagement.c.subject_id,
                sorted(self._changed_people),
            )
        ]


# Candidate's fields from `project` to `broke_off`, in its own order.
assert Candidate._fields[6:10] == ("project", "start", "end", "broke_off")  # noqa: S101

_CLEAR: Final = ("project", "started_on", "ends_on", "broke_off_on")


def _clear(row: Candidate) -> tuple[str, str, str, str]:
    """What stands in clear of a case, in the order of `_CLEAR`."""
    return row[6:10]
