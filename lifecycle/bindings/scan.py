"""Which folders and mailboxes are looked through for data that may not lie there, and whose they
are (A-58)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from lifecycle.bindings.google_drive import GoogleDriveStaging
from lifecycle.bindings.imports import FolderStaging, MemoryStaging
from lifecycle.bindings.onedrive import GraphApp, OneDriveStaging
from lifecycle.bindings.outlook import MailboxAddress
from lifecycle.bindings.sftp import SftpStaging
from lifecycle.configuration.problems import Path as Where
from lifecycle.configuration.validated import Part, nearest
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Name

_DOMAIN: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII)
_TELLS_WITH_WHOM: Final = (OneDriveStaging, GoogleDriveStaging)


class ScannedMailboxes(GraphApp):
    """Mailboxes of Microsoft 365 that are looked through, and only read."""

    kind: Literal["outlook"]
    place: Name
    mailboxes: tuple[MailboxAddress, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> ScannedMailboxes:
        if len(set(self.mailboxes)) != len(self.mailboxes):
            raise ValueError("mailboxes: one stands here twice; write it once")
        return self


def _domain(value: object) -> str:
    if not isinstance(value, str) or not _DOMAIN.fullmatch(value):
        raise ValueError(f"'{value}' is no mail domain; write e.g. example.se")
    return value


Domain = Annotated[str, BeforeValidator(_domain)]
Group = Annotated[str, Field(pattern=r"^[^@\s]+(@[^@\s]+)?$", max_length=254)]


class ScannedPlace(Part):
    """A place of the policy that is looked through."""

    owner: Name = Field(description="the role of the policy that mends what is found")
    ours: tuple[Domain, ...] = Field(
        default=(),
        description="the organisation's own mail domains: whoever else a document is shared with "
        "is an outsider",
    )
    everybody: tuple[Group, ...] = Field(
        default=(),
        description="groups that (nearly) everybody is in, by mail address, or by object id where "
        "they have none: what is shared with one is shared with the whole organisation",
    )
    where: Annotated[
        FolderStaging
        | MemoryStaging
        | GoogleDriveStaging
        | SftpStaging
        | OneDriveStaging
        | ScannedMailboxes,
        Field(discriminator="kind"),
    ]


def check_scan(scan: Mapping[str, ScannedPlace], policy: Policy) -> Iterator[tuple[Where, str]]:
    """What does not fit the policy: where in the file, and what would be right."""
    for name, scanned in scan.items():
        here: Where = ("scan", name)
        system = policy.systems.get(name)
        if system is None:
            yield here, f"the policy has no such place{nearest(name, policy.systems)}"
        elif system.role not in {"place", "system", "device"}:
            yield here, "what lies there is imported or sealed, not looked through; take it away"
        elif system.may_lie is None:
            yield here, "the policy does not say what may lie there; write its may_lie"
        elif (
            isinstance(scanned.where, _TELLS_WITH_WHOM)
            and not scanned.ours
            and any(each.shared_with for each in system.may_lie)
        ):
            yield (
                (*here, "ours"),
                "the policy asks with whom it is shared: write the organisation's mail domains",
            )
        if scanned.owner not in policy.roles:
            yield (
                (*here, "owner"),
                f"the policy has no role '{scanned.owner}'{nearest(scanned.owner, policy.roles)}",
            )
        if scanned.where.place != name:
            yield (*here, "where", "place"), f"it is the place '{name}'; write {name}"
