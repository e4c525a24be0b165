"""The main job's beginning, the same for the flow and for the command."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from lifecycle.errors import Busy, NotProven, Refused, Unreachable
from lifecycle.references import STAGED_FILE, from_reference
from records import staged_files
from records.engines import reading
from tasks.erasing.execution import execute_open
from tasks.house.parts import House
from tasks.importing.deletions import recover
from tasks.importing.stock import take_stock
from tasks.importing.transfers import settle_all
from tasks.processors.gate import NOT_VALID
from tasks.proving.shredding import destroy_keys


def begin_import(house: House) -> list[str]:
    """Finish what an earlier run left, then say which files are to be imported.

    An unfinished import that still cannot be verified, or a case system that cannot be read, does
    not keep new files waiting: it stays an alarm and a red run of its own file.
    """
    try:
        with suppress(Busy, NotProven, Unreachable):
            finish_earlier(house)
    except Refused as refused:
        if refused.code != NOT_VALID:
            raise
    return take_stock(house)


def finish_earlier(house: House) -> int:
    """Whatever an earlier run was stopped in the middle of: deletions, keys, imports, plans.

    Returns how many imports were not finished. Raises what `settle_import` raises, and after
    everything else `NotProven` for a file that something keeps, `Refused("processor_not_valid")`
    for an import that may not be handed over: a missing paper keeps no erasure waiting.
    """
    kept: NotProven | Refused | None = None
    unfinished = 0
    try:
        recover(house)
    except NotProven as refused:
        kept = refused
    destroy_keys(house)
    try:
        unfinished = len(settle_all(house))
    except Refused as refused:
        if refused.code != NOT_VALID:
            raise
        kept = kept or refused
    # What is left of a plan tells itself: in `gallra status`, and red in the plan's own run.
    with suppress(Busy, Refused):
        execute_open(house)
    if kept is not None:
        raise kept
    return unfinished


def names_of(house: House, refs: Sequence[str]) -> dict[str, str]:
    """What the operator called these files; for the operator's own terminal only."""
    with reading(house.engine) as connection:
        sealed = staged_files.sealed_names(
            connection, [from_reference(STAGED_FILE, ref) for ref in refs]
        )
    return {
        ref: (ref if (name := sealed.get(number)) is None else house.vault.open_name(number, name))
        for ref in refs
        for number in [from_reference(STAGED_FILE, ref)]
    }
