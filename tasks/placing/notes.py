"""What a look through a place brought is written down, and what is gone closes itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lifecycle.intake.outcomes import FileReason
from lifecycle.ledger import EventKind
from records import findings
from records.findings import Ledge, Noted, Seen
from tasks.house.parts import House
from tasks.placing.mending import open_orders

LOOKED: Final = "looked"
_NOTHING_IN_IT: Final = frozenset({FileReason.EMPTY_FILE})


class ScanCount(NamedTuple):
    """What a look through one place or system brought."""

    reached: bool = True
    found: int = 0
    """Documents or records there."""
    looked: int = 0
    """Of these opened in this run."""
    unchanged: int = 0
    """Looked at before, under the same rules."""
    protected: int = 0
    """Behind a password: nobody can look, and nobody should be able to."""
    could_not_look: int = 0
    """Not understood: never taken for clean."""
    new: int = 0
    moved: int = 0
    cleared: int = 0
    standing: int = 0
    why: str = ""
    """The reason code for which it was not reached."""


@dataclass(slots=True)
class Part:
    looked: list[tuple[bytes, str, str, str]] = field(default_factory=list)
    """(digest, version, outcome, what it shows)"""
    seen: list[Seen] = field(default_factory=list)
    keys: dict[bytes, str] = field(default_factory=dict, repr=False)


def finish(
    house: House, place: str, ledge: Ledge, count: ScanCount, *, gone: set[bytes]
) -> ScanCount:
    """What is not there any more is cleared, what stands is on a work order, the look is noted."""
    with house.work() as work:
        noted = ledge.note(
            work.connection, looked=gone, seen=(), gone_from=(), at=house.at(), seal=_never
        )
        standing = findings.standing(work.connection, controller=house.controller, place=place)
        ordered = open_orders(house, work, place)
        count = count._replace(cleared=count.cleared + noted.cleared, standing=standing)
        work.record(
            EventKind.PLACE_SCANNED,
            found=count.found,
            facts={"place": place},
            looked=count.looked,
            unchanged=count.unchanged,
            protected=count.protected,
            could_not_look=count.could_not_look,
            new=count.new,
            moved=count.moved,
            cleared=count.cleared,
            standing=standing,
            ordered=ordered,
        )
        work.commit()
    return count


def _never(_: int, __: bytes) -> bytes:
    raise AssertionError  # nothing new is written when only the gone are cleared


def with_outcomes(count: ScanCount, outcomes: Counter[str]) -> ScanCount:
    protected = outcomes[FileReason.PASSWORD_PROTECTED]
    clear = outcomes[LOOKED] + sum(outcomes[reason] for reason in _NOTHING_IN_IT)
    return count._replace(
        protected=count.protected + protected,
        could_not_look=count.could_not_look + outcomes.total() - protected - clear,
    )


def with_noted(count: ScanCount, noted: Noted) -> ScanCount:
    return count._replace(
        new=count.new + noted.new,
        moved=count.moved + noted.moved,
        cleared=count.cleared + noted.cleared,
    )
