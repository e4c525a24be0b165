"""Whoever processes data on the controller's behalf does so under an agreement (A-11…A-18)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.values import AnyPeriod, Name, Sentence, Source


class Processor(Part):
    """A company that processes data on the controller's behalf (art. 28)."""

    called: Sentence
    does: Sentence
    systems: tuple[Name, ...] = Field(min_length=1)
    agreement: Literal["signed", "missing", "not_needed", "undecided"] = Field(
        description="undecided: the guidelines do not say; needs `decision:`"
    )
    signed_on: date | None = None
    decision: Name | None = None
    answers: Name = Field(description="the role that answers for the agreement (A-12, A-13, A-15)")
    source: Source

    @model_validator(mode="after")
    def _dated(self) -> Processor:
        if (self.agreement == "signed") != (self.signed_on is not None):
            raise ValueError("agreement: signed and signed_on belong together; write both or none")
        return self


class ProcessorReview(Part):
    """How often the list is gone through, and by whom (A-18)."""

    every: AnyPeriod
    by: Name
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")
