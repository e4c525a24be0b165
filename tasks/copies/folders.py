"""Each copy lies in a folder of its own: who takes one of them away has no other."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from lifecycle.errors import Refused, Unreachable
from tasks.house.settings import Settings

What = Literal["records", "keys", "ledger"]
EVERYTHING: Final[tuple[What, ...]] = ("records", "keys", "ledger")

_NAME: Final = re.compile(
    r"gallra-(records|keys|ledger)-\d{8}T\d{6}\.\d{6}Z\.(db|pgdump|jsonl)"
    r"(\.part(-journal|-wal|-shm)?)?"  # what SQLite lays beside an unfinished one
)
_NOTE: Final = "copies.json"
"""In the home: where the newest copy of each kind was put, and when."""


def name_of(what: What, at: datetime, ending: str) -> str:
    """How a copy of that moment is called."""
    return f"gallra-{what}-{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.{ending}"


def require_apart(settings: Settings, what: What, folder: Path, *, same_volume: bool) -> Path:
    """The folder to put a copy of `what` into, resolved; it must be there.

    Raises `Unreachable("backup_folder_missing")` (a volume that is not mounted, perhaps),
    `Refused`: `backup_inside_home`, `backup_beside_keys` (the key-encryption keys lie there, or
    copies of another kind), `backup_same_volume` (records and keys on one volume; `same_volume`
    says that this is meant).
    """
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise Unreachable("backup_folder_missing")
    if _nested(place, settings.home.resolve()):
        raise Refused("backup_inside_home")
    if _nested(place, settings.key_encryption_keys.resolve()):
        raise Refused("backup_beside_keys")
    noted = _noted(settings)
    for other in EVERYTHING:
        if other == what:
            continue
        known = noted.get(other)
        if ours(place, other) or (known is not None and _nested(place, Path(known))):
            raise Refused("backup_beside_keys")
        if {what, other} == {"records", "keys"} and not same_volume and known is not None:
            with suppress(OSError):
                if Path(known).stat().st_dev == place.stat().st_dev:
                    raise Refused("backup_same_volume")
    return place


def note(settings: Settings, what: What, place: Path, at: datetime) -> None:
    """Remember where copies of this kind lie, and when the newest was made."""
    noted = _noted(settings) | {what: str(place), f"{what}_at": at.isoformat()}
    draft = settings.home / f".{_NOTE}.part"
    with open(draft, "w", encoding="utf-8", opener=for_owner) as file:
        json.dump(noted, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(settings.home / _NOTE)


def made_last(settings: Settings) -> dict[What, datetime]:
    """When the newest copy of each kind was made, of the kinds that were ever copied."""
    noted = _noted(settings)
    found: dict[What, datetime] = {}
    for what in EVERYTHING:
        with suppress(KeyError, ValueError):
            found[what] = datetime.fromisoformat(noted[f"{what}_at"])
    return found


def ours(place: Path, what: What, *, unfinished: bool = False) -> list[Path]:
    """The copies of this kind that lie there, oldest first; or what a killed run left of one."""
    found = []
    for each in place.iterdir():
        match = _NAME.fullmatch(each.name.removeprefix("."))
        hidden = each.name.startswith(".")
        if (
            match
            and not each.is_dir()
            and match[1] == what
            and bool(match[3]) == hidden == unfinished
        ):
            found.append(each)
    return sorted(found, key=lambda path: path.name)


def on_disk(folder: Path) -> None:
    """Names that were given or taken away in `folder` are so after a power cut, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _nested(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _noted(settings: Settings) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads((settings.home / _NOTE).read_text("utf-8"))
        if isinstance(found, dict):
            return {str(name): str(path) for name, path in found.items()}
    return {}


def for_owner(path: str, flags: int) -> int:
    """An opener for `open`: nobody else may read what is made."""
    return os.open(path, flags, 0o600)
