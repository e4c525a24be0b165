"""Consents: what for, given when, renewed when, and what a withdrawal ends (A-41…A-57)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lifecycle.configuration.validated import Part
from lifecycle.policy.controller import Mail
from lifecycle.policy.processors import Work
from lifecycle.policy.values import Name, Sentence, Source

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, hexadecimal."""


class Withdrawal(StrEnum):
    """What a withdrawn consent ends."""

    FORWARD_ONLY = "forward_only"
    """Nothing more is processed under it; what was collected before stays (A-53, A-54)."""
    STOPS = "stops"
    """The purpose ends: what it used is no longer used for it (H-101)."""
    REMOVES_EVERYWHERE = "removes_everywhere"
    """The data goes, in every place and for every use (B-28, B-31)."""


class Consent(Part):
    """One question that a person answers with yes or no, apart from every other (A-45)."""

    id: Name
    called: Sentence = Field(description="what the person agrees to, in the controller's words")
    form: Name | None = Field(
        default=None, description="consents of one form stand on one page, each with its own box"
    )
    subject: Name = Field(description="whose data it is about")
    given_by: tuple[Name, ...] = Field(
        min_length=1, description="kinds of data subject that may give it: the person, a parent"
    )
    categories: tuple[Name, ...] = Field(min_length=1)
    purpose: Name
    given_at: Literal["first_meeting", "admission", "start", "before_use", "collection"]
    renewed: Literal["every_start", "never"]
    withdrawal: Withdrawal
    withdrawn_at: Mail | None = Field(
        default=None, description="where it is withdrawn, if not at the controller's own address"
    )
    consequence: Sentence | None = Field(
        default=None, description="what a withdrawal may mean for the person (H-25, T-69)"
    )
    proof: Name = Field(
        description="the category that says who consented to what; its retention rules say how "
        "long that is kept"
    )
    answers: Name = Field(description="the role that answers for it (A-49, A-50)")
    counts_as: Literal["consent", "receipt", "undecided"] = Field(
        default="consent",
        description="receipt: the person confirms to have been told and agrees to nothing (A-99); "
        "undecided: needs an open decision, and is registered as a consent meanwhile",
    )
    ends: Name | None = Field(
        default=None,
        description="the event that has happened when no consent that names it stands any more: "
        "withdrawn, answered no, or not renewed (A-51, H-104, H-105); needed where the withdrawal "
        "removes everywhere",
    )
    same_as: tuple[Digest, ...] = Field(
        default=(),
        description="versions (gallra consent questions) whose words meant the same: a slip of the "
        "pen was mended",
    )
    decision: Name | None = Field(
        default=None, description="the decision that this consent waits for or rests on"
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")


class Asking(Work):
    """How people are asked for what they have not answered: an order to whoever answers for it."""

    slip: tuple[Name, ...] = Field(
        min_length=1,
        description="categories by which whoever asks recognises the person; sealed, and gone when "
        "the order is finished",
    )
