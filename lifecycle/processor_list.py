"""An existing list is taken in line by line: a line that does not fit says which row it is and why,
and nothing of it is taken (A-18, H-11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.intake.dates import parse_date
from lifecycle.intake.text import clean, has_control
from lifecycle.placement.identity_numbers import identity_numbers
from lifecycle.processor import WITHIN_EEA, Agreement, Entry, EntryKind
from lifecycle.processor_words import Column, ListWords, Vocabulary, plain
from lifecycle.third_countries import Ground, is_outside

MOST_ROWS: Final = 5_000
_LONGEST: Final = 500
_EARLIEST: Final = 1990
_LABELS: Final = frozenset({"personnummer", "pnr", "cpr", "cprnr", "cprnummer"})
_FIRMS: Final = frozenset(
    {"org", "orgnr", "organisationsnummer", "cvr", "cvrnr", "telefon", "tel", "vat", "moms"}
)
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


class Judged(NamedTuple):
    """What came of a list."""

    lines: tuple[Line, ...]
    quarantined: tuple[tuple[int, ListReason], ...]
    """Row number in the file, and why."""
    dropped_columns: int
    """Named columns that mean nothing here, and of which nothing is kept."""


class Names(NamedTuple):
    """What a list may name."""

    processors: frozenset[str]
    systems: Mapping[str, str]
    """Name or what it is called (`plain`) → the policy's name."""
    country: str
    """Of the controller: whose identity numbers are looked for."""


class _Wrong(Exception):
    """Never leaves this module."""

    def __init__(self, reason: ListReason) -> None:
        super().__init__()
        self.reason = reason


def judge(
    rows: Iterable[tuple[int, Sequence[str]]], words: ListWords, names: Names, *, today: date
) -> Judged:
    """Judge every row of a list. `today`: the local day, for which an entry without a day of its
    own counts.

    Raises `Refused`: `list_header_not_recognised` (no row names processors),
    `list_header_ambiguous` (two columns mean the same), `list_empty`, `list_too_long`.
    """
    source = iter(rows)
    columns, dropped = _header(source, words)
    lines: list[Line] = []
    wrong: list[tuple[int, ListReason]] = []
    seen: dict[str, int] = {}
    for count, (row, cells) in enumerate(source, start=1):
        if count > MOST_ROWS:
            raise Refused("list_too_long")
        told = {column: clean(cells[at]) if at < len(cells) else "" for column, at in columns}
        if not any(told.values()):
            continue
        try:
            line = _line(row, told, cells, words, names, today)
            if plain(line.called) in seen:
                raise _Wrong(ListReason.NAME_TWICE)
        except _Wrong as why:
            wrong.append((row, why.reason))
        else:
            seen[plain(line.called)] = row
            lines.append(line)
    if not lines and not wrong:
        raise Refused("list_empty")
    return Judged(tuple(lines), tuple(wrong), dropped)


def _header(
    source: Iterator[tuple[int, Sequence[str]]], words: ListWords
) -> tuple[list[tuple[Column, int]], int]:
    for _, (_, cells) in zip(range(_HEADER_WITHIN), source, strict=False):
        meant = [words.column_of(cell) if cell.strip() else None for cell in cells]
        known = [column for column in meant if column is not None]
        if "called" not in known or len(known) < 2:
            continue
        if len(set(known)) != len(known):
            raise Refused("list_header_ambiguous")
        dropped = sum(bool(cell.strip()) for cell in cells) - len(known)
        return [(column, at) for at, column in enumerate(meant) if column is not None], dropped
    raise Refused("list_header_not_recognised")


def _line(
    row: int,
    told: Mapping[Column, str],
    cells: Sequence[str],
    words: ListWords,
    names: Names,
    today: date,
) -> Line:
    _require_harmless(cells, names, today)
    called, policy_name = told.get("called", ""), told.get("policy_name", "")
    if not called:
        raise _Wrong(ListReason.NAME_MISSING)
    if policy_name and policy_name not in names.processors:
        raise _Wrong(ListReason.NOT_IN_POLICY)
    kind = _word(words, "kind", told.get("kind", "")) or "processor"
    return Line(
        row=row,
        kind=kind,
        policy_name=policy_name,
        called=called,
        does=told.get("does", ""),
        systems=_systems(told.get("systems", ""), names),
        entries=(*_entries(told, words, today), *_services(told, words, today)),
        sub_processors=_parts(told.get("sub_processors", "")),
    )


def _require_harmless(cells: Sequence[str], names: Names, today: date) -> None:
    """Whatever stands in the row, in columns that are not taken in too."""
    for cell in cells:
        if has_control(cell):
            raise _Wrong(ListReason.CONTROL_CHARACTERS)
        if len(cell) > _LONGEST:
            raise _Wrong(ListReason.TEXT_TOO_LONG)
        if "@" in cell or any(
            True
            for country in ("SE", "DK")
            for _ in identity_numbers(
                cell, country=country, today=today, labels=_LABELS, others=_FIRMS
            )
        ):
            raise _Wrong(ListReason.PERSONAL_DATA)


def _systems(text: str, names: Names) -> tuple[str, ...]:
    found = []
    for part in _parts(text):
        name = names.systems.get(plain(part))
        if name is None:
            raise _Wrong(ListReason.SYSTEM_UNKNOWN)
        found.append(name)
    return tuple(dict.fromkeys(found))


def _entries(told: Mapping[Column, str], words: ListWords, today: date) -> Iterator[Entry]:
    whose = _word(words, "agreement", told.get("agreement", ""))
    begins, ends = (_day(told.get(each, "")) for each in ("agreement_from", "agreement_until"))
    if whose in set(Agreement) or (whose is None and begins is not None):
        if begins is None:
            raise _Wrong(ListReason.DATE_MISSING)
        if ends is not None and ends < begins:
            raise _Wrong(ListReason.DATES_REVERSED)
        yield Entry(EntryKind.AGREEMENT, begins, ends, whose or str(Agreement.OWN))
    elif begins is not None or ends is not None:
        raise _Wrong(ListReason.TERMS_TOGETHER)
    if (on := _day(told.get("instruction_on", ""))) is not None:
        yield Entry(EntryKind.INSTRUCTION, on)
    yield from _dated(EntryKind.SUITABILITY, told, words, "suitability", "suitability_on")
    if (on := _day(told.get("audit_on", ""))) is not None:
        yield Entry(EntryKind.AUDIT, on, None, "sound")
    grounds = _parts(told.get("ground", ""))
    ground = _word(words, "ground", grounds[0]) if grounds else None
    for part in _parts(told.get("country", "")):
        if words.is_within_eea(part):
            yield Entry(EntryKind.COUNTRY, today, None, WITHIN_EEA)
            continue
        country = words.meaning("country", part)
        if country is None and len(part) == 2 and part.isascii() and part.isalpha():
            country = part.upper()
        if country is None:
            raise _Wrong(ListReason.COUNTRY_UNKNOWN)
        if is_outside(country):
            why = ground or str(Ground.UNDECIDED)
            yield Entry(EntryKind.COUNTRY, today, None, why, country)
        else:
            yield Entry(EntryKind.COUNTRY, today, None, WITHIN_EEA, country)


def _services(told: Mapping[Column, str], words: ListWords, today: date) -> Iterator[Entry]:
    yield from _dated(EntryKind.VERDICT, told, words, "decision", "decided_on")
    if (recommended := _word(words, "yes_no", told.get("recommended", ""))) is not None:
        yield Entry(EntryKind.RECOMMENDED, today, None, recommended)
    if (compulsory := _word(words, "yes_no", told.get("compulsory", ""))) is not None:
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
    outcome, on = _word(words, vocabulary, told.get(what, "")), _day(told.get(when, ""))
    if outcome is None and on is None:
        return
    if outcome is None:
        raise _Wrong(ListReason.TERMS_TOGETHER)
    if on is None:
        raise _Wrong(ListReason.DATE_MISSING)
    yield Entry(kind, on, None, outcome)


def _word(words: ListWords, vocabulary: Vocabulary, text: str) -> str | None:
    if not text:
        return None
    meaning = words.meaning(vocabulary, text)
    if meaning is None:
        raise _Wrong(ListReason.WORD_UNKNOWN)
    return meaning


def _day(text: str) -> date | None:
    if not text:
        return None
    found = parse_date(text)
    if found is not None and (not isinstance(found, date) or found.year < _EARLIEST):
        raise _Wrong(ListReason.DATE_UNREADABLE)
    return found


def _parts(text: str) -> tuple[str, ...]:
    """`a; b, c` is three."""
    return tuple(
        dict.fromkeys(
            part for piece in text.split(";") for each in piece.split(",") if (part := each.strip())
        )
    )


def system_names(systems: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """For `Names.systems`: the policy's names, and what each system is called."""
    found = {plain(called): name for name, called in systems.items() if name in known}
    return found | {plain(name): name for name in known}
