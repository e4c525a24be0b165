"""Requests of the people whose data it is: who answers, when somebody is reminded, how long what
was written about them stays, and what they gave themselves (A-35, B-23, T-61…, H-60…)."""

from __future__ import annotations

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.values import AnyPeriod, Name, Sentence, Source

MOST_REMINDERS = 5


class Given(Part):
    """What a kind of data subject gave themselves, and can take along (art. 20(1))."""

    categories: tuple[Name, ...] = Field(min_length=1)
    source: Source


class ByThemselves(Part):
    """Where people see their own data without asking anybody."""

    called: Sentence
    source: Source


class RightsRules(Part):
    """How a request is taken care of. The month itself is the law's and stands in no policy."""

    answered_by: tuple[Name, ...] = Field(
        min_length=1, description="roles that look who asks, extend, carry out, answer and refuse"
    )
    remind_before: tuple[AnyPeriod, ...] = Field(
        min_length=1,
        max_length=MOST_REMINDERS,
        description="how long before the last day somebody is reminded, the longest first",
        examples=[["P14D", "P7D", "P2D"]],
    )
    look_up_within: AnyPeriod = Field(
        description="how long somebody has to look up by hand what a machine cannot read"
    )
    written_kept: AnyPeriod = Field(
        description="after the answer: how long what people wrote, in the request and about it, "
        "stays; that there was a request, and what was answered, stays"
    )
    given: dict[Name, Given] = Field(
        description="per kind of data subject what portability is about; {}: nothing"
    )
    by_themselves: ByThemselves | None = Field(
        default=None, description="none: no sentence names such a place"
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _longest_first(self) -> RightsRules:
        times = [each.longest for each in self.remind_before]
        if times != sorted(set(times), reverse=True):
            raise ValueError("remind_before: the longest first, each once; write [P14D, P7D, P2D]")
        return self
