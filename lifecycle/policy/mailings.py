"""What is mailed to many: to whom, from which register, how often, until they say no
(B-26…B-31)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name, Sentence, Source

DayOfYear = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")]
"""MM-DD, a day that every year has."""


class Mailing(Part):
    """One mailing or survey; whoever sends it gets today's addresses and nothing else."""

    called: Sentence
    purpose: Name
    subject: Name = Field(description="the kind of person that it goes to")
    category: Name = Field(description="the data that is used")
    address: Name = Field(description="the field of it that holds the mail address")
    taken_from: Name = Field(description="the system that the addresses are taken from (B-27)")
    sent_with: Name = Field(description="the system that sends it (B-27, B-29)")
    after: Name | None = Field(
        default=None, description="the event that must have happened, e.g. the training's end"
    )
    at_most: int | None = Field(
        default=None, ge=1, le=100, strict=True, description="times in a term; none: no sentence"
    )
    answers: Name = Field(description="the role that answers for it")
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")


class Mailings(Part):
    """Everything that is mailed to many."""

    terms: tuple[DayOfYear, ...] = Field(min_length=1, description="the days on which terms begin")
    opted_out: Name | None = Field(
        default=None,
        description="the event that has happened when somebody wants no mailing any more: rules "
        "that count from it take the address out (B-28, B-31)",
    )
    lists: dict[Name, Mailing] = Field(min_length=1)
