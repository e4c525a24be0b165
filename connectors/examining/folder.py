"""A folder on this machine: whether only its own people get at it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from connectors.examination import Finding, PlaceExaminer, State, What
from connectors.folder import FolderStaging


def folder(
    path: Path,
    *,
    name: str,
    mount_point: bool = False,
    puts: bool = True,
    shared: bool = False,
) -> PlaceExaminer:
    """A folder; `puts`: files are put and deleted there. `shared`: people read it as well."""
    staging = FolderStaging(path, place=name, mount_point=mount_point)

    def reach() -> None:
        for _ in staging.list_items():
            break

    return PlaceExaminer(
        reach=reach,
        rights=lambda: _rights(path, puts=puts, shared=shared),
        copies="folder_copies",
        staging=staging if puts else None,
    )


def _rights(path: Path, *, puts: bool, shared: bool) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # told as not reached
    wanted = os.R_OK | os.X_OK | (os.W_OK if puts else 0)
    if not os.access(path, wanted):
        yield Finding(What.RIGHTS, State.WRONG, "folder_rights_missing")
    elif mode & stat.S_IWOTH or (
        puts and not shared and mode & stat.S_IROTH and mode & stat.S_IXOTH
    ):
        yield Finding(What.RIGHTS, State.WRONG, "folder_open_to_others")
    else:
        yield Finding(What.RIGHTS, State.OK, "rights_fit")
