"""The small words of the policy language: periods, times of day, names and where a rule is from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from lifecycle.configuration.validated import Part

_PERIOD: Final = re.compile(
    r"P(?=.)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,5})M)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as ISO 8601 writes it: calendar months are kept apart from hours."""

    months: int
    days: int
    minutes: int
    written: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """`P6M`, `P1Y6M`, `P2W`, `P14D`, `PT20H`, `PT15M`; raises `ValueError`."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise ValueError(
                f"'{text}' is not an ISO 8601 period; write e.g. P6M (six months), P14D (days) "
                "or PT20H (hours)"
            )
        years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
        period = cls(years * 12 + months, weeks * 7 + days, hours * 60 + minutes, text)
        if period.longest == timedelta(0):
            raise ValueError(f"'{text}' is no time at all; write e.g. P1D")
        return period

    @property
    def shortest(self) -> timedelta:
        """As short as the calendar can make it (February): for comparing rules only."""
        return timedelta(days=self.months // 12 * 365 + self.months % 12 * 28 + self.days) + (
            timedelta(minutes=self.minutes)
        )

    @property
    def longest(self) -> timedelta:
        """As long as the calendar can make it: for comparing rules only, never for due dates."""
        return timedelta(days=self.months // 12 * 366 + self.months % 12 * 31 + self.days) + (
            timedelta(minutes=self.minutes)
        )

    @property
    def exact(self) -> timedelta:
        """Days and hours as a duration. Raises `ValueError` where months make it inexact."""
        if self.months:
            raise ValueError(f"'{self.written}' has months; write days or hours, e.g. PT24H")
        return self.longest

    def __str__(self) -> str:
        return self.written


class Term(StrEnum):
    """How long something is kept, where it is not a period."""

    UNDECIDED = "undecided"
    """The document gives no figure: an open decision, never a default."""
    FOREVER = "forever"
    EVERY_DAY = "every_day"
    ON_THE_EVENT = "on_the_event"


class Boundary(StrEnum):
    """A turn of the calendar that time is counted from instead of the event's own day."""

    END_OF_YEAR = "end_of_year"
    """31 December of the event's year: "latest at the turn of the year"."""
    END_OF_ACCOUNTING_YEAR = "end_of_accounting_year"
    """The last day of the controller's accounting year in which the event lies."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The end of the event's year, calendar or accounting, and perhaps a period after it."""

    boundary: Boundary
    period: Period | None
    written: str

    def __str__(self) -> str:
        return self.written


_TERMS: Final = frozenset(term.value for term in Term)
_BOUNDARIES: Final = frozenset(boundary.value for boundary in Boundary)


def _period(value: object) -> Period:
    if isinstance(value, Period):
        return value
    return Period.parse(value if isinstance(value, str) else str(value))


def _exact_period(value: object) -> Period:
    period = _period(value)
    period.exact  # noqa: B018 -- raises where months make it inexact
    return period


def _span(value: object) -> Period | Turn | Term:
    if isinstance(value, Period | Turn):
        return value
    if isinstance(value, str) and value in _TERMS:
        return Term(value)
    if isinstance(value, str):
        boundary, plus, period = value.partition("+")
        if boundary in _BOUNDARIES:
            after = Period.parse(period) if plus else None
            if after is not None and after.minutes:
                raise ValueError(f"'{value}' counts hours from the end of a year; write days")
            return Turn(Boundary(boundary), after, value)
    try:
        period_ = _period(value)
    except ValueError as wrong:
        choices = ", ".join([*Boundary, *Term])
        raise ValueError(f"{wrong}, or one of {choices}, or e.g. end_of_year+P5Y") from None
    if period_.minutes:
        raise ValueError(f"'{period_}' has hours; data is kept for whole days, e.g. P1D")
    return period_


_PERIOD_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?)?$",
    "examples": ["P6M", "P14D", "PT20H"],
}
ExactPeriod = Annotated[
    Period,
    PlainValidator(_exact_period),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?)?$",
            "examples": ["PT20H", "P30D"],
        }
    ),
]
"""A period without months or years."""
AnyPeriod = Annotated[Period, PlainValidator(_period), WithJsonSchema(_PERIOD_SCHEMA)]
_TURN_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^(end_of_year|end_of_accounting_year)(\+P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?)?$",
    "examples": ["end_of_year", "end_of_accounting_year+P5Y"],
}
Span = Annotated[
    Period | Turn | Term,
    PlainValidator(_span),
    WithJsonSchema(
        {"anyOf": [{"enum": [str(term) for term in Term]}, _PERIOD_SCHEMA, _TURN_SCHEMA]}
    ),
]
"""How long something is kept: a period, the end of a year (and a period after it), or a term."""


def _deadline(value: object) -> Period | Term:
    if value == Term.UNDECIDED:
        return Term.UNDECIDED
    try:
        period = _period(value)
    except ValueError as wrong:
        raise ValueError(f"{wrong}, or {Term.UNDECIDED}") from None
    if period.minutes:
        raise ValueError(f"'{period}' has hours; people act within whole days, e.g. P14D")
    return period


Deadline = Annotated[
    Period | Term,
    PlainValidator(_deadline),
    WithJsonSchema({"anyOf": [{"enum": [str(Term.UNDECIDED)]}, _PERIOD_SCHEMA]}),
]
"""Within how many days somebody has to act: a period, or undecided."""


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value), re.ASCII):
        raise ValueError(f"'{value}' is not a time of day; write hours and minutes, e.g. 18:00")
    return time.fromisoformat(str(value))


TimeOfDay = Annotated[
    time,
    PlainValidator(_time_of_day),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}),
]
"""Local time of the controller."""


def _name(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_.-]{0,63}", value, re.ASCII):
        raise ValueError(
            f"'{value}' is not a name; write small letters a-z, digits, dots and dashes, "
            "e.g. participant.six-months"
        )
    return value


Name = Annotated[str, BeforeValidator(_name), Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
"""A name that the policy gives: configuration, never personal; it stands in logs and ledger."""

Sentence = Annotated[str, Field(min_length=1, max_length=2000)]


def _requirement(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]-\d{2,3}", value, re.ASCII):
        raise ValueError(f"'{value}' is not a sentence's number; write e.g. A-71")
    return value


RequirementId = Annotated[
    str, BeforeValidator(_requirement), Field(pattern=r"^[A-Z]-[0-9]{2,3}$", examples=["A-71"])
]


class Source(Part):
    """Where a rule comes from: a sentence of the guidelines, word for word, or an article."""

    id: RequirementId | None = Field(default=None, description="the sentence's number")
    quote: Sentence | None = Field(default=None, description="the guidelines' own words")
    law: Sentence | None = Field(default=None, examples=["GDPR art. 14(3)"])

    @model_validator(mode="after")
    def _one_kind(self) -> Source:
        if (self.id is None) != (self.quote is None):
            raise ValueError("a sentence needs both its number and its words: id and quote")
        if (self.id is None) == (self.law is None):
            raise ValueError("write either id and quote, or law")
        return self
