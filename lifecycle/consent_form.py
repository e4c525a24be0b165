"""Each row of an exported form is a person's answers, or is set aside with a reason: nothing is
guessed (A-45, A-46)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from lifecycle.bindings.consent_forms import ConsentForm
from lifecycle.consent import Answer
from lifecycle.errors import Refused
from lifecycle.identifiers import canonical

MOST_ROWS: Final = 100_000
HEADER_WITHIN: Final = 20
"""Rows in which the header is looked for: titles stand above it."""
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", re.ASCII)
_NORDIC: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T].*)?", re.ASCII)


class Why(StrEnum):
    """Why a row was set aside; nothing of it was registered."""

    NOBODY = "consent_row_of_nobody"
    TWO = "consent_row_of_two"
    DAY = "consent_row_without_day"
    ANSWER = "consent_row_without_answer"
    KIND = "consent_row_of_another_kind"
    GIVER = "consent_given_by_other"


class Reply(NamedTuple):
    """What one row says; its identifiers are personal data."""

    row: int
    identifiers: Mapping[str, str]
    """`national_id`, `email` in their one spelling."""
    answers: Mapping[str, Answer]
    """By header."""
    given_on: date
    start_on: date | None
    giver: str

    def __repr__(self) -> str:
        return f"Reply(row={self.row})"


class Read(NamedTuple):
    """What came of a form."""

    replies: tuple[Reply, ...]
    aside: tuple[tuple[int, Why], ...]
    rows: int

    def __repr__(self) -> str:
        return f"Read(rows={self.rows})"


class _Wrong(Exception):
    """Never leaves this module."""

    def __init__(self, why: Why) -> None:
        super().__init__()
        self.why = why


def read_form(
    table: Iterable[tuple[int, Sequence[str]]], form: ConsentForm, *, country: str, today: date
) -> Read:
    """Read every row; `country`: whose identity numbers are meant, `today`: the local day.

    A row without any answer is left out: nobody ticked anything. Raises `Refused`:
    `consent_header_missing` (a column is not there, or twice), `consent_form_not_readable` (too
    many rows).
    """
    source = iter(table)
    places = _places(source, form)
    replies: list[Reply] = []
    aside: list[tuple[int, Why]] = []
    rows = 0
    for row, cells in source:
        told = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
        if not any(told.values()):
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise Refused("consent_form_not_readable")
        try:
            reply = _reply(row, told, form, country=country, today=today)
        except _Wrong as wrong:
            aside.append((row, wrong.why))
        else:
            if reply.answers:
                replies.append(reply)
    return Read(tuple(replies), tuple(aside), rows)


def _places(source: Iterable[tuple[int, Sequence[str]]], form: ConsentForm) -> dict[str, int]:
    """Header → where it stands: in the first row that has one of them."""
    for _, (_, cells) in zip(range(HEADER_WITHIN), source, strict=False):
        header = [cell.strip() for cell in cells]
        if not any(name in header for name in form.headers):
            continue
        if any(header.count(name) != 1 for name in form.headers):
            break
        return {name: header.index(name) for name in form.headers}
    raise Refused("consent_header_missing")


def _reply(
    row: int, told: Mapping[str, str], form: ConsentForm, *, country: str, today: date
) -> Reply:
    identifiers: dict[str, str] = {}
    for kind, header in form.persons.items():
        if not told[header]:
            continue
        value = canonical(kind, told[header], country=country, today=today)
        if value is None:
            raise _Wrong(Why.NOBODY)
        identifiers[kind] = value
    if not identifiers:
        raise _Wrong(Why.NOBODY)
    answers = {name: _answer(told[name], form) for name in form.answers if told[name]}
    given_on = _day(told[form.given_on])
    if given_on > today:
        raise _Wrong(Why.DAY)
    start = form.start_on
    if isinstance(start, str):
        start = _day(told[start]) if told[start] else None
    giver = form.giver
    if form.giver_in is not None:
        by = {word.casefold(): kind for word, kind in form.givers.items()}
        giver = by.get(told[form.giver_in].casefold())
    if giver is None:
        raise _Wrong(Why.GIVER)
    return Reply(row, identifiers, answers, given_on, start, giver)


def _answer(text: str, form: ConsentForm) -> Answer:
    word = text.casefold()
    if word in {one.casefold() for one in form.yes}:
        return Answer.YES
    if word in {one.casefold() for one in form.no}:
        return Answer.NO
    raise _Wrong(Why.ANSWER)


def _day(text: str) -> date:
    found = _ISO.fullmatch(text)
    with suppress(ValueError):
        if found is not None:
            return date.fromisoformat(found[1])
        nordic = _NORDIC.fullmatch(text)
        if nordic is not None:
            return date(int(nordic[3]), int(nordic[2]), int(nordic[1]))
    raise _Wrong(Why.DAY)
