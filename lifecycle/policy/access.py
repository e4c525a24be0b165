"""Who may have an account in which system, and when it ends (A-78, A-79, A-86, A-104, B-10)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import Name, Sentence, Source


class Asks(StrEnum):
    """What a rule asks of every account."""

    LEAVER_GOES = "leaver_goes"
    """Whoever leaves loses the account."""
    COURSE_OVER_GOES = "course_over_goes"
    """The account ends with the course."""
    ONE_PERSON_EACH = "one_person_each"
    """No account is a group's."""
    NO_WIDER_THAN_NEEDED = "no_wider_than_needed"
    """The system's `levels` say whose work needs which."""
    TRAINED_FIRST = "trained_first"
    """Nobody has access before training in the system."""


class AccessRule(Part):
    """What is asked of the accounts of some systems."""

    id: Name
    systems: tuple[Name, ...] = Field(min_length=1)
    asks: Asks
    roles: tuple[Sentence, ...] = Field(
        default=(), description="course_over_goes: whose accounts; []: everybody's"
    )
    then: Literal["remove", "tell"] = Field(
        description="remove: the account is removed when somebody agreed; tell: a person judges"
    )
    order: OrderRule = Field(
        description="who mends it, and by when; or removes it, where no machine can"
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _removes_only_the_certain(self) -> AccessRule:
        if self.then == "remove" and self.asks not in {Asks.LEAVER_GOES, Asks.COURSE_OVER_GOES}:
            raise ValueError(f"{self.asks} is for a person to judge; write then: tell")
        return self
