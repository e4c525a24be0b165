"""Incidents: what counts as one, who is told at once, how long there is, who tells the people
concerned (A-24…A-31, H-57, H-58, B-32)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.incident.clock import LONGEST, Clock
from lifecycle.incident.words import Cause, Effect
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import AnyPeriod, ExactPeriod, Name, Sentence, Source

MOST_REMINDERS: Final = 5


class IncidentKind(Part):
    """A kind of incident, in the controller's words (A-25)."""

    called: Sentence
    effects: tuple[Effect, ...] = Field(
        min_length=1, description="what becomes of the data: lost, changed, shared, kept"
    )
    drafts: tuple[Cause, ...] = Field(
        default=(), description="what Gallra itself notices and opens a draft of this kind for"
    )
    source: Source


class IncidentChannel(Part):
    """By which way an employee reports (A-31)."""

    called: Sentence
    source: Source


class TellingPeople(Part):
    """Who tells the people concerned, and with whom that is agreed (A-30)."""

    by: tuple[Name, ...] = Field(min_length=1, description="roles; one of them agrees")
    agreed_with: tuple[Name, ...] = Field(
        min_length=1, description="roles; another person, who has one of them, agrees too"
    )
    by_hand: OrderRule = Field(description="who hands the letter to whom no mail reaches")
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")


class IncidentRules(Part):
    """What happens from the moment that something is noticed."""

    reported_to: Name = Field(description="the role that every report reaches at once (A-26)")
    judged_by: tuple[Name, ...] = Field(
        min_length=1, description="roles that assess, decide, report and close"
    )
    channel: IncidentChannel | None = Field(
        default=None, description="none: no sentence says how employees report"
    )
    within: ExactPeriod = Field(
        description="from awareness to the report to the authority; art. 33(1): at most PT72H",
        examples=["PT72H"],
    )
    remind_after: tuple[ExactPeriod, ...] = Field(
        min_length=1,
        max_length=MOST_REMINDERS,
        description="after how much of it somebody is reminded",
        examples=[["PT24H", "PT48H", "PT60H"]],
    )
    supplement_within: AnyPeriod = Field(
        description="from a report to the day by which what was still missing is sent (art. 33(4))"
    )
    telling: TellingPeople
    kinds: dict[Name, IncidentKind] = Field(min_length=1)
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _in_time(self) -> IncidentRules:
        if self.within.exact > LONGEST:
            raise ValueError(
                f"within: {self.within} is more than article 33(1) allows; write PT72H or less"
            )
        times = [each.exact for each in self.remind_after]
        if times != sorted(set(times)) or times[-1] >= self.within.exact:
            raise ValueError(
                "remind_after: the shortest first, each once, all before `within`; write e.g. "
                "[PT24H, PT48H, PT60H]"
            )
        return self

    @model_validator(mode="after")
    def _each_cause_once(self) -> IncidentRules:
        drafted = [cause for kind in self.kinds.values() for cause in kind.drafts]
        for cause in Cause:
            if drafted.count(cause) != 1:
                raise ValueError(
                    f"kinds: exactly one has `drafts: [{cause}]`; here {drafted.count(cause)} have"
                )
        return self

    def kind_of(self, cause: Cause) -> str:
        """The kind of the draft that is opened for `cause`."""
        return next(name for name, kind in self.kinds.items() if cause in kind.drafts)

    def clock(self, aware_at: datetime) -> Clock:
        """The time that runs from `aware_at`, an instant. Raises as `Clock`."""
        return Clock(
            aware_at=aware_at,
            within=self.within.exact,
            remind_after=tuple(each.exact for each in self.remind_after),
        )
