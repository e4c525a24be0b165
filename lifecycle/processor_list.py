"""An existing list is taken in line by line: a line that does not fit says which row it is and why,
and nothing of it is taken (A-18, H-11)."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.intake.dates import parse_date
from lifecycle.intake.text import clean, has_control
from lifecycle.placement.identity_numbers import identity_numbers
from lifecycle.processor import WITHIN_EEA, Agreement, Entry
from lifecycle.processor_entry import EntryKind
from lifecycle.processor_words import Column, ListWords, Vocabulary, plain
from lifecycle.third_countries import Ground, is_outside

MOST_ROWS: Final = 5_000
_LONGEST: Final = 500
_EARLIEST: Final = 1990
_LABELS: Final = frozenset({"personnummer", "pnr", "cpr", "cprnr", "cprnummer"})
_FIRMS: Final = frozenset(
    {"org", "orgnr", "organisationsnummer", "cvr", "cvrnr", "telefon", "tel", "vat", "moms"}
)
_TEXTS: Final[tuple[Column, ...]] = ("called", "policy_name", "does")
_AGREED: Final[tuple[Column, ...]] = ("agreement_from", "agreement_until")
_HEADER_WITHIN: Final = 20
"""Rows in which the header is looked for: titles stand above it."""


class ListReason(StrEnum):
    """Why nothing of a row was taken."""

    NAME_MISSING = "list_name_missing"
    NAME_TWICE = "list_name_twice"
    NOT_IN_POLICY = "list_not_in_policy"
    TEXT_TOO_LONG = "list_text_too_long"
    CONTROL_CHARACTERS = "list_control_characters"
    PERSONAL_DATA = "list_personal_data"
    NAMES_MISSING = "list_names_missing"
    WORD_UNKNOWN = "list_word_unknown"
    SYSTEM_UNKNOWN = "list_system_unknown"
    COUNTRY_UNKNOWN = "list_country_unknown"
    DATE_UNREADABLE = "list_date_unreadable"
    DATE_MISSING = "list_date_missing"
    DATES_REVERSED = "list_dates_reversed"
    TERMS_TOGETHER = "list_terms_not_together"


class Line(NamedTuple):
    """One line as it is taken in; what it is called is typed by people, and never shown in an
    error."""

    row: int
    kind: str
    policy_name: str
    called: str
    does: str
    systems: tuple[str, ...]
    entries: tuple[Entry, ...]
    sub_processors: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Line(row={self.row})"


class SetAside(NamedTuple):
    """A row of which nothing was taken."""

    row: int
    """Row number in the file."""
    why: ListReason
    column: str = ""
    """The known title of the column that it lies in; never what stands there."""


class Judged(NamedTuple):
    """What came of a list."""

    lines: tuple[Line, ...]
    quarantined: tuple[SetAside, ...]
    dropped_columns: tuple[str, ...]
    """Columns with a title that means nothing here, by their letters (`A`, `AB`): they are not
    read, and nothing of them is kept or shown."""


class Names(NamedTuple):
    """What a list may name."""

    processors: frozenset[str]
    systems: Mapping[str, str]
    """Name or what it is called (`plain`) → the policy's name."""
    country: str
    """Of the controller: whose identity numbers are looked for."""


class _Wrong(Exception):
    """Never leaves this module."""

    def __init__(self, reason: ListReason, column: Column | None = None) -> None:
        super().__init__()
        self.reason, self.column = reason, column


def judge(
    rows: Iterable[tuple[int, Sequence[str]]], words: ListWords, names: Names, *, today: date
) -> Judged:
    """Judge every row of a list. `today`: the local day, for which an entry without a day of its
    own counts.

    Raises `Refused`: `list_header_not_recognised` (no row names processors),
    `list_header_ambiguous` (two columns mean the same), `list_empty`, `list_too_long`.
    """
    source = iter(rows)
    columns, titles, dropped = _header(source, words)
    lines: list[Line] = []
    wrong: list[SetAside] = []
    seen: dict[str, int] = {}
    for count, (row, cells) in enumerate(source, start=1):
        if count > MOST_ROWS:
            raise Refused("list_too_long")
        written = {column: cells[at] if at < len(cells) else "" for column, at in columns}
        told = {column: clean(cell) for column, cell in written.items()}
        if not any(told.values()):
            continue
        try:
            _require_harmless(written, today)
            line = _line(row, told, words, names, today)
            if plain(line.called) in seen:
                raise _Wrong(ListReason.NAME_TWICE, "called")
        except _Wrong as why:
            title = "" if why.column is None else titles.get(why.column, "")
            wrong.append(SetAside(row, why.reason, title))
        else:
            seen[plain(line.called)] = row
            lines.append(line)
    if not lines and not wrong:
        raise Refused("list_empty")
    return Judged(tuple(lines), tuple(wrong), dropped)


def _header(
    source: Iterator[tuple[int, Sequence[str]]], words: ListWords
) -> tuple[list[tuple[Column, int]], dict[Column, str], tuple[str, ...]]:
    """Which column stands where, what each is called, and the letters of the others."""
    for _, (_, cells) in zip(range(_HEADER_WITHIN), source, strict=False):
        meant = [words.column_of(cell) if cell.strip() else None for cell in cells]
        known = [column for column in meant if column is not None]
        if "called" not in known or len(known) < 2:
            continue
        if len(set(known)) != len(known):
            raise Refused("list_header_ambiguous")
        columns = [(column, at) for at, column in enumerate(meant) if column is not None]
        titles = {column: words.title_of(column, cells[at]) for column, at in columns}
        dropped = [at for at, cell in enumerate(cells) if cell.strip() and meant[at] is None]
        return columns, titles, tuple(map(letter_of, dropped))
    raise Refused("list_header_not_recognised")


def _line(
    row: int,
    told: Mapping[Column, str],
    words: ListWords,
    names: Names,
    today: date,
) -> Line:
    called, policy_name, does = (
        "" if words.is_nothing(text) else text for text in (told.get(each, "") for each in _TEXTS)
    )
    if not called:
        raise _Wrong(ListReason.NAME_MISSING, "called")
    if policy_name and policy_name not in names.processors:
        raise _Wrong(ListReason.NOT_IN_POLICY, "policy_name")
    kind = _word(words, "kind", told, "kind") or "processor"
    return Line(
        row=row,
        kind=kind,
        policy_name=policy_name,
        called=called,
        does=does,
        systems=_systems(told, words, names),
        entries=(*_entries(told, words, today), *_services(told, words, today)),
        sub_processors=_parts(told, "sub_processors", words),
    )


def _require_harmless(written: Mapping[Column, str], today: date) -> None:
    """Of the columns that are taken in; the others are not read."""
    for column, cell in written.items():
        if has_control(cell):
            raise _Wrong(ListReason.CONTROL_CHARACTERS, column)
        if len(cell) > _LONGEST:
            raise _Wrong(ListReason.TEXT_TOO_LONG, column)
        if "@" in cell or any(
            True
            for country in ("SE", "DK")
            for _ in identity_numbers(
                cell, country=country, today=today, labels=_LABELS, others=_FIRMS
            )
        ):
            raise _Wrong(ListReason.PERSONAL_DATA, column)


def _systems(told: Mapping[Column, str], words: ListWords, names: Names) -> tuple[str, ...]:
    found = []
    for part in _parts(told, "systems", words):
        name = names.systems.get(plain(part))
        if name is None:
            raise _Wrong(ListReason.SYSTEM_UNKNOWN, "systems")
        found.append(name)
    return tuple(dict.fromkeys(found))


def _entries(told: Mapping[Column, str], words: ListWords, today: date) -> Iterator[Entry]:
    whose = _word(words, "agreement", told, "agreement")
    begins, ends = (_day(told, each, words) for each in _AGREED)
    if whose in set(Agreement) or (whose is None and begins is not None):
        if begins is None:
            raise _Wrong(ListReason.DATE_MISSING, "agreement")
        if ends is not None and ends < begins:
            raise _Wrong(ListReason.DATES_REVERSED, "agreement_until")
        yield Entry(EntryKind.AGREEMENT, begins, ends, whose or str(Agreement.OWN))
    elif begins is not None or ends is not None:
        raise _Wrong(ListReason.TERMS_TOGETHER, "agreement_from" if begins else "agreement_until")
    if (on := _day(told, "instruction_on", words)) is not None:
        yield Entry(EntryKind.INSTRUCTION, on)
    yield from _dated(EntryKind.SUITABILITY, told, words, "suitability", "suitability_on")
    if (on := _day(told, "audit_on", words)) is not None:
        yield Entry(EntryKind.AUDIT, on, None, "sound")
    grounds = _parts(told, "ground", words)
    ground = _meaning(words, "ground", grounds[0], "ground") if grounds else None
    for part in _parts(told, "country", words, names=("NO",)):  # in capitals it is Norway
        if words.is_within_eea(part):
            yield Entry(EntryKind.COUNTRY, today, None, WITHIN_EEA)
            continue
        country = words.meaning("country", part)
        if country is None and len(part) == 2 and part.isascii() and part.isalpha():
            country = part.upper()
        if country is None:
            raise _Wrong(ListReason.COUNTRY_UNKNOWN, "country")
        if is_outside(country):
            why = ground or str(Ground.UNDECIDED)
            yield Entry(EntryKind.COUNTRY, today, None, why, country)
        else:
            yield Entry(EntryKind.COUNTRY, today, None, WITHIN_EEA, country)


def _services(told: Mapping[Column, str], words: ListWords, today: date) -> Iterator[Entry]:
    yield from _dated(EntryKind.VERDICT, told, words, "decision", "decided_on")
    if (recommended := _word(words, "yes_no", told, "recommended")) is not None:
        yield Entry(EntryKind.RECOMMENDED, today, None, recommended)
    if (compulsory := _word(words, "yes_no", told, "compulsory")) is not None:
        use = "compulsory" if compulsory == "yes" else "voluntary"
        yield Entry(EntryKind.USE, today, None, use)


def _dated(
    kind: EntryKind,
    told: Mapping[Column, str],
    words: ListWords,
    what: Column,
    when: Column,
) -> Iterator[Entry]:
    vocabulary: Vocabulary = "suitability" if what == "suitability" else "decision"
    outcome, on = _word(words, vocabulary, told, what), _day(told, when, words)
    if outcome is None and on is None:
        return
    if outcome is None:
        raise _Wrong(ListReason.TERMS_TOGETHER, when)
    if on is None:
        raise _Wrong(ListReason.DATE_MISSING, what)
    yield Entry(kind, on, None, outcome)


def _word(
    words: ListWords, vocabulary: Vocabulary, told: Mapping[Column, str], column: Column
) -> str | None:
    text = told.get(column, "")
    return _meaning(words, vocabulary, text, column) if text else None


def _meaning(words: ListWords, vocabulary: Vocabulary, text: str, column: Column) -> str | None:
    """A vocabulary's own `nej` goes before the one that says nothing."""
    meaning = words.meaning(vocabulary, text)
    if meaning is None and not words.is_nothing(text):
        raise _Wrong(ListReason.WORD_UNKNOWN, column)
    return meaning


def _day(told: Mapping[Column, str], column: Column, words: ListWords) -> date | None:
    text = told.get(column, "")
    if not text or words.is_nothing(text):
        return None
    if words.is_unnamed(text):
        raise _Wrong(ListReason.DATE_MISSING, column)
    found = parse_date(text)
    if found is not None and (not isinstance(found, date) or found.year < _EARLIEST):
        raise _Wrong(ListReason.DATE_UNREADABLE, column)
    return found


def _parts(
    told: Mapping[Column, str], column: Column, words: ListWords, *, names: Container[str] = ()
) -> tuple[str, ...]:
    """`a; b, c` is three, `nej` and `–` are none; `names`: what is a name all the same.

    A cell that says `ja` alone, or `nej` beside a name, leaves open what is meant.
    """
    parts = [
        part
        for piece in told.get(column, "").split(";")
        for each in piece.split(",")
        if (part := each.strip())
    ]
    nothing = [part for part in parts if part not in names and words.is_nothing(part)]
    named = [part for part in parts if part not in nothing and not words.is_unnamed(part)]
    if any(map(_says, nothing)) if named else len(nothing) < len(parts):
        raise _Wrong(ListReason.NAMES_MISSING, column)
    return tuple(dict.fromkeys(named))


def _says(part: str) -> bool:
    return any(char.isalnum() for char in part)


def letter_of(position: int) -> str:
    """A column as a spreadsheet names it: 0 is `A`, 26 is `AA`."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def system_names(systems: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """For `Names.systems`: the policy's names, and what each system is called."""
    found = {plain(called): name for name, called in systems.items() if name in known}
    return found | {plain(name): name for name in known}
