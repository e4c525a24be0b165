"""Which outer systems a controller really has: the file, and whether it fits the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from lifecycle.bindings.accounts import BoundAccounts, BoundStaff, check_access
from lifecycle.bindings.channels import MemoryChannel, SmsGateway, SmtpChannel
from lifecycle.bindings.check_outer import check_outer
from lifecycle.bindings.consent_forms import ConsentForm, check_consent_forms
from lifecycle.bindings.google_drive import GoogleDriveChannel, GoogleDriveStaging
from lifecycle.bindings.hand_over import ManualChannel
from lifecycle.bindings.http import Http
from lifecycle.bindings.imports import (
    CaseRegister,
    FolderStaging,
    MemoryStaging,
    Workbook,
    Workbuster,
)
from lifecycle.bindings.mail import Watch, Witness
from lifecycle.bindings.onedrive import OneDriveChannel, OneDriveStaging
from lifecycle.bindings.outer import Absent, Manual, MemorySystem
from lifecycle.bindings.outlook import Outlook, OutlookChannel
from lifecycle.bindings.places import Archive
from lifecycle.bindings.recipients import Contact, check_channels, check_recipients, check_through
from lifecycle.bindings.scan import ScannedPlace, check_scan
from lifecycle.bindings.sftp import SftpChannel, SftpStaging
from lifecycle.bindings.sql import Sql
from lifecycle.bindings.turns import Limit, limit_of
from lifecycle.configuration.problems import BindingsError, Problem
from lifecycle.configuration.problems import Path as Where
from lifecycle.configuration.text import LARGEST, read_text
from lifecycle.configuration.validated import Part, nearest, validated
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Name


class Bindings(Part):
    """A controller's outer systems."""

    controller: Name
    staging: (
        Annotated[
            FolderStaging | MemoryStaging | GoogleDriveStaging | SftpStaging | OneDriveStaging,
            Field(discriminator="kind"),
        ]
        | None
    ) = None
    case_system: Annotated[CaseRegister | Workbuster, Field(discriminator="kind")] | None = None
    systems: dict[
        Name,
        Annotated[
            Sql | Http | Outlook | Manual | Absent | MemorySystem, Field(discriminator="kind")
        ],
    ] = Field(default={}, description="every other system and place of the policy, by its name")
    channels: dict[
        Name,
        Annotated[
            SmtpChannel
            | SmsGateway
            | SftpChannel
            | GoogleDriveChannel
            | OneDriveChannel
            | OutlookChannel
            | ManualChannel
            | MemoryChannel,
            Field(discriminator="kind"),
        ],
    ] = Field(default={}, description="the ways by which sealed parcels and passwords leave")
    through: dict[Name, Name] = Field(
        default={}, description="channel: the policy's system that it goes through"
    )
    recipients: dict[Name, dict[Name, Contact]] = Field(
        default={}, description="the policy's recipients: contact: where that desk is reached"
    )
    scan: dict[Name, ScannedPlace] = Field(
        default={}, description="places of the policy that are looked through (gallra store scan)"
    )
    accounts: dict[Name, BoundAccounts] = Field(
        default={}, description="where the accounts of systems stand (gallra access review)"
    )
    staff: BoundStaff | None = Field(
        default=None, description="the list of who works here: a file, or a system's table"
    )
    consent_forms: dict[Name, ConsentForm] = Field(
        default={}, description="exported forms with answers to the policy's questions"
    )
    archive: Archive | None = Field(
        default=None, description="where a copy goes of what a rule archives (then: archive)"
    )
    witness: Witness
    watch: Watch | None = None

    def limits(self) -> dict[str, Limit]:
        """How many may be at each system and place at once, by the policy's name."""
        bound: dict[str, Any] = dict(self.systems)
        if self.case_system is not None:
            bound[self.case_system.system] = self.case_system
        if self.staging is not None:
            bound[self.staging.place] = self.staging
        found = ((name, limit_of(name, binding)) for name, binding in bound.items())
        return {name: limit for name, limit in found if limit is not None}


def check_bindings(bindings: Bindings, policy: Policy) -> Iterator[tuple[Where, str]]:
    """Where the bindings do not fit the policy: path in the file, and what would be right."""
    if bindings.controller != policy.id:
        yield ("controller",), f"the policy is that of '{policy.id}'; write {policy.id}"
    yield from _check_staging(bindings, policy)
    yield from _check_case_system(bindings, policy)
    yield from check_outer(bindings.systems, policy)
    yield from check_scan(bindings.scan, policy)
    yield from check_access(bindings.accounts, bindings.staff, policy)
    yield from check_consent_forms(bindings.consent_forms, policy)
    yield from check_channels(bindings.channels, bindings.recipients, policy)
    yield from check_recipients(bindings.recipients, bindings.channels, policy)
    yield from check_through(bindings.through, bindings.channels, policy)


def _check_staging(bindings: Bindings, policy: Policy) -> Iterator[tuple[Where, str]]:
    bound, declared = bindings.staging, policy.staging
    if declared is None:
        if bound is not None:
            yield ("staging",), "the policy has no staging folder; take this away"
    elif bound is None:
        yield ("staging",), f"is missing: say where the policy's '{declared.place}' lies"
    elif bound.place != declared.place:
        right = declared.place
        yield ("staging", "place"), f"the policy's staging place is '{right}'; write {right}"


def _check_case_system(bindings: Bindings, policy: Policy) -> Iterator[tuple[Where, str]]:
    bound, declared = bindings.case_system, policy.case_system
    if bound is None:
        if declared is not None:
            yield ("case_system",), f"is missing: say what the policy's '{declared}' is"
        return
    if declared is None:
        yield ("case_system",), "the policy has no case system; take this away"
    elif bound.system != declared:
        yield (
            ("case_system", "system"),
            f"the policy has no case system '{bound.system}'{nearest(bound.system, [declared])}",
        )
    if isinstance(bound, Workbuster):
        columns = {} if policy.intake is None else policy.intake.columns
        kept = {field for field, column in columns.items() if column.keep is not None}
        for part in ("import_workbook", "export_list"):
            workbook: Workbook = getattr(bound, part)
            for header, field in workbook.columns.items():
                if field not in kept:
                    yield (
                        ("case_system", part, "columns", header),
                        f"the policy does not keep {field}; take the column away",
                    )


def parse_bindings(
    content: bytes, *, name: str, policy: Policy, environment: Mapping[str, str]
) -> Bindings:
    """The bindings in the bytes of a file called `name`, paths expanded from `environment`.

    Raises `BindingsError` with everything that is wrong in them or does not fit `policy`.
    """
    text = read_text(content, name=name, error=BindingsError)
    context: dict[str, Any] = {"environment": environment}
    bindings = validated(Bindings, text, error=BindingsError, context=context)
    problems = [text.problem(path, message) for path, message in check_bindings(bindings, policy)]
    if problems:
        raise BindingsError(problems)
    return bindings


def load_bindings(path: Path, *, policy: Policy, environment: Mapping[str, str]) -> Bindings:
    """The bindings in the file at `path`. Raises `BindingsError`, also when it cannot be read.

    Its problems name the folder as well: a policy file bears the same name.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError:
        message = "this file cannot be read; it says where the controller's systems are"
        raise BindingsError([Problem(name, 1, "", message)]) from None
    return parse_bindings(content, name=name, policy=policy, environment=environment)
