"""When the purpose ends, data is archived or erased: which data, counted from what, at the latest.

The arithmetic of due dates is not here: these are the rules as the policy file states them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name, Sentence, Source, Span, Term


def _everywhere(value: object) -> object:
    if value == "all":
        return None
    if isinstance(value, str):
        raise ValueError(f"write `all` or a list: [{value}]")  # noqa: TRY004 -- pydantic's
    return value


class Covers(Part):
    """Whose and which data a rule speaks of, and where."""

    subject: Name
    categories: tuple[Name, ...] = Field(min_length=1)
    systems: Annotated[
        tuple[Name, ...] | None,
        BeforeValidator(_everywhere),
        WithJsonSchema(
            {"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}]}
        ),
    ] = Field(description="`all` (A-75) or a list; None in code means all")

    def in_system(self, system: str) -> bool:
        """Whether the rule speaks of what lies in `system`."""
        return self.systems is None or system in self.systems


class Anchor(Part):
    """An event that time is counted from."""

    means: Sentence
    called: Sentence | None = Field(
        default=None,
        description="the event as a clause in the controller's language and the present tense, "
        "as it stands after `6 månader efter att` in the record of processing; left out: `means`",
        examples=["personen slutar", "eleven går ud af skolen"],
    )
    per: Literal["person", "record", "file"] = Field(
        description="person: one date for a person, the latest of all sources, and none as long "
        "as one source has none; record: each record in an outer system has its own; "
        "file: a file's own story"
    )
    may_not_happen: bool = Field(
        default=False,
        strict=True,
        description="an opt-out, a withdrawal, a rejection: without a date it has not happened, "
        "and its rules say nothing yet; every other event without a date is missing",
    )
    taken_from: tuple[Name, ...] = Field(
        default=(),
        description="columns of the export, the first non-empty wins; "
        "[] where outer systems tell it (their bindings say how) or Gallra sees it itself",
    )


class Keep(Part):
    """How long at most, how long at least."""

    at_most: Span | None = None
    at_least: Span | None = None

    @model_validator(mode="after")
    def _something(self) -> Keep:
        if self.at_most is None and self.at_least is None:
            raise ValueError("write at_most, at_least or both, e.g. {at_most: P6M}")
        if self.at_least in {Term.EVERY_DAY, Term.ON_THE_EVENT}:
            raise ValueError(f"at_least: {self.at_least} says nothing; write it as at_most")
        if self.at_most is Term.FOREVER:
            raise ValueError("at_most: forever is no limit; write at_least: forever")
        return self

    @property
    def spans(self) -> tuple[object, ...]:
        """Both limits, as far as given."""
        return tuple(span for span in (self.at_most, self.at_least) if span is not None)


class Then(StrEnum):
    """What happens when the time is up."""

    ERASE = "erase"
    STRIP = "strip"
    """Named fields stay."""
    ANONYMISE = "anonymise"
    """A residue stays that says nothing about a person."""
    ARCHIVE = "archive"


class Residue(Part):
    """What stays after anonymisation, and what for."""

    fields: tuple[Name, ...] = Field(min_length=1)
    purpose: Name
    source: Source


class RetentionRule(Part):
    """One sentence of the guidelines about how long something is kept."""

    id: Name
    covers: Covers
    anchor: Name | None = Field(
        default=None, alias="from", description="the event that the time is counted from"
    )
    keep: Keep
    then: Then
    stays: tuple[Name, ...] | None = Field(default=None, description="strip: fields that stay")
    left_to: Name | None = Field(
        default=None, description="strip: the rule that speaks of what stays"
    )
    residue: Residue | None = None
    approval: Literal["none", "one", "two"] = Field(
        description="how many people must agree before it is carried out; "
        "none only for what runs daily"
    )
    decision: Name | None = Field(
        default=None, description="the decision that an undecided period waits for"
    )
    criteria: Sentence | None = Field(
        default=None,
        description="how an undecided period will be determined, as the document tells people "
        "(art. 13(2)(a))",
    )
    source: Source
    also: tuple[Source, ...] = Field(default=(), description="further sentences that it follows")

    @model_validator(mode="after")
    def _consistent(self) -> RetentionRule:
        if (self.then is Then.ANONYMISE) != (self.residue is not None):
            raise ValueError("then: anonymise and residue belong together; write both or none")
        if (self.then is Then.STRIP) != (self.stays is not None):
            raise ValueError("then: strip and stays belong together; write both or none")
        if (self.then is Then.STRIP) != (self.left_to is not None):
            raise ValueError(
                "then: strip and left_to belong together: what stays needs a rule of its own"
            )
        return self

    @property
    def undecided(self) -> bool:
        """Whether a limit of this rule waits for a decision."""
        return Term.UNDECIDED in self.keep.spans
