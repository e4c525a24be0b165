"""How protected the data is, and which risks are weighed again and again (T-75, H-45…H-47)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import AnyPeriod, Name, Sentence, Source

Matter = Literal["activity", "system"]
"""What a risk is weighed of: a purpose of the policy, or one of its systems."""


class Measure(Part):
    """A technical or organisational measure of security (GDPR art. 30(1)(g), 32(1))."""

    id: Name
    called: Sentence
    source: Source


class Assessments(Part):
    """Risk is consequence times likelihood, for the person whose data it is (H-45)."""

    consequence: tuple[Sentence, ...] = Field(
        min_length=2, max_length=9, description="the levels in words, the mildest first"
    )
    likelihood: tuple[Sentence, ...] = Field(
        min_length=2, max_length=9, description="the levels in words, the rarest first"
    )
    medium_from: int = Field(ge=2, strict=True, description="consequence × likelihood")
    high_from: int = Field(
        ge=2, strict=True, description="from here on an impact assessment is needed (art. 35)"
    )
    of: tuple[Matter, ...] = Field(min_length=1, description="what must have one")
    every: AnyPeriod = Field(description="how long one counts at most")
    ahead: AnyPeriod = Field(description="so long before that it is ordered anew")
    by: Name = Field(description="the role that decides about them")
    order: OrderRule
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _in_order(self) -> Assessments:
        largest = len(self.consequence) * len(self.likelihood)
        if not self.medium_from < self.high_from <= largest:
            raise ValueError(
                f"medium_from must be below high_from, and that at most {largest} "
                "(levels of consequence × levels of likelihood)"
            )
        if self.every.minutes or self.ahead.minutes:
            raise ValueError("assessments are counted in days; write e.g. every: P1Y, ahead: P30D")
        if self.ahead.longest >= self.every.shortest:
            raise ValueError("ahead must be shorter than every; write e.g. every: P1Y, ahead: P30D")
        return self
