"""How any outer system names what the policy knows: identifiers, categories, fields, dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name, Sentence

Identifier: TypeAlias = Literal["national_id", "email", "case_reference"]
"""By what a person can be recognised."""


class BoundRecords(Part):
    """One kind of record: where its key, its identifiers, fields and dates stand.

    A place is a column's name (`sql`) or a dotted name in a JSON object (`http`).
    """

    kind: Name = Field(description="as what the person stands there: a kind of data subject")
    key: str = Field(description="the system's own key of a record")
    identifiers: Mapping[Identifier, str] = Field(default={})
    match: tuple[Identifier, ...] = Field(
        default=(), description="by which identifiers a person is recognised, exactly"
    )
    categories: Mapping[Name, Mapping[Name, str]] = Field(
        min_length=1, description="category: field: where it stands"
    )
    anchors: Mapping[Name, str] = Field(default={}, description="event: where its date stands")
    active: str | None = Field(
        default=None, description="where the date of the person's last activity stands"
    )

    @model_validator(mode="after")
    def _goes_with_a_category(self) -> BoundRecords:
        unknown = [name for name in self.match if name not in self.identifiers]
        if unknown:
            raise ValueError(f"match: {unknown[0]} is not among the identifiers")
        mapped = {place for fields in self.categories.values() for place in fields.values()}
        for name, place in self.identifiers.items():
            if place not in mapped:
                raise ValueError(
                    f"the identifier {name} stands in '{place}', which is no category's field: "
                    "it would stay when everything else goes"
                )
        twice = [
            place
            for place in mapped
            if sum(place in fields.values() for fields in self.categories.values()) > 1
        ]
        if twice:
            raise ValueError(f"'{sorted(twice)[0]}' belongs to two categories; one can go alone")
        return self

    def category_fields(self) -> dict[str, dict[str, str]]:
        """Every category with its fields, those of dependent rows included."""
        return {name: dict(fields) for name, fields in self.categories.items()}


class Manual(Part):
    """A place that no machine reaches: the policy's `by_hand` says who does what and by when."""

    kind: Literal["manual"]
    where: Sentence = Field(description="where a person finds it", examples=["skåp 3, arkivrum"])


class Absent(Part):
    """A system of the policy that this company does not have."""

    kind: Literal["absent"]
    reason: Sentence


class MemorySystem(Part):
    """A system that lives and dies with the process: for tests."""

    kind: Literal["memory"]
