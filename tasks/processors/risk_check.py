"""Every night it is looked which risks have to be weighed again; that is ordered in time (H-45,
T-75)."""

from __future__ import annotations

from typing import NamedTuple

from lifecycle.ledger import EventKind
from tasks.house.parts import House
from tasks.processors import upkeep_orders
from tasks.processors.assessments import Line, lines


class RisksSeen(NamedTuple):
    """What the look showed and did: every line, and the orders; counts."""

    lines: tuple[Line, ...]
    lacking: int
    orders_opened: int
    orders_withdrawn: int


def check_risks(house: House) -> RisksSeen:
    """Look and order; safe to repeat at any time. Leaves its mark in the ledger."""
    kept = upkeep_orders.keep(house, only=(upkeep_orders.RISK,))
    found = tuple(lines(house))
    lacking = sum(bool(line.lacks) for line in found)
    with house.work() as work:
        work.record(
            EventKind.RISKS_CHECKED,
            found=len(found),
            lacking=lacking,
            high=sum(line.level == "high" for line in found),
            orders_opened=kept.opened,
            orders_withdrawn=kept.withdrawn,
        )
        work.commit()
    return RisksSeen(found, lacking, kept.opened, kept.withdrawn)
