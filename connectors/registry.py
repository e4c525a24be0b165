"""The kinds of outer systems, one line each; a binding names one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from connectors.absent import AbsentStaging
from connectors.base import CaseSystem, Fingerprint, SealedBox, Staging
from connectors.case_register import CaseRegister
from connectors.folder import FolderStaging
from connectors.memory import MemoryStaging
from connectors.memory_system import MemorySystem
from connectors.system import OuterSystem
from lifecycle.bindings import CaseRegister as CaseRegisterBinding
from lifecycle.bindings import FolderStaging as FolderBinding
from lifecycle.bindings import (
    GoogleDriveStaging as GoogleDriveBinding,
)
from lifecycle.bindings import Http, OuterBinding, SecretName, Sql
from lifecycle.bindings import MemoryStaging as MemoryBinding
from lifecycle.bindings import OneDriveStaging as OneDriveBinding
from lifecycle.bindings import SftpStaging as SftpBinding
from lifecycle.bindings import Workbuster as WorkbusterBinding
from lifecycle.bindings.outlook import Outlook

StagingBinding: TypeAlias = (
    FolderBinding | MemoryBinding | GoogleDriveBinding | SftpBinding | OneDriveBinding
)
CaseSystemBinding: TypeAlias = CaseRegisterBinding | WorkbusterBinding
Secrets: TypeAlias = Callable[[SecretName], Callable[[], str]]
"""Gives, for a secret's name, a function that fetches it when it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an outer system needs besides its binding."""

    system: str
    """The policy's name of it."""
    secrets: Secrets
    zone: ZoneInfo
    """The controller's: an instant in a system is a local date in the policy."""
    residue: frozenset[str]
    """Fields that say nothing of a person once everything else of a record is gone."""


def _case_register(
    binding: CaseRegisterBinding, box: SealedBox, fingerprint: Fingerprint
) -> CaseSystem:
    return CaseRegister(binding.path, box, fingerprint, system=binding.system)


def _workbuster(binding: WorkbusterBinding, _: SealedBox, fingerprint: Fingerprint) -> CaseSystem:
    from connectors.workbuster import WorkbusterExchange

    return WorkbusterExchange(
        FolderStaging(binding.exchange, place=binding.system, mode=0o660),
        fingerprint,
        system=binding.system,
        sheet=binding.import_workbook.sheet,
        workbook=binding.import_workbook.columns,
        list_=binding.export_list.columns,
        projects=binding.projects,
    )


def _sql(binding: Sql, around: Surroundings) -> OuterSystem:
    from connectors.sql import SqlSystem

    return SqlSystem(
        binding,
        system=around.system,
        password=None if binding.password is None else around.secrets(binding.password),
        zone=around.zone,
        residue=around.residue,
    )


def _http(binding: Http, around: Surroundings) -> OuterSystem:
    from connectors.http import HttpSystem

    return HttpSystem(
        binding,
        system=around.system,
        token=None if binding.token is None else around.secrets(binding.token),
        zone=around.zone,
        residue=around.residue,
    )


def _google_drive(binding: GoogleDriveBinding, secrets: Secrets) -> Staging:
    from connectors.google_drive import opened_staging

    return opened_staging(binding, key=secrets(binding.key))


def _sftp(binding: SftpBinding, secrets: Secrets) -> Staging:
    from connectors.sftp_session import login_of
    from connectors.sftp_staging import SftpStaging

    return SftpStaging(binding, login_of(binding, secrets), place=binding.place)


def _onedrive(binding: OneDriveBinding, secrets: Secrets) -> Staging:
    from connectors.onedrive import opened_staging

    return opened_staging(binding, secrets=secrets)


def _outlook(binding: Outlook, around: Surroundings) -> OuterSystem:
    from connectors.mailbox import OutlookMailboxes
    from connectors.outlook_client import outlook_client

    return OutlookMailboxes(
        binding,
        outlook_client(binding, secrets=around.secrets, system=around.system),
        system=around.system,
        zone=around.zone,
        today=lambda: datetime.now(around.zone).date(),
    )


STAGING: Final[dict[str, Callable[[Any, Secrets], Staging]]] = {
    "folder": lambda b, _: FolderStaging(b.path, place=b.place, mount_point=b.mount_point),
    "memory": lambda b, _: MemoryStaging(place=b.place),
    "google_drive": _google_drive,
    "onedrive": _onedrive,
    "sftp": _sftp,
}
CASE_SYSTEMS: Final[dict[str, Callable[[Any, SealedBox, Fingerprint], CaseSystem]]] = {
    "case_register": _case_register,
    "workbuster": _workbuster,
}
OUTER_SYSTEMS: Final[dict[str, Callable[[Any, Surroundings], OuterSystem]]] = {
    "sql": _sql,
    "http": _http,
    "outlook": _outlook,
    "memory": lambda _, around: MemorySystem(system=around.system, residue=around.residue),
}


def staging(binding: StagingBinding | None, *, secrets: Secrets) -> Staging:
    """The staging folder that `binding` describes; None: one whose every use is refused. Nothing
    is asked of it yet, so nothing is raised if it does not answer."""
    if binding is None:
        return AbsentStaging()
    return STAGING[binding.kind](binding, secrets)


def case_system(
    binding: CaseSystemBinding, *, box: SealedBox, fingerprint: Fingerprint
) -> CaseSystem:
    """The case system that `binding` describes; `box` and `fingerprint` are the vault's.

    Raises `Misconfigured`, `Unreachable`.
    """
    return CASE_SYSTEMS[binding.kind](binding, box, fingerprint)


def outer_system(
    binding: OuterBinding,
    *,
    system: str,
    secrets: Secrets,
    zone: ZoneInfo,
    residue: frozenset[str] = frozenset(),
) -> OuterSystem | None:
    """The outer system that `binding` describes; None where only a person reaches it, or where
    there is none. Nothing is asked of it yet, so nothing is raised if it does not answer."""
    make = OUTER_SYSTEMS.get(binding.kind)
    if make is None:
        return None
    around = Surroundings(system=system, secrets=secrets, zone=zone, residue=residue)
    return make(binding, around)
