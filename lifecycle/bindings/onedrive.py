"""A folder in OneDrive or SharePoint: where exports land, or by which sealed files are shared."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from lifecycle.bindings.http import Base
from lifecycle.bindings.places import SecretName
from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name

GRAPH: Final = "https://graph.microsoft.com/v1.0"
_GUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
GraphId = Annotated[str, Field(pattern=r"^[A-Za-z0-9!._-]{8,200}$")]
Guid = Annotated[str, Field(pattern=_GUID, examples=["11111111-2222-3333-4444-555555555555"])]


class GraphApp(Part):
    """The app that Gallra is in the organisation's Microsoft 365, and how it proves that it is."""

    tenant: Guid
    client_id: Guid
    certificate: SecretName | None = Field(
        default=None, description="the app's certificate with its key, PEM or PFX in base64"
    )
    secret: SecretName | None = Field(default=None, description="the app's secret, if it has none")
    url: Base = Field(
        default=GRAPH,
        description="for tests: a Graph on this machine's loopback, where the secret is the token",
    )
    timeout: int = Field(default=60, ge=1, le=600, strict=True, description="seconds of silence")

    @model_validator(mode="after")
    def _proves_itself(self) -> GraphApp:
        if (self.certificate is None) == (self.secret is None):
            raise ValueError("write either certificate or secret")
        if self.url != GRAPH and not self.on_loopback:
            raise ValueError(f"url is {GRAPH}, or on this machine's loopback; leave it out")
        if self.on_loopback and self.secret is None:
            raise ValueError("on this machine's loopback the secret is the token; write secret")
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether it is no real Graph but one on this machine."""
        return urlsplit(self.url).scheme == "http"


class DriveFolder(GraphApp):
    """One folder of one drive, and the host where the tenant's files lie."""

    drive: GraphId = Field(examples=["b!k2Yq9exampleexample"], description="the drive's id")
    folder: GraphId = Field(examples=["01EXAMPLEEXAMPLE"], description="the folder's id")
    files_host: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9.-]{1,200}(:[0-9]{1,5})?$",
            examples=["exempelskolan-my.sharepoint.com"],
            description="the host in the address of the folder in a browser; files go there only",
        ),
    ]

    @model_validator(mode="after")
    def _tenants_host(self) -> DriveFolder:
        name, _, port = self.files_host.partition(":")
        if self.on_loopback:
            if name not in {"localhost", "127.0.0.1"}:
                raise ValueError("files_host is on this machine's loopback as the url is")
        elif port or not name.endswith(".sharepoint.com"):
            raise ValueError("files_host is the tenant's, e.g. exempelskolan-my.sharepoint.com")
        return self


class OneDriveStaging(DriveFolder):
    """A folder in OneDrive or SharePoint that exports land in."""

    kind: Literal["onedrive"]
    place: Name


class OneDriveChannel(DriveFolder):
    """A folder in OneDrive or SharePoint out of which sealed files are shared with named people."""

    kind: Literal["onedrive"]
