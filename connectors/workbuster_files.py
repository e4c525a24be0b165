"""What lies in Workbuster's exchange folder: our workbooks and notes, and the lists of people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from connectors.base import StagedItem
from lifecycle.errors import Refused

IMPORT_PREFIX: Final = "gallra-import-"
"""How the names of import workbooks begin; the batch's reference follows."""
CHECK_PREFIX: Final = "gallra-check-"
ASK_PREFIX: Final = "gallra-anonymise-"
_AGAIN_PREFIX: Final = "gallra-again-"
_OWN_PREFIX: Final = "gallra-"
_OFFICE_OWN: Final = ("~$", ".")
"""Locks and hidden files of office programs: theirs to remove."""
_LIST_SUFFIXES: Final = {".xlsx", ".xls", ".xlsb", ".ods", ".csv", ".txt"}
_BATCH: Final = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_ABANDONED_AFTER: Final = timedelta(minutes=10)


class Names(NamedTuple):
    """The files of one batch."""

    workbook: str
    check: str
    """Case numbers and keyed fingerprints: what a list has to show, and since when."""
    again: str
    """A note that the workbook was taken away and is to be laid here again."""


def names_of(batch: str) -> Names:
    """Raises `Refused("batch_malformed")` for anything but an opaque reference."""
    if not _BATCH.fullmatch(batch):
        raise Refused("batch_malformed")
    return Names(
        f"{IMPORT_PREFIX}{batch}.xlsx",
        f"{CHECK_PREFIX}{batch}.json",
        f"{_AGAIN_PREFIX}{batch}.txt",
    )


def batch_of(item: StagedItem) -> str | None:
    """The batch whose untouched import workbook this is; None for a copy or anything else."""
    name = item.key
    own = name.startswith(IMPORT_PREFIX) and name.endswith(".xlsx")
    batch = name.removeprefix(IMPORT_PREFIX).removesuffix(".xlsx")
    return batch if own and _BATCH.fullmatch(batch) else None


def is_workbook(item: StagedItem, batch: str = "") -> bool:
    """Whether this is an import workbook (of `batch`), moved to a subfolder or copied beside
    itself under a name that still says so."""
    return f"{IMPORT_PREFIX}{batch}" in item.name and not item.name.startswith(_OFFICE_OWN)


def is_list(item: StagedItem) -> bool:
    """Whether this may be a list from Workbuster: neither ours nor an office program's lock."""
    name = item.name
    suffix = PurePosixPath(name).suffix.casefold()
    ours = name.startswith((*_OFFICE_OWN, _OWN_PREFIX)) or is_workbook(item)
    return suffix in _LIST_SUFFIXES and not ours


def is_abandoned(item: StagedItem, now: datetime) -> bool:
    """Whether a killed `put` left this: half a workbook full of people."""
    own = item.key.startswith(_OWN_PREFIX) and item.key.endswith(".part")
    return own and item.arrived_at < now - _ABANDONED_AFTER


def newest(items: Sequence[StagedItem]) -> StagedItem | None:
    """The one that came last."""
    return max(items, key=lambda item: item.arrived_at, default=None)
