"""About whom what is kept, why, and in which systems."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.erasure import ByHand
from lifecycle.policy.placement import MayLie
from lifecycle.policy.values import AnyPeriod, Name, Sentence, Source


class DataClass(StrEnum):
    """How much harm a piece of data can do (A-61, A-62, A-66)."""

    NON_SENSITIVE = "non_sensitive"
    """okänslig"""
    INTEGRITY_SENSITIVE = "integrity_sensitive"
    """integritetskänslig"""
    SENSITIVE = "sensitive"
    """känslig (art. 9)"""


class LegalBasis(StrEnum):
    """Article 6(1) a to f, or a decision that is still open."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"
    UNDECIDED = "undecided"


class SpecialGround(StrEnum):
    """Article 9(2): why sensitive data may be processed at all."""

    EXPLICIT_CONSENT = "explicit_consent"
    EMPLOYMENT_AND_SOCIAL_LAW = "employment_and_social_law"
    VITAL_INTERESTS = "vital_interests"
    LEGAL_CLAIMS = "legal_claims"
    PUBLIC_INTEREST = "public_interest"
    HEALTH_CARE = "health_care"
    UNDECIDED = "undecided"


class NotCollected(Part):
    """What is not taken in, whoever sends it (A-03, A-04)."""

    called: Sentence
    subjects: tuple[Name, ...] = Field(min_length=1)
    unless: Sentence | None = Field(default=None, description="the only case in which it may be")
    source: Source


class SubjectKind(Part):
    """A kind of person that data is about."""

    called: Sentence
    goes_with: Name | None = Field(
        default=None,
        description="known only because of another kind of person, and erased with them (H-84)",
    )
    source: Source


class Category(Part):
    """Data that is sealed together and erased together."""

    called: Sentence
    data_class: DataClass = Field(alias="class")
    per: Literal["person", "case"] = Field(
        description="kept once for a person, or once for each of the person's cases"
    )
    fields: tuple[Name, ...] = Field(
        default=(),
        description="its fields, by the names that strip, residue and bindings use; those of an "
        "imported export need not be repeated here",
    )
    means: Sentence | None = Field(
        default=None, description="told to people beside `called`, where that says too little"
    )
    note: Sentence | None = None
    source: Source


class Purpose(Part):
    """Why data is processed, on which legal basis, and what it really needs (A-03)."""

    called: Sentence
    legal_basis: LegalBasis
    decision: Name | None = Field(
        default=None, description="the decision that an undecided legal basis waits for"
    )
    article_9: SpecialGround | None = Field(
        default=None, description="needed where the purpose needs sensitive data"
    )
    needs: tuple[Name, ...] = Field(description="categories of data")
    subjects: tuple[Name, ...] | None = Field(
        default=None, min_length=1, description="whose data it uses: needed where there are notices"
    )
    interest: Sentence | None = Field(
        default=None, description="legitimate_interests: which interest (art. 13(1)(d))"
    )
    laws: tuple[Sentence, ...] = Field(
        default=(), description="the acts that the basis rests on, as the document names them"
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")


class PermissionLevel(Part):
    """Who may see what in a system."""

    level: int = Field(ge=1, le=9, strict=True)
    called: Sentence
    sees: Literal["assigned", "project", "all"]
    used_by: tuple[Sentence, ...]
    source: Source


class System(Part):
    """A place where data lies: a system, a folder, a computer, a binder."""

    called: Sentence
    role: Literal["records", "staging", "case_system", "device", "system", "place"] = Field(
        description="records: Gallra's own; staging: emptied every day; "
        "case_system: e.g. Workbuster; system: any other; place: paper, a USB stick, a cabinet"
    )
    reached: Literal["by_machine", "by_hand"]
    holds: dict[Name, tuple[Name, ...]] = Field(
        description="per kind of data subject the categories that lie there"
    )
    may_lie: tuple[MayLie, ...] | None = Field(
        default=None,
        description="what the sentences allow to lie there, which `gallra store scan` looks for; "
        "[]: nothing beyond non_sensitive; left out: no sentence says, so nobody looks",
    )
    levels: tuple[PermissionLevel, ...] = ()
    by_hand: ByHand | None = Field(
        default=None, description="how a person weeds it: needed where reached is by_hand"
    )
    source: Source | None = None
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _by_hand_says_how(self) -> System:
        if self.role in {"system", "place", "case_system"} and (
            (self.reached == "by_hand") != (self.by_hand is not None)
        ):
            raise ValueError(
                "reached: by_hand and by_hand belong together: a work order needs a role, a "
                "deadline and its evidence"
            )
        return self

    @model_validator(mode="after")
    def _levels_apart(self) -> System:
        numbers = [level.level for level in self.levels]
        if len(set(numbers)) != len(numbers):
            raise ValueError("two permission levels have the same number; number them 1, 2, 3")
        return self


class Information(Part):
    """What must be told to a person whose data came from somebody else (art. 14)."""

    id: Name
    article: Literal[14]
    obtained_from: Sentence
    subject: Name
    categories: tuple[Name, ...]
    public: bool = Field(
        strict=True, description="whether anybody can look it up there (art. 14(2)(f))"
    )
    within: AnyPeriod
    at_latest: Literal["first_contact"]
    source: Source
