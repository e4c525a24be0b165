"""Where personal data lies is chosen knowing what it is worth: what may lie at a place, which is
less than what turns up there (A-58, A-61…A-67)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name, Source


class Sign(StrEnum):
    """What a text shows of a person."""

    IDENTITY_NUMBER = "identity_number"
    """A personnummer, samordningsnummer or CPR number (A-62)."""
    HEALTH = "health"
    ABSENCE = "absence"
    """Absence told together with illness or well-being (A-83)."""
    ORIGIN = "origin"
    RELIGION = "religion"
    POLITICS = "politics"
    UNION = "union"
    SEX_LIFE = "sex_life"
    BIOMETRIC = "biometric"
    SUPPORT = "support"
    """Support, adaptations, the social situation (A-63, A-64)."""


class MayLie(Part):
    """Data that a sentence allows at a place, and on which condition.

    What a system `holds` is where it is looked for when somebody is erased: what may turn up. That
    allows nothing.
    """

    categories: tuple[Name, ...] = Field(min_length=1, description="out of what the place holds")
    shows: tuple[Sign, ...] = Field(
        default=(),
        description="what such a document may show of a person; []: nothing beyond non_sensitive",
    )
    password: bool = Field(default=False, description="only in a document that needs a password")
    shared_with: Literal["entitled"] | None = Field(
        default=None,
        description="entitled: not by a link for anyone, not with the whole organisation, not with "
        "outsiders",
    )
    source: Source
