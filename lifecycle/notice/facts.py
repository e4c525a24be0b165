"""What a notice says, before any language: which phrase, about which parts of the policy.

A changed rule changes these facts and so their hash. Another wording of the same changes them not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from lifecycle.policy.values import Period


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the policy that each language has a word for: `categories` `identity`."""

    kind: str
    name: str
    holds: tuple[str, ...] = ()
    """What else would be another fact under the same name: a category's fields."""


@dataclass(frozen=True, slots=True)
class Literal:
    """What reads the same in every language: a company, an address, a number, an act's name."""

    text: str


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time in calendar years, months and days."""

    months: int
    days: int

    @classmethod
    def of(cls, period: Period) -> Length:
        """A policy's period; hours are no part of what people are told."""
        return cls(period.months, period.days)


@dataclass(frozen=True, slots=True)
class Nested:
    """A phrase inside a phrase: "6 months after you have left"."""

    phrase: str
    fills: tuple[tuple[str, Fill], ...] = ()


Fill: TypeAlias = Term | Literal | Length | Nested | tuple[Term | Literal, ...]
"""What stands in a phrase's gap."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, and those that belong to it."""

    phrase: str
    fills: tuple[tuple[str, Fill], ...] = ()
    then: tuple[Statement, ...] = ()
    """Said in the same paragraph."""
    listed: bool = False
    """One of several of the same kind."""

    def phrases(self) -> Iterator[str]:
        """Every phrase that it uses."""
        yield self.phrase
        for _, fill in self.fills:
            yield from _phrases_in(fill)
        for statement in self.then:
            yield from statement.phrases()

    def terms(self) -> Iterator[Term]:
        """Every part of the policy that it names."""
        for _, fill in self.fills:
            yield from _terms_in(fill)
        for statement in self.then:
            yield from statement.terms()


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the notice, and which points of articles 13 and 14 it answers."""

    id: str
    answers: tuple[str, ...]
    """`13(1)(a)`, as the articles count."""
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Facts:
    """Everything that one kind of person is told, in no language."""

    controller: str
    notice: str
    subject: str
    sections: tuple[Section, ...]

    @cached_property
    def canonical(self) -> str:
        """JSON that is the same for the same facts, on every machine and in whatever order the
        policy file says them: what the version is made of.

        Nothing of a person is in it.
        """
        return _written(
            {
                "controller": self.controller,
                "notice": self.notice,
                "subject": self.subject,
                "sections": [
                    {
                        "id": section.id,
                        "answers": list(section.answers),
                        "says": sorted(map(_plain, section.statements), key=_written),
                    }
                    for section in self.sections
                ],
            }
        )

    @cached_property
    def sha256(self) -> str:
        """The version: hexadecimal. Another one means that people are told again."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    def terms(self) -> tuple[Term, ...]:
        """Every part of the policy that a language needs a word for, each once."""
        found: dict[tuple[str, str], Term] = {}
        for section in self.sections:
            for statement in section.statements:
                for term in statement.terms():
                    found.setdefault((term.kind, term.name), term)
        return tuple(found.values())

    def phrases(self) -> tuple[str, ...]:
        """Every phrase that a language needs, headings included, each once."""
        found: dict[str, None] = {}
        for section in self.sections:
            found[f"heading.{section.id}"] = None
            for statement in section.statements:
                found.update(dict.fromkeys(statement.phrases()))
        return tuple(found)


def _phrases_in(fill: Fill) -> Iterator[str]:
    if isinstance(fill, Nested):
        yield fill.phrase
        for _, inner in fill.fills:
            yield from _phrases_in(inner)


def _terms_in(fill: Fill) -> Iterator[Term]:
    if isinstance(fill, Term):
        yield fill
    elif isinstance(fill, tuple):
        yield from (item for item in fill if isinstance(item, Term))
    elif isinstance(fill, Nested):
        for _, inner in fill.fills:
            yield from _terms_in(inner)


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(statement: Statement) -> list[object]:
    return [
        statement.phrase,
        {name: _plain_fill(fill) for name, fill in statement.fills},
        [_plain(each) for each in statement.then],
    ]


def _plain_fill(fill: Fill) -> object:
    if isinstance(fill, tuple):
        return sorted(map(_plain_fill, fill), key=_written)
    if isinstance(fill, Term):
        return {"term": f"{fill.kind}.{fill.name}", "holds": list(fill.holds)}
    if isinstance(fill, Literal):
        return {"text": fill.text}
    if isinstance(fill, Length):
        return {"months": fill.months, "days": fill.days}
    return {"phrase": fill.phrase, "of": {name: _plain_fill(inner) for name, inner in fill.fills}}
