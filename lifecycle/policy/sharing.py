"""Data is shared consciously: which class by which channel, and to whom (A-68, A-69)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lifecycle.configuration.validated import Part
from lifecycle.policy.data import DataClass, LegalBasis
from lifecycle.policy.values import Deadline, Name, Sentence, Source

Safeguard = Literal[
    "access_control",
    "expiry",
    "encrypted_mail",
    "tls_1_2",
    "tunnel",
    "both_sides_delete",
    "password_protected_file",
    "password_another_way",
    "encrypted_medium",
    "digital_post",
    "statutory_portal",
]
"""What a channel needs; a disclosure without it is refused."""


class Channel(Part):
    """A way by which data may leave the system that is meant for it."""

    called: Sentence
    needs: tuple[Safeguard, ...]
    source: Source


class SharingRule(Part):
    """Which channels data of these classes may take, and to whom."""

    id: Name
    classes: tuple[DataClass, ...] = Field(min_length=1)
    channels: tuple[Name, ...] | Literal["any"] = Field(
        description="names out of channels, or any: whatever the controller offers"
    )
    recipients: tuple[Name, ...] | None = Field(
        default=None,
        min_length=1,
        description="names out of recipients: it allows nothing to others; left out: to all",
    )
    only_with: tuple[Literal["consent", "legal_duty", "judged_in_the_case"], ...] = Field(
        default=(), description="one of these must be there; [] where the sentence asks for none"
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")


class Recipient(Part):
    """Whom data is disclosed to: the notice names them, and they are told of erasures (art. 19)."""

    called: Sentence
    subjects: tuple[Name, ...] = Field(min_length=1)
    categories: tuple[Name, ...] = Field(min_length=1)
    legal_basis: LegalBasis
    decision: Name | None = Field(
        default=None, description="the decision that an undecided legal basis waits for"
    )
    seat: Literal["inside_eea", "outside_eea"] | None = Field(
        default=None,
        description="outside_eea: nothing is disclosed there (H-27); none: no sentence says where",
    )
    interest: Sentence | None = Field(
        default=None, description="legitimate_interests: which interest (art. 13(1)(d))"
    )
    consents: tuple[Name, ...] = Field(
        default=(),
        description="questions of which each needs the person's yes where giving it rests on "
        "consent; none: those that cover the purpose and the data",
    )
    source: Source


class AnonymousOnly(Part):
    """What gets nothing by which anybody could be recognised (H-36). Gallra gives out people's
    data and makes nothing anonymous, so it gives nothing to it at all."""

    called: Sentence
    source: Source


class Telling(Part):
    """How recipients are told that data was rectified, erased or restricted (art. 19)."""

    within: Deadline = Field(
        description="from the day on which it is known here; undecided: no sentence says until "
        "when, needs `decision:`"
    )
    role: Name = Field(description="who tells those whom no bound mail reaches")
    how: Sentence = Field(description="what that person does, in the controller's language")
    evidence: Sentence = Field(description="what proves that it is done")
    decision: Name | None = Field(
        default=None, description="the decision that an undecided last day waits for"
    )
    source: Source


class Sharing(Part):
    """How data may be shared."""

    automatic: Literal["never", "as_planned"] = Field(
        description="never: each disclosure is started by a person (H-32)"
    )
    channels: dict[Name, Channel]
    rules: tuple[SharingRule, ...] = Field(min_length=1)
    recipients: dict[Name, Recipient]
    anonymous_only: dict[Name, AnonymousOnly] = Field(
        default_factory=dict,
        description="as whose recipient and for what as a purpose nothing is shared (H-36)",
    )
    telling: Telling | None = Field(default=None, description="needed where there are recipients")
    source: Source
