"""Erasing is finished when the key is destroyed: whatever a killed run left is destroyed first."""

from __future__ import annotations

from lifecycle.ledger import EventKind
from records import erasing
from tasks.house.parts import House


def destroy_keys(house: House) -> int:
    """Destroy the keys of holdings and placements that are gone, and prove it; how many.

    Safe to repeat. Raises `NotProven`.
    """
    numbers = erasing.pending_shredding(house.engine)
    if numbers:
        with house.work() as work:
            erasing.finish_shredding(house.engine, house.vault, work, numbers)
            work.record(EventKind.KEYS_DESTROYED, expected=len(numbers), verified=len(numbers))
            work.commit()
    return len(numbers)
