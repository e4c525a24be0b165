"""Notices: who is told what, in which languages, when, and every year again (A-33…A-39)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.erasure import MonthAndDay
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import Name, Sentence, Source

Language = Literal["sv", "en", "ar", "so", "fa", "ti", "da"]
"""A language that a notice can be written in (ISO 639-1)."""


class Notice(Part):
    """A text that people are given about what is done with their data (art. 13 and 14)."""

    id: Name
    called: Sentence
    subjects: tuple[Name, ...] = Field(min_length=1, description="who is given it")
    languages: tuple[Language, ...] = Field(min_length=1)
    governs: Language = Field(description="the language whose text counts if two differ")
    text: Name = Field(
        description="the folder under policies/notices with one file of terms per language: sv.yaml"
    )
    about: Literal["personal_data", "cameras"] = Field(
        default="personal_data", description="cameras: given at the units that have them"
    )
    when: tuple[
        Literal["before_collection", "first_contact", "start", "yearly", "material_change"], ...
    ] = Field(min_length=1)
    yearly_on: MonthAndDay | None = Field(
        default=None, description="the day of the yearly notice: the controller's choice"
    )
    answers: Name = Field(description="the role that sees to it (A-36, A-37)")
    by_hand: OrderRule | None = Field(
        default=None,
        description="how whoever has no mail address is given it; without it nobody is written to: "
        "the text is published or handed out with a form",
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _consistent(self) -> Notice:
        if ("yearly" in self.when) != (self.yearly_on is not None):
            raise ValueError('when: yearly and yearly_on belong together; write e.g. "09-01"')
        if self.governs not in self.languages:
            raise ValueError(f"governs: {self.governs} is not among languages; add it there")
        return self
