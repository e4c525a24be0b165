"""An existing list becomes the register: read in a child process, each row whole or not at all, and
what does not fit told by its row (A-18, H-11)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from connectors.chosen_bytes import read_chosen
from connectors.workbook import read_table
from lifecycle.errors import FileRefused, Refused
from lifecycle.intake.outcomes import FileReason
from lifecycle.ledger import EventKind
from lifecycle.processor import Entry
from lifecycle.processor_entry import EntryKind as Kind
from lifecycle.processor_list import Judged, Line, Names, judge, system_names
from lifecycle.processor_words import load_list_words, plain
from lifecycle.references import OFFICER, to_reference
from records import leases, processors, to_dos
from records.officers import Officer
from records.processors import PROCESSOR_KIND, SERVICES, SUB_PROCESSOR, Row
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.codes import agree
from tasks.processors.noting import insert, lease, write
from tasks.processors.register import Register, Said, read, said_of

TO_DO = "quarantined_processors"
"""Rows of a list that were not taken in, until another list has none."""
_LARGEST = 32 * 1024 * 1024
_OF_THE_FILE: Final = {
    FileReason.TRUNCATED: "list_damaged",
    FileReason.CORRUPT: "list_damaged",
    FileReason.READER_CRASHED: "list_damaged",
    FileReason.EMPTY_FILE: "list_empty",
    FileReason.NO_ROWS: "list_empty",
    FileReason.NOT_A_WORKBOOK: "list_not_a_table",
    FileReason.EXTENSION_AND_CONTENT_DIFFER: "list_not_a_table",
    FileReason.OFFICE_LOCK_FILE: "list_not_a_table",
    FileReason.TEMPORARY_FILE: "list_not_a_table",
    FileReason.PASSWORD_PROTECTED: "list_protected",
    FileReason.UNPACKED_TOO_LARGE: "list_too_large",
    FileReason.TOO_MANY_CELLS: "list_too_large",
    FileReason.READER_TIMEOUT: "list_too_slow",
    FileReason.SAME_BYTES: "list_not_readable",
    FileReason.HEADER_NOT_RECOGNISED: "list_header_not_recognised",
    FileReason.HEADER_AMBIGUOUS: "list_header_ambiguous",
}
"""What the reader says of an export, said of a list: the two are mended differently."""


class Quarantined(NamedTuple):
    """A row that was set aside."""

    row: int
    reason: str
    column: str
    """The known title of the column that it lies in; "" where it is the whole row."""


class Imported(NamedTuple):
    """What came of a list; row numbers and reasons, never a name."""

    rows: int
    """As many as the next three and those set aside together."""
    added: int
    """Rows whose processor, app or service the register did not have."""
    changed: int
    """Rows of which something new was noted."""
    unchanged: int
    sub_processors: int
    """Sub-processors that the register did not have."""
    noted: int
    """Entries."""
    dropped_columns: tuple[str, ...]
    """Columns that were not read, by their letters: a title nobody knows may be anything."""
    quarantined: tuple[Quarantined, ...]


def import_list(house: House, path: Path, *, officer: str, code: str) -> Imported:
    """Take in a list of processors, apps and learning services (.xlsx, .xlsm, .xls, .ods, .csv).

    All that fits in one transaction; what stands in the register already changes nothing, so the
    same list again does nothing. The reviewer's code says whose list it is: with it its judgements
    count as theirs. Raises `Refused`: what `lifecycle.processor_list.judge` says,
    `list_not_readable`, `list_damaged`, `list_not_a_table`, `list_protected`, `list_too_large`,
    `list_too_slow`, `reviews_not_in_policy`, `role_may_not_note`, `services_not_in_policy`, or as
    `officer_codes.agree` does.
    """
    judged = _judged(house, path)
    result: list[Imported] = []

    def act(work: UnitOfWork, who: Officer) -> str | None:
        review = house.policy.processor_review
        if review is None:
            return "reviews_not_in_policy"
        if review.by not in who.roles:
            return "role_may_not_note"
        if house.policy.services is None and any(one.kind in SERVICES for one in judged.lines):
            return "services_not_in_policy"
        done = _Taking(house, work, to_reference(OFFICER, who.id)).take(judged)
        _note(house, work, done)
        result.append(done)
        return None

    with leases.hold(house.engine, lease(house), now=house.now):
        agree(house, handle=officer, code=code, ref=None, act=act)
    return result[0]


def _judged(house: House, path: Path) -> Judged:
    data = read_chosen(path, largest=_LARGEST)
    if data is None:
        raise Refused("list_not_readable")
    if not data:
        raise Refused("list_empty")
    policy = house.policy
    names = Names(
        processors=frozenset(policy.processors),
        systems=system_names(
            {name: system.called for name, system in policy.systems.items()}, policy.systems
        ),
        country=policy.controller.country,
    )
    words = load_list_words(house.settings.policies)
    # A list that is refused half-way is not read to its end: closing ends the reader's child.
    refused = ""
    try:
        with contextlib.closing(read_table(data, name=path.name)) as rows:
            return judge(rows, words, names, today=local_today(house))
    except FileRefused as why:
        refused = _OF_THE_FILE[FileReason(why.code)]
    raise Refused(refused)


class _Taking:
    """Writes the lines of one list, within one transaction."""

    def __init__(self, house: House, work: UnitOfWork, by: str) -> None:
        self._house, self._work, self._by = house, work, by
        self._register: Register = read(work.connection, controller=house.controller)
        self._rows = {
            (row.kind, row.parent_number, plain(said_of(house, row).called)): row
            for row in self._register.rows
        }
        self._entries = {
            row.number: list(self._register.entries(row.number)) for row in self._register.rows
        }
        self._new = self._subs = self._systems = self._noted = 0

    def take(self, judged: Judged) -> Imported:
        added = changed = 0
        for line in judged.lines:
            new, before = self._new, (self._noted, self._subs, self._systems)
            self._line(line)
            if self._new > new:
                added += 1
            elif before != (self._noted, self._subs, self._systems):
                changed += 1
        return Imported(
            rows=len(judged.lines) + len(judged.quarantined),
            added=added,
            changed=changed,
            unchanged=len(judged.lines) - added - changed,
            sub_processors=self._subs,
            noted=self._noted,
            dropped_columns=judged.dropped_columns,
            quarantined=tuple(
                Quarantined(row, str(why), column) for row, why, column in judged.quarantined
            ),
        )

    def _line(self, line: Line) -> None:
        row = self._find(line)
        missing = [name for name in line.systems if name not in row.systems]
        declared = self._house.policy.processors.get(row.name)
        missing = [name for name in missing if declared is None or name not in declared.systems]
        if missing:
            processors.set_systems(self._work.connection, row.number, (*row.systems, *missing))
            self._systems += 1
        for entry in line.entries:
            self._entry(row, entry)
        for called in line.sub_processors:
            self._row(SUB_PROCESSOR, Said(called), parent=row)

    def _find(self, line: Line) -> Row:
        """By the policy's name, else by what the policy or the register calls it."""
        name = line.policy_name
        for known, declared in self._house.policy.processors.items():
            called = {plain(known), plain(declared.called)}
            if not name and line.kind == PROCESSOR_KIND and plain(line.called) in called:
                name = known
        if name:
            row = self._register.of_policy(name) or self._rows.get((PROCESSOR_KIND, -1, name))
            if row is None:
                declared = self._house.policy.processors[name]
                said = Said(declared.called, declared.does)
                row = self._insert(PROCESSOR_KIND, said, name=name)
                self._rows[PROCESSOR_KIND, -1, name] = row
            return row
        return self._row(line.kind, Said(line.called, line.does), systems=line.systems)

    def _row(
        self, kind: str, said: Said, *, parent: Row | None = None, systems: Sequence[str] = ()
    ) -> Row:
        key = kind, 0 if parent is None else parent.number, plain(said.called)
        if key not in self._rows:
            self._rows[key] = self._insert(kind, said, parent=parent, systems=systems)
        return self._rows[key]

    def _insert(
        self,
        kind: str,
        said: Said,
        *,
        name: str = "",
        parent: Row | None = None,
        systems: Sequence[str] = (),
    ) -> Row:
        row = insert(
            self._house, self._work, kind, said, by=self._by, name=name, parent=parent,
            systems=systems,
        )  # fmt: skip
        self._entries[row.number] = []
        if parent is None:
            self._new += 1
        else:
            self._subs += 1
        return row

    def _entry(self, row: Row, entry: Entry) -> None:
        """Noted unless the register says the same already."""
        known = self._entries[row.number]
        if _says(known, entry):
            return
        write(self._house, self._work, row, entry, by=self._by)
        known.append(entry)
        self._noted += 1


_DATED_BY_US = frozenset({Kind.COUNTRY, Kind.RECOMMENDED, Kind.USE})
"""A list gives no day for these: they count from the day on which it was taken in."""


def _says(known: Iterable[Entry], entry: Entry) -> bool:
    same = list(_about(known, entry))
    if not same:
        return False
    last = same[-1]
    if entry.kind in _DATED_BY_US:
        return last.kind is entry.kind and last.outcome == entry.outcome
    return entry in same


def _about(known: Iterable[Entry], entry: Entry) -> Iterator[Entry]:
    kinds = {entry.kind}
    if entry.kind is Kind.COUNTRY:
        kinds.add(Kind.COUNTRY_LEFT)
    return (one for one in known if one.kind in kinds and one.country == entry.country)


def _note(house: House, work: UnitOfWork, done: Imported) -> None:
    wrong = len(done.quarantined)
    to_dos.stand(
        work.connection,
        controller=house.controller,
        kind=TO_DO,
        ref=house.controller,
        number=wrong,
        at=house.at(),
    )
    work.record(
        EventKind.PROCESSORS_IMPORTED,
        found=done.rows,
        added=done.added,
        changed=done.changed,
        noted=done.noted,
        quarantined=wrong,
    )
