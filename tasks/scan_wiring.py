"""The places that are looked through, the accounts that are reviewed and the list of staff, as a
controller's bindings describe them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connectors.accounts import Accounts, MemoryAccounts, SqlAccounts
from connectors.documents import Documents, FolderDocuments
from connectors.registry import staging
from connectors.staff_list import read_staff
from connectors.staff_table import StaffTable
from lifecycle.access import Member
from lifecycle.bindings import Bindings, SecretName
from lifecycle.bindings.accounts import SqlAccounts as SqlBinding
from lifecycle.bindings.accounts import StaffFile
from lifecycle.bindings.scan import ScannedMailboxes, ScannedPlace
from lifecycle.policy.model import Policy
from tasks.secrets import secret
from tasks.settings import Settings


@dataclass(frozen=True, slots=True)
class ScanPlace:
    """A place that is looked through, and the role that mends what is found."""

    documents: Documents
    owner: str


def scan_places(bindings: Bindings, policy: Policy, settings: Settings) -> dict[str, ScanPlace]:
    """Every place that is bound under `scan`, by the policy's name. None is asked anything yet."""
    return {
        name: ScanPlace(_documents(scanned, policy, settings), scanned.owner)
        for name, scanned in bindings.scan.items()
    }


def _documents(scanned: ScannedPlace, policy: Policy, settings: Settings) -> Documents:
    def secrets(wanted: SecretName) -> Callable[[], str]:
        return secret(wanted, settings.environment)

    where = scanned.where
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


def bound_accounts(bindings: Bindings, policy: Policy, settings: Settings) -> dict[str, Accounts]:
    """The accounts of every system that is bound under `accounts`. None is asked anything yet."""
    made: dict[str, Accounts] = {}
    for name, bound in bindings.accounts.items():
        if isinstance(bound, SqlBinding):
            password = bound.password
            made[name] = SqlAccounts(
                bound,
                system=name,
                password=None if password is None else secret(password, settings.environment),
                zone=ZoneInfo(policy.controller.time_zone),
            )
        else:
            made[name] = MemoryAccounts(system=name)
    return made


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
