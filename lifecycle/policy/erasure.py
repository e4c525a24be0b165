"""How data is weeded: how early it is planned, who agrees, how soon it is proven."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from lifecycle.configuration.validated import Part
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import AnyPeriod, ExactPeriod, Name, Sentence, Source


class Role(Part):
    """An office that decides: a manager, a principal, the data protection officer."""

    called: Sentence
    source: Source | None = None


class Approvals(Part):
    """Who may say yes to what."""

    erasure: tuple[Name, ...] = Field(min_length=1, description="roles that may approve a plan")
    second: tuple[Name, ...] = Field(
        default=(), description="where two must agree, one of them has one of these roles"
    )
    hold: tuple[Name, ...] = Field(
        min_length=1, description="roles that may place or release a legal hold (A-74)"
    )
    valid_for: ExactPeriod = Field(
        description="how long an approval may wait for its execution, e.g. P7D"
    )


def _month_and_day(value: object) -> str:
    try:
        date.fromisoformat(f"2001-{value}")
    except ValueError:
        raise ValueError(f"'{value}' is not a month and a day; write e.g. 01-01 or 08-01") from None
    return str(value)


MonthAndDay = Annotated[
    str, BeforeValidator(_month_and_day), Field(pattern=r"^[0-9]{2}-[0-9]{2}$", examples=["08-01"])
]
"""A day that every year has."""


class Erasure(Part):
    """The controller's own choices about plans and proof. No document names these figures."""

    lead: AnyPeriod = Field(description="how long before its last day a thing is put on a plan")
    grace: AnyPeriod = Field(description="how long after its last day it may still be under way")
    verify_after: ExactPeriod | Literal["at_once"] = Field(
        description="how long after erasing a system is read again, e.g. PT1H, or at_once"
    )
    recent_activity: AnyPeriod = Field(
        description="somebody who did something so lately, after the date that time is counted "
        "from, is not erased by machine"
    )
    earliest_anchor: date = Field(description="a date before this one is taken for a mistake")
    accounting_year_begins: MonthAndDay | None = Field(
        default=None, description="needed by rules that count from the accounting year's end"
    )
    smallest_group: int = Field(
        ge=2, le=100, strict=True, description="a residue of fewer people is reported (A-109)"
    )
    year_end: MonthAndDay | None = Field(
        default=None, description="the day on which the plan of the turn of the year is drawn up"
    )

    @property
    def verify_delay(self) -> timedelta:
        """How long after erasing a system is read again."""
        return timedelta(0) if self.verify_after == "at_once" else self.verify_after.exact


class ByHand(OrderRule):
    """How a place without an interface is weeded: a work order, due from the approval on."""

    slip: tuple[Name, ...] = Field(
        default=(),
        description="categories by which the person recognises whose papers they are; shown to "
        "whoever carries the order out, sealed, and gone when it is confirmed",
    )
