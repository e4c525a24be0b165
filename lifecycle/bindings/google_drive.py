"""A folder in Google Drive: where exports land, or by which sealed files are shared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lifecycle.bindings.http import Base
from lifecycle.bindings.places import SecretName
from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name

DriveId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{8,128}$",
        examples=["0AbCdEfGhIjKlUk9PVA"],
    ),
]


class DriveFolder(Part):
    """One folder, and the account that looks after it.

    In a shared drive the service account must be an organizer ("Manager"): nobody else may delete
    permanently there. In somebody's own drive it acts as the owner, by domain-wide delegation.
    """

    key: SecretName = Field(description="the service account's key, a JSON file as Google gives it")
    folder: DriveId = Field(description="the last part of its address in a browser")
    drive: DriveId | None = Field(default=None, description="the shared drive that it lies in")
    acting_as: (
        Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", examples=["arkiv@example.se"])] | None
    ) = Field(default=None, repr=False, description="the owner of the drive that it lies in")
    url: Base = Field(default="https://www.googleapis.com")
    token_url: Base = Field(default="https://oauth2.googleapis.com/token")
    timeout: int = Field(default=60, ge=1, le=600, strict=True, description="seconds")

    @model_validator(mode="after")
    def _one_owner(self) -> DriveFolder:
        if (self.drive is None) == (self.acting_as is None):
            raise ValueError(
                "write either drive (a shared drive) or acting_as (whose own drive it is)"
            )
        return self


class GoogleDriveStaging(DriveFolder):
    """A folder in Google Drive that exports land in."""

    kind: Literal["google_drive"]
    place: Name


class GoogleDriveChannel(DriveFolder):
    """A folder in Google Drive out of which sealed files are shared with named people."""

    kind: Literal["google_drive"]
