"""Free text only for what it is for; absence only as reported or not reported (A-82, A-83)."""

from __future__ import annotations

from pydantic import Field

from lifecycle.configuration.validated import Part
from lifecycle.policy.data import DataClass
from lifecycle.policy.values import Name, Sentence, Source


class FreeTextRule(Part):
    """What may not stand in the free-text fields of some systems."""

    id: Name
    systems: tuple[Name, ...] = Field(min_length=1)
    fields: tuple[Sentence, ...] = Field(default=(), description="[]: every free-text field")
    names: tuple[Name, ...] = Field(
        default=(),
        description="the fields that are looked into, by the names that bindings use; []: nobody "
        "has said which they are, so no machine looks",
    )
    never: tuple[DataClass, ...] = Field(description="classes of data that may not stand there")
    nor: tuple[Sentence, ...] = Field(default=(), description="what else may not")
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")


class AbsenceRule(Part):
    """What may be written about somebody who is absent."""

    id: Name
    systems: tuple[Name, ...] = Field(min_length=1)
    only: tuple[Sentence, ...] = Field(min_length=1, description="the only values")
    never: tuple[Sentence, ...] = Field(description="what may not be written")
    names: tuple[Name, ...] = Field(
        default=(), description="the fields that are looked into, as in `free_text`"
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")
