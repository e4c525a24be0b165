"""Where exports land, and which case system their cases are handed over to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lifecycle.bindings.places import AtOnce, Place
from lifecycle.configuration.validated import Part
from lifecycle.policy.intake import FieldName
from lifecycle.policy.values import Name, Sentence


class FolderStaging(Part):
    """A folder on this machine or mounted on it."""

    kind: Literal["folder"]
    place: Name
    path: Place
    mount_point: bool = Field(
        default=False, description="the path must be a mounted volume, or it is not reachable"
    )


class MemoryStaging(Part):
    """A folder that lives and dies with the process: for tests."""

    kind: Literal["memory"]
    place: Name


class CaseRegister(Part):
    """The embedded case system with Workbuster's model."""

    kind: Literal["case_register"]
    system: Name
    at_once: AtOnce = None
    path: Place


class Workbook(Part):
    """How a workbook names what Gallra knows: header → field."""

    sheet: Sentence
    columns: dict[Sentence, FieldName] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Workbook:
        fields = list(self.columns.values())
        twice = sorted({field for field in fields if fields.count(field) > 1})
        if twice:
            raise ValueError(f"{twice[0]} has two columns; a field has one header")
        if "case_reference" not in fields or "service" not in fields:
            raise ValueError("case_reference and service need a header: they identify a case")
        return self


class Workbuster(Part):
    """Workbuster itself: people import a workbook into it and export a list from it."""

    kind: Literal["workbuster"]
    system: Name
    at_once: AtOnce = None
    exchange: Place = Field(description="the folder for the import workbook and the export list")
    import_workbook: Workbook
    export_list: Workbook
    projects: dict[Sentence, Sentence] = Field(
        default={}, description="project, unit or track in the export → project in Workbuster"
    )
