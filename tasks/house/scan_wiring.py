"""The places that are looked through, the accounts that are reviewed and the list of staff, as a
controller's bindings describe them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.accounts import Accounts, MemoryAccounts, SqlAccounts
from connectors.documents import Documents, FolderDocuments
from connectors.registry import staging
from connectors.staff_list import read_staff
from connectors.staff_table import StaffTable
from lifecycle.access import Member
from lifecycle.bindings import Bindings, SecretName
from lifecycle.bindings.accounts import AccountsBinding, AccountsFile, StaffFile
from lifecycle.bindings.accounts import HttpAccounts as HttpBinding
from lifecycle.bindings.accounts import SqlAccounts as SqlBinding
from lifecycle.bindings.google_drive import GoogleDriveStaging
from lifecycle.bindings.onedrive import OneDriveStaging
from lifecycle.bindings.scan import ScannedMailboxes, ScannedPlace
from lifecycle.policy.model import Policy
from tasks.house.secrets import secret
from tasks.house.settings import Settings


@dataclass(frozen=True, slots=True)
class ScanPlace:
    """A place that is looked through, and the role that mends what is found."""

    documents: Documents
    owner: str
    ours: tuple[str, ...] = ()
    """The organisation's mail domains; whoever else a document is shared with is an outsider."""
    everybody: tuple[str, ...] = ()
    """Groups that (nearly) everybody is in."""


def scan_places(bindings: Bindings, policy: Policy, settings: Settings) -> dict[str, ScanPlace]:
    """Every place that is bound under `scan`, by the policy's name. None is asked anything yet."""
    return {
        name: ScanPlace(
            _documents(scanned, policy, settings), scanned.owner, scanned.ours, scanned.everybody
        )
        for name, scanned in bindings.scan.items()
    }


def _documents(scanned: ScannedPlace, policy: Policy, settings: Settings) -> Documents:
    def secrets(wanted: SecretName) -> Callable[[], str]:
        return secret(wanted, settings.environment)

    where = scanned.where
    if isinstance(where, OneDriveStaging):
        from connectors import onedrive_sharing

        return onedrive_sharing.opened_documents(where, secrets=secrets)
    if isinstance(where, GoogleDriveStaging):
        from connectors import google_drive_sharing

        return google_drive_sharing.opened_documents(where, key=secrets(where.key))
    if not isinstance(where, ScannedMailboxes):
        return FolderDocuments(staging(where, secrets=secrets))
    from connectors.mailbox_documents import MailboxDocuments
    from connectors.outlook_client import outlook_client

    return MailboxDocuments(
        where,
        outlook_client(where, secrets=secrets, system=where.place),
        place=where.place,
        zone=ZoneInfo(policy.controller.time_zone),
    )


def bound_accounts(
    bindings: Bindings, policy: Policy, settings: Settings, *, now: Callable[[], datetime]
) -> dict[str, Accounts]:
    """The accounts of every system that is bound under `accounts`. None is asked anything yet.
    `now`: UTC; a list that somebody exported grows old."""
    zone = ZoneInfo(policy.controller.time_zone)
    return {
        name: _accounts(name, bound, settings, zone=zone, now=now)
        for name, bound in bindings.accounts.items()
    }


def _accounts(
    name: str,
    bound: AccountsBinding,
    settings: Settings,
    *,
    zone: ZoneInfo,
    now: Callable[[], datetime],
) -> Accounts:
    def shown(wanted: SecretName | None) -> Callable[[], str] | None:
        return None if wanted is None else secret(wanted, settings.environment)

    if isinstance(bound, SqlBinding):
        return SqlAccounts(bound, system=name, password=shown(bound.password), zone=zone)
    if isinstance(bound, HttpBinding):
        from connectors.accounts_http import HttpAccounts

        return HttpAccounts(bound, system=name, token=shown(bound.token), zone=zone)
    if isinstance(bound, AccountsFile):
        from connectors.accounts_list import ListedAccounts

        return ListedAccounts(bound, system=name, zone=zone, now=now)
    return MemoryAccounts(system=name)


def staff_list(
    bindings: Bindings, policy: Policy, settings: Settings
) -> Callable[[], list[Member]]:
    """Reads the list of who works here anew each time; nobody where none is bound."""
    bound = bindings.staff
    if bound is None:
        return list
    if isinstance(bound, StaffFile):
        return lambda: read_staff(bound)
    password = bound.password
    return StaffTable(
        bound,
        password=None if password is None else secret(password, settings.environment),
        zone=ZoneInfo(policy.controller.time_zone),
    ).members
