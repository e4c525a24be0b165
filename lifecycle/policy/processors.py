"""Whoever processes data on the controller's behalf does so under an agreement (A-11…A-18)."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import AnyPeriod, Name, Sentence, Source
from lifecycle.third_countries import Ground, is_outside

Declared = Literal["signed", "missing", "not_needed", "undecided"]
"""What a policy file says of an agreement; not_needed: a law says what it would say (T-41)."""


class Need(StrEnum):
    """What a policy may ask of every processor; what it asks for, binds."""

    AGREEMENT = "agreement"
    INSTRUCTION = "instruction"
    SUITABILITY = "suitability"
    SUITABILITY_WITHOUT_FRAMEWORK = "suitability_without_framework"
    """Only of those that work under no framework contract (A-14)."""
    REVIEW = "review"
    COUNTRIES = "countries"
    """Every country outside the EEA has a ground (H-27)."""
    SUB_PROCESSORS = "sub_processors"
    """Each of them is approved (art. 28(2))."""


def _country(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}", value, re.ASCII):
        raise ValueError(f"'{value}' is not a country; write two capital letters, e.g. US")
    if not is_outside(value):
        raise ValueError(f"'{value}' lies in the European Economic Area and needs no ground")
    return value


class ThirdCountry(Part):
    """A country outside the European Economic Area that data goes to, and why it may (H-27)."""

    country: Annotated[
        str, BeforeValidator(_country), Field(pattern=r"^[A-Z]{2}$", examples=["US", "GB"])
    ] = Field(description="ISO 3166-1 alpha-2")
    ground: Ground
    source: Source | None = None


class Processor(Part):
    """A company that processes data on the controller's behalf (art. 28)."""

    called: Sentence
    does: Sentence
    systems: tuple[Name, ...] = Field(min_length=1)
    agreement: Declared = Field(
        description="undecided: the guidelines do not say; needs `decision:`"
    )
    signed_on: date | None = None
    third_countries: Literal["undecided"] | tuple[ThirdCountry, ...] = Field(
        description="[]: data stays in the European Economic Area; undecided: nobody has said, "
        "needs `decision:`"
    )
    decision: Name | None = None
    answers: Name = Field(description="the role that answers for the agreement (A-12, A-13, A-15)")
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _dated(self) -> Processor:
        if (self.agreement == "signed") != (self.signed_on is not None):
            raise ValueError("agreement: signed and signed_on belong together; write both or none")
        return self

    @property
    def undecided(self) -> str | None:
        """The first part of it that waits for a decision, by its name in the file."""
        if self.agreement == "undecided":
            return "agreement"
        return "third_countries" if self.third_countries == "undecided" else None


class Work(Part):
    """What somebody does about it by hand; who, is said elsewhere."""

    within: AnyPeriod = Field(description="from the day it is opened to the deadline")
    remind_every: AnyPeriod
    evidence: Sentence = Field(description="what proves that it is done")
    second_person: bool = Field(description="whether another person confirms it")
    how: Sentence = Field(description="what the person does, in the controller's language")

    def of(self, role: str) -> OrderRule:
        """The same as an order to that role."""
        return OrderRule(
            role=role,
            within=self.within,
            remind_every=self.remind_every,
            evidence=self.evidence,
            second_person=self.second_person,
            how=self.how,
        )


class ProcessorReview(Part):
    """How often the list is gone through, by whom, and what a processor must have (A-18, H-40)."""

    every: AnyPeriod
    ahead: AnyPeriod = Field(
        description="so long before the last review is over the next one is put before a person"
    )
    by: Name
    needs: tuple[Need, ...] = Field(
        min_length=1, description="what every processor must have; what is missing is an order"
    )
    binding_from: date | None = Field(
        default=None,
        description="from this local day on the systems of a processor that lacks something do not "
        "run; left out: what is missing is reported and ordered, and stops nothing",
    )
    order: Work = Field(description="how whoever answers for an agreement brings what is missing")
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _whole_days(self) -> ProcessorReview:
        if self.every.minutes or self.ahead.minutes:
            raise ValueError("reviews are counted in days; write e.g. every: P1Y, ahead: P30D")
        if self.ahead.longest >= self.every.shortest:
            raise ValueError("ahead must be shorter than every; write e.g. every: P1Y, ahead: P30D")
        return self


class Services(Part):
    """Apps of third parties and digital learning services (A-19…A-23)."""

    assessed_by: Name = Field(description="the role that approves or refuses each of them")
    recommended_only: bool = Field(
        description="whether what is compulsory must stand on the recommendation list"
    )
    assess: Work = Field(description="how what was reported is judged")
    mend: OrderRule = Field(description="how what may not be used so is taken out of use")
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")
