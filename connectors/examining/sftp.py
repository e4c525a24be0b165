"""An SFTP server: whether the account is shut into its own folder."""

from __future__ import annotations

import stat
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from connectors.examination import Finding, PlaceExaminer, State, What
from connectors.sftp_packets import StatusError
from connectors.sftp_session import FolderCodes, SftpDoor, login_of
from connectors.sftp_staging import SftpStaging
from connectors.sftp_wire import Wire
from lifecycle.bindings import SecretName
from lifecycle.bindings.sftp import SftpServer
from lifecycle.errors import Unreachable

_CODES: Final = FolderCodes("folder_missing", "folder_forbidden", "folder_not_answering")
_OF_A_MACHINE: Final = frozenset({b"bin", b"dev", b"etc", b"home", b"proc", b"usr", b"var"})
_ENOUGH: Final = 3
"""So many of them under the root are no folder that was made for exports."""


def sftp(
    binding: SftpServer,
    *,
    name: str,
    secrets: Callable[[SecretName], Callable[[], str]],
    puts: bool = True,
) -> PlaceExaminer:
    """A folder on an SFTP server; `puts`: files are put and deleted there."""
    login = login_of(binding, secrets)
    door = SftpDoor(binding, login, place=name, codes=_CODES)
    folder = binding.folder.encode()

    def reach(wire: Wire) -> None:
        found = wire.look(folder, follow=True)
        if found is None or (found.mode is not None and not stat.S_ISDIR(found.mode)):
            raise Unreachable("folder_missing", ref=name)
        for _ in wire.names(folder):
            pass

    return PlaceExaminer(
        reach=lambda: door.visit(reach),
        rights=lambda: iter(door.visit(lambda wire: _rights(wire, folder))),
        copies="sftp_copies",
        staging=SftpStaging(binding, login, place=name) if puts else None,
    )


def _rights(wire: Wire, folder: bytes) -> list[Finding]:
    top: set[bytes] = set()
    with suppress(StatusError):
        top = {entry for entry, _ in wire.names(b"/")}
    found = []
    if len(top & _OF_A_MACHINE) >= _ENOUGH:
        found.append(Finding(What.RIGHTS, State.WRONG, "sftp_not_shut_in"))
    own = wire.look(folder, follow=True)
    if own is not None and own.mode is not None and own.mode & stat.S_IWOTH:
        found.append(Finding(What.RIGHTS, State.WRONG, "folder_open_to_others"))
    return found or [Finding(What.RIGHTS, State.OK, "rights_fit")]
