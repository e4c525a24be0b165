"""The authority's own questions, and what we know of each: what is unknown is said to be unknown,
never left out (art. 33(3), 33(4))."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pydantic import Field, model_validator

from lifecycle.configuration.problems import PolicyError
from lifecycle.configuration.text import read_text
from lifecycle.configuration.validated import Part, validated
from lifecycle.policy.beside import content_beside
from lifecycle.policy.values import Name, Sentence

FOLDER: Final = "forms"
"""Beside the policy files, in a folder of its own: a file there is no policy."""


class Asked(StrEnum):
    """What article 33 asks a report to contain, point by point."""

    DELAY = "33(1) reasons for the delay"
    NATURE = "33(3)(a) nature"
    SUBJECTS = "33(3)(a) categories of data subjects"
    PEOPLE = "33(3)(a) number of data subjects"
    RECORDS = "33(3)(a) categories of records"
    PIECES = "33(3)(a) number of records"
    CONTACT_NAME = "33(3)(b) name of the contact"
    CONTACT_DETAILS = "33(3)(b) contact details"
    CONSEQUENCES = "33(3)(c) consequences"
    TAKEN = "33(3)(d) measures taken"
    PROPOSED = "33(3)(d) measures proposed"
    MITIGATION = "33(3)(d) mitigation of adverse effects"


class Value(StrEnum):
    """What fills a question: out of the policy, the register, or what people wrote."""

    PHASE = "phase"
    REFERENCE = "reference"
    RECEIPT = "receipt"
    COMPANY = "company"
    REGISTRATION = "registration"
    ADDRESS = "address"
    PHONE = "phone"
    JOINT = "joint"
    CONTACT_ROLE = "contact_role"
    CONTACT_MAIL = "contact_mail"
    KIND = "kind"
    EFFECTS = "effects"
    AWARE = "aware"
    BEGAN = "began"
    ENDED = "ended"
    DISCOVERED = "discovered"
    DELAY = "delay"
    HAPPENED = "happened"
    REASON = "reason"
    SYSTEMS = "systems"
    PROCESSOR = "processor"
    SUBJECTS = "subjects"
    PEOPLE = "people"
    CATEGORIES = "categories"
    CLASS = "class"
    DATA = "data"
    PIECES = "pieces"
    CONSEQUENCES = "consequences"
    RISK = "risk"
    DONE = "done"
    PLANNED = "planned"
    ADVICE = "advice"
    TOLD = "told"
    TELLING = "telling"
    ABROAD = "abroad"
    ELSEWHERE = "elsewhere"
    SECRECY = "secrecy"
    MORE = "more"


OF_THE_CONTROLLER: Final = frozenset({Value.REGISTRATION, Value.ADDRESS, Value.PHONE})
"""What the policy may leave out, and whoever sends the form knows: it is filled in by hand. Nothing
of the incident has to come to light for it."""


class Question(Part):
    """One question of the form."""

    id: Name
    asks: Sentence
    fill: Value
    answers: tuple[Asked, ...] = Field(
        default=(), description="what of article 33 it answers; []: the authority asks it itself"
    )


class FormPart(Part):
    """Questions under one heading."""

    title: Sentence
    questions: tuple[Question, ...] = Field(min_length=1)


class BreachForm(Part):
    """The form of one authority."""

    version: Literal[1]
    country: Literal["SE", "DK"]
    language: Literal["sv", "da"]
    authority: Sentence
    title: Sentence
    supplement_title: Sentence
    sent_by: Sentence = Field(description="how and where the report is made: for people")
    unknown: Sentence = Field(description="what stands where nothing is known yet")
    by_hand: Sentence = Field(
        description="what stands where the policy says nothing of the controller itself"
    )
    new: Sentence = Field(description="marks what was written since the last report")
    words: dict[Name, Sentence] = Field(description="the register's own words in that language")
    parts: tuple[FormPart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> BreachForm:
        names = [question.id for part in self.parts for question in part.questions]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"parts: two questions are called '{twice}'; give each its own id")
        return self

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in its order."""
        return tuple(question for part in self.parts for question in part.questions)


class Answer(NamedTuple):
    """What is known of one question."""

    id: str
    asks: str
    text: str
    known: bool
    new: bool
    """Written since the last report (art. 33(4))."""

    def __repr__(self) -> str:
        return f"Answer({self.id}, known={self.known})"


class Filled(NamedTuple):
    """A form as somebody sends it: every question, answered or said to be unknown."""

    title: str
    authority: str
    sent_by: str
    ref: str
    language: Literal["sv", "da"]
    parts: tuple[tuple[str, tuple[Answer, ...]], ...]

    def __repr__(self) -> str:
        return f"Filled({self.ref})"

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every answer, in the form's order."""
        return tuple(answer for _, answers in self.parts for answer in answers)

    @property
    def missing(self) -> tuple[str, ...]:
        """The questions of which nothing is known yet, and those to fill in by hand."""
        return tuple(answer.asks for answer in self.answers if not answer.known)


def fill(
    form: BreachForm,
    facts: Mapping[Value, str],
    *,
    ref: str,
    supplement: bool,
    new: frozenset[Value] = frozenset(),
) -> Filled:
    """The form with what is known; `new`: what was written since the last report."""
    return Filled(
        title=form.supplement_title if supplement else form.title,
        authority=form.authority,
        sent_by=form.sent_by,
        ref=ref,
        language=form.language,
        parts=tuple(
            (
                part.title,
                tuple(
                    Answer(
                        id=question.id,
                        asks=question.asks,
                        text=facts.get(question.fill, "").strip() or _unknown(form, question),
                        known=bool(facts.get(question.fill, "").strip()),
                        new=supplement and question.fill in new,
                    )
                    for question in part.questions
                ),
            )
            for part in form.parts
        ),
    )


def _unknown(form: BreachForm, question: Question) -> str:
    return form.by_hand if question.fill in OF_THE_CONTROLLER else form.unknown


def as_text(filled: Filled, *, new: str) -> str:
    """The form as plain text; `new` marks what was written since the last report."""
    lines = [filled.title, filled.ref, filled.sent_by]
    for title, answers in filled.parts:
        lines += ["", title.upper()]
        for answer in answers:
            mark = f" [{new}]" if answer.new else ""
            lines += ["", f"{answer.asks}{mark}", *(f"  {row}" for row in answer.text.split("\n"))]
    return "\n".join(lines) + "\n"


def parse_form(content: bytes, *, name: str) -> BreachForm:
    """The form in the bytes of a file called `name`; raises `PolicyError`."""
    text = read_text(content, name=name, error=PolicyError)
    return validated(BreachForm, text, error=PolicyError)


def load_form(policies: Path, country: str) -> BreachForm:
    """The form of a country's authority, from the folder `forms` beside the policies.

    Raises `PolicyError`, also when the file cannot be read.
    """
    name = f"breach-{country.lower()}.yaml"
    return parse_form(content_beside(policies, FOLDER, name), name=name)
