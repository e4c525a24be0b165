"""How many may speak to one outer system at the same time, whichever controller's they are."""

from __future__ import annotations

import hashlib
from typing import Any, Final, NamedTuple

from lifecycle.bindings.google_drive import GoogleDriveStaging
from lifecycle.bindings.http import Http
from lifecycle.bindings.imports import CaseRegister, FolderStaging, Workbuster
from lifecycle.bindings.onedrive import OneDriveStaging
from lifecycle.bindings.outlook import Outlook
from lifecycle.bindings.sftp import SftpStaging
from lifecycle.bindings.sql import Sql

_ONE: Final = 1
_OTHERS: Final = 2
_DIGITS: Final = 6


class Limit(NamedTuple):
    """How many may be at one address at once."""

    name: str
    """What people see: `gallra-` and the system's name, and a mark that tells two of that name
    apart. The same for two controllers that call one address by one name."""
    mark: str
    """The same for everybody who names this address; says nothing about it."""
    at_once: int


def limit_of(name: str, binding: Any) -> Limit | None:
    """The limit of a system or a place that is bound so; None where no machine reaches it."""
    address = _address(binding)
    if address is None:
        return None
    mark = hashlib.sha256("\x00".join(address).encode()).hexdigest()[:32]
    chosen: int | None = getattr(binding, "at_once", None)
    return Limit(f"gallra-{name}-{mark[:_DIGITS]}", mark, chosen or _usual(binding))


def _usual(binding: Any) -> int:
    """A folder is emptied by one at a time, and a SQLite file written by one; others take two."""
    embedded = isinstance(binding, Sql) and binding.url.startswith("sqlite:")
    return _OTHERS if _is_system(binding) and not embedded else _ONE


def _is_system(binding: Any) -> bool:
    return isinstance(binding, Sql | Http | Outlook | CaseRegister | Workbuster)


def _address(binding: Any) -> tuple[str, ...] | None:
    match binding:
        case Sql() | Http():
            return binding.kind, binding.url.partition("?")[0].rstrip("/")
        case Outlook():
            return binding.kind, str(binding.tenant), *sorted(binding.mailboxes)
        case CaseRegister() | FolderStaging():
            return binding.kind, str(binding.path)
        case Workbuster():
            return binding.kind, str(binding.exchange)
        case SftpStaging():
            return binding.kind, binding.host.lower(), str(binding.port), binding.folder.strip("/")
        case GoogleDriveStaging():
            return binding.kind, binding.folder
        case OneDriveStaging():
            return binding.kind, binding.drive, binding.folder
    return None
