"""Google Drive: what the service account may do in the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from connectors.drive_files import DriveFiles
from connectors.examination import Finding, PlaceExaminer, State, What
from connectors.google_drive import DriveStaging, opened_files
from lifecycle.bindings.google_drive import DriveFolder

_READING: Final = ("canListChildren",)
_PUTTING: Final = ("canListChildren", "canAddChildren")
_FOR_GOOD: Final = "canDeleteChildren"
"""Past the trash: of a shared drive only its managers (organizers) may."""


def google_drive(
    binding: DriveFolder, *, name: str, key: Callable[[], str], puts: bool = True
) -> PlaceExaminer:
    """A folder in Google Drive; `puts`: files are put and deleted there."""
    files = opened_files(binding, place=name, key=key)

    def reach() -> None:
        files.reach()
        next(files.children(files.root.folder), None)

    return PlaceExaminer(
        reach=reach,
        rights=lambda: _rights(files, binding, puts=puts),
        copies="drive_copies",
        staging=DriveStaging(files, place=name) if puts else None,
    )


def _rights(files: DriveFiles, binding: DriveFolder, *, puts: bool) -> Iterator[Finding]:
    may = files.capabilities()
    needed = list(_PUTTING if puts else _READING)
    if puts and binding.drive is not None:
        needed.append(_FOR_GOOD)
    missing = tuple(right for right in needed if may.get(right) is not True)
    more = (*_PUTTING[1:], _FOR_GOOD)
    extra = () if puts else tuple(right for right in more if may.get(right) is True)
    if missing:
        yield Finding(What.RIGHTS, State.WRONG, "drive_rights_missing", missing)
    if extra:
        yield Finding(What.RIGHTS, State.WRONG, "reading_would_do", extra)
    if not missing and not extra:
        yield Finding(What.RIGHTS, State.OK, "rights_fit")
    wider = "drive_delegation" if binding.acting_as is not None else "drive_memberships"
    yield Finding(What.RIGHTS, State.ASK, wider)
