"""What a person does by hand is an order: a named role, a deadline, evidence, a second person."""

from __future__ import annotations

from pydantic import Field

from lifecycle.configuration.validated import Part
from lifecycle.policy.values import AnyPeriod, Name, Sentence


class OrderRule(Part):
    """Who does something by hand, until when, and what proves it."""

    role: Name
    within: AnyPeriod = Field(description="from the day it is opened to the deadline")
    remind_every: AnyPeriod
    evidence: Sentence = Field(description="what proves that it is done")
    second_person: bool = Field(description="whether another person confirms it")
    how: Sentence = Field(description="what the person does, in the controller's language")
