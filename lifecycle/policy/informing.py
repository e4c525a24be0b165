"""What people are told beside what the rules say: third countries, decisions by machine, what must
be given and what happens otherwise, cameras (art. 13 and 14)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.data import LegalBasis
from lifecycle.policy.values import Deadline, Name, Sentence, Source, Term


class Transfer(Part):
    """Data that goes to a country outside the EU and the EEA (art. 44 to 49)."""

    to: Sentence = Field(description="who gets it")
    country: Sentence
    subjects: tuple[Name, ...] = Field(min_length=1, description="whose data")
    ground: Literal[
        "adequacy_decision", "standard_clauses", "binding_corporate_rules", "explicit_consent"
    ]
    copy_from: Sentence | None = Field(
        default=None,
        description="where a copy of the safeguards can be had; none is needed for "
        "an adequacy decision or consent",
    )
    source: Source

    @model_validator(mode="after")
    def _safeguards_can_be_read(self) -> Transfer:
        if self.ground in {"standard_clauses", "binding_corporate_rules"} and not self.copy_from:
            raise ValueError("say where a copy of the safeguards can be had: copy_from")
        return self


class ThirdCountries(Part):
    """Whether data leaves the EU and the EEA (art. 13(1)(f), 14(1)(f))."""

    happens: Literal["never", "sometimes", "undecided"] = Field(
        description="undecided: no sentence says; needs `decision:`"
    )
    transfers: dict[Name, Transfer] = Field(default={}, description="needed for `sometimes`")
    decision: Name | None = None
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _consistent(self) -> ThirdCountries:
        if (self.happens == "sometimes") != bool(self.transfers):
            raise ValueError("happens: sometimes and transfers belong together")
        return self


class AutomatedDecisions(Part):
    """Whether a machine alone decides about people (art. 13(2)(f), 14(2)(g), 22)."""

    made: Literal["never", "sometimes", "undecided"] = Field(
        description="undecided: no sentence says; needs `decision:`"
    )
    logic: Sentence | None = Field(
        default=None, description="sometimes: how it decides, and what that means for the person"
    )
    decision: Name | None = None
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _consistent(self) -> AutomatedDecisions:
        if (self.made == "sometimes") != (self.logic is not None):
            raise ValueError("made: sometimes and logic belong together")
        return self


class MustBeGiven(Part):
    """Whether a person has to give data, and what happens otherwise (art. 13(2)(e))."""

    id: Name
    subjects: tuple[Name, ...] = Field(min_length=1)
    duty: Literal["law", "contract", "needed", "free", "said_at_collection", "undecided"] = Field(
        description="law, contract: an obligation; needed: not an obligation, but nothing can be "
        "done without; said_at_collection: told where it is asked for; undecided: needs `decision:`"
    )
    otherwise: Sentence | None = Field(
        default=None, description="what happens if it is not given, in the controller's words"
    )
    decision: Name | None = None
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")


class Camera(Part):
    """A unit that watches with cameras, of which people are told when they start (A-40)."""

    called: Sentence = Field(description="the unit")
    watches: Sentence = Field(description="which places, and when")
    purpose: Sentence
    interest: Sentence = Field(description="what weighs more than privacy (A-40)")
    legal_basis: LegalBasis
    decision: Name | None = Field(
        default=None, description="the decision that an undecided legal basis or period waits for"
    )
    sound: bool = Field(strict=True)
    recorded: bool = Field(strict=True)
    kept: Deadline | None = Field(default=None, description="needed where it is recorded")
    seen_by: Sentence = Field(description="who may look at it")
    answers: Name = Field(description="the role that shows that it is lawful (A-40)")
    analysed_on: date = Field(
        description="when the operations manager and the lawyers weighed the interests (A-40)"
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _recorded_is_kept(self) -> Camera:
        if self.recorded != (self.kept is not None):
            raise ValueError("recorded: true and kept belong together")
        return self

    @property
    def undecided(self) -> bool:
        """Whether something that must be told waits for a decision."""
        return self.legal_basis is LegalBasis.UNDECIDED or self.kept is Term.UNDECIDED
