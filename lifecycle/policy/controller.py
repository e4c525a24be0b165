"""Who answers for the data, whom a person can turn to, and what is not decided yet."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, model_validator

from lifecycle.configuration.validated import Part, nearest
from lifecycle.policy.values import Name, RequirementId, Sentence, Source

Mail = Annotated[
    str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", examples=["dataskydd@example.se"])
]


@cache
def _time_zones() -> frozenset[str]:
    """Every name that this machine knows: six hundred files are looked for, once."""
    return frozenset(available_timezones())


def _time_zone(value: object) -> str:
    if not isinstance(value, str) or value not in _time_zones():
        raise ValueError(
            f"'{value}' is not a time zone{nearest(str(value), sorted(_time_zones()))}"
            if isinstance(value, str) and len(value) > 3
            else f"'{value}' is not a time zone; write e.g. Europe/Stockholm"
        )
    return value


class Dpo(Part):
    """The data protection officer."""

    email: Mail
    web_form: Sentence | None = None
    source: Source


class Authority(Part):
    """The supervisory authority."""

    name: Sentence
    named_in_document: Sentence | None = Field(
        default=None, description="what the guidelines call it, where that name is out of date"
    )
    web: Sentence
    email: Mail | None = None
    phone: Sentence | None = None


class JointController(Part):
    """Another company that decides together with the controller (art. 26)."""

    company: Sentence
    source: Source


class Controller(Part):
    """Whoever decides why and how the data is processed (art. 4(7))."""

    id: Name
    company: Sentence
    group: Sentence | None = None
    country: Literal["SE", "DK"]
    time_zone: Annotated[
        str, BeforeValidator(_time_zone), Field(examples=["Europe/Stockholm", "Europe/Copenhagen"])
    ]
    email: Mail
    dpo: Dpo | None = Field(
        default=None, description="where there is none, the controller's own mailbox stands in"
    )
    authority: Authority
    registration: Sentence | None = Field(
        default=None, description="the company's number, e.g. CVR-nr. or organisationsnummer"
    )
    address: Sentence | None = None
    phone: Sentence | None = None
    joint: tuple[JointController, ...] = Field(
        default=(), description="[]: the controller decides alone"
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @property
    def privacy_mailbox(self) -> str:
        """The data protection officer's mailbox, or the controller's own where there is none."""
        return self.email if self.dpo is None else self.dpo.email

    @property
    def zone(self) -> ZoneInfo:
        """For local midnight and the schedules."""
        return ZoneInfo(self.time_zone)


class Decision(Part):
    """Something that the guidelines leave open or say twice: decided, or waiting to be."""

    id: Name
    about: tuple[RequirementId, ...] = Field(
        description="the sentences concerned; an empty list where no sentence speaks of it"
    )
    question: Sentence
    status: Literal["open", "decided"]
    until_then: Sentence | None = Field(
        default=None, description="open: what Gallra does as long as nobody has decided"
    )
    choice: Sentence | None = None
    reason: Sentence | None = None
    decided_by: Sentence | None = None
    decided_on: date | None = None

    @model_validator(mode="after")
    def _complete(self) -> Decision:
        settled = (self.choice, self.reason, self.decided_by, self.decided_on)
        if self.status == "open":
            if self.until_then is None:
                raise ValueError("an open decision says what happens meanwhile: until_then")
            if any(value is not None for value in settled):
                raise ValueError("this has a choice; write `status: decided` or take it away")
        elif any(value is None for value in settled):
            raise ValueError(
                "a decision says choice, reason, decided_by and decided_on (yyyy-mm-dd)"
            )
        return self
