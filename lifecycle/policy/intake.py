"""What of Arbetsförmedlingen's export is used: only what the purpose really needs (A-03)."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from lifecycle.configuration.validated import Part, nearest
from lifecycle.intake.fields import (
    CASE_REFERENCE,
    FAMILY_NAME,
    FIELDS,
    GIVEN_NAME,
    NATIONAL_ID,
    SERVICE,
    START,
)
from lifecycle.policy.values import Name, Sentence, Source


def _field_name(value: object) -> str:
    if not isinstance(value, str) or value not in FIELDS:
        raise ValueError(f"no field is called '{value}'{nearest(str(value), sorted(FIELDS))}")
    return value


FieldName = Annotated[
    str,
    BeforeValidator(_field_name),
    WithJsonSchema({"type": "string", "enum": sorted(FIELDS)}),
]
"""A field's name in code."""

CASE: Final = "case"
"""`keep: case`: the value is part of the case's own, unsealed record (A-108)."""
JUDGED: Final = (
    CASE_REFERENCE,
    NATIONAL_ID,
    GIVEN_NAME,
    FAMILY_NAME,
    SERVICE,
    START,
)
"""Fields that judging a row cannot do without: their columns must be in the policy."""


def _kept(value: object) -> object:
    if value is False:
        return None
    if not isinstance(value, str):
        raise ValueError("write a category, `case`, or false")  # noqa: TRY004 -- pydantic's
    return value


def _pattern(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 100:
        raise ValueError(r"write a regular expression, e.g. '\d{9,10}'")
    try:
        re.compile(value)
    except re.error as wrong:
        raise ValueError(
            rf"'{value}' is not a regular expression ({wrong.msg}); write e.g. '\d{{9,10}}'"
        ) from None
    return value


class IntakeColumn(Part):
    """One column of the export: how offices spell it, and where its value is kept."""

    aliases: tuple[Sentence, ...] = Field(min_length=1, examples=[["Förnamn"]])
    keep: Annotated[
        str | None,
        BeforeValidator(_kept),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"const": False}]}),
    ] = Field(
        description="the category that keeps it; `case` for the case's own record; "
        "false: used for judging the row, then dropped (None in code)"
    )
    why: Sentence | None = None


class Protected(Part):
    """How a person with protected identity is recognised: such rows are never taken in."""

    flags: tuple[Sentence, ...] = Field(description="headers of columns that mark protection")
    negatives: tuple[Sentence, ...] = Field(description="values of such a column that mean no")
    words: tuple[Sentence, ...] = Field(description="beginnings of words that mean it anywhere")


class Intake(Part):
    """What is taken from an export, and what a row must be like."""

    subject: Name = Field(description="the kind of data subject that a row is about")
    columns: dict[FieldName, IntakeColumn]
    required: tuple[FieldName, ...] = Field(min_length=1)
    protected: Protected
    placeholder_persons: tuple[Sentence, ...]
    case_pattern: Annotated[
        str, BeforeValidator(_pattern), Field(examples=[r"\d{9,10}"], max_length=100)
    ]
    minimum_age: int = Field(ge=0, le=120, strict=True, examples=[16])
    earliest_year: int = Field(ge=1900, le=2100, strict=True, examples=[2010])
    latest_years_ahead: int = Field(ge=0, le=50, strict=True, examples=[5])
    longest_value: int = Field(ge=20, le=32_767, strict=True, examples=[500])
    source: Source
