"""Every night it is looked whether each processor is valid: decisions are noted, reviews that are
due are asked for, what is missing is ordered, and what may not run is said (A-11, A-18, H-40)."""

from __future__ import annotations

from typing import NamedTuple

from lifecycle.ledger import EventKind
from tasks.house.parts import House
from tasks.processors import reviewing as processor_review
from tasks.processors import upkeep_orders
from tasks.processors.gate import stopped
from tasks.processors.register import Line, ServiceLine, lines, services
from tasks.processors.reviewing import Asked


class Checked(NamedTuple):
    """What the look showed and did; counts."""

    processors: int
    lacking: int
    stopped: int
    """Systems that may not run today."""
    approved: int
    refused: int
    asked: int
    """Reviews that wait for the reviewer."""
    services: int
    services_wrong: int
    orders_opened: int
    orders_withdrawn: int


class Seen(NamedTuple):
    """The same, with every line that the pages show."""

    checked: Checked
    processors: tuple[Line, ...]
    services: tuple[ServiceLine, ...]
    asked: tuple[Asked, ...]
    stopped: tuple[str, ...]
    """Systems, by the policy's names."""


def check(house: House) -> Seen:
    """Look, note, ask and order; safe to repeat at any time. Leaves its mark in the ledger."""
    taken = processor_review.take(house)
    asked = processor_review.ask(house)
    kept = upkeep_orders.keep(
        house, only=(upkeep_orders.PAPERS, upkeep_orders.JUDGE, upkeep_orders.USE)
    )
    found, apps = lines(house), services(house)
    closed = stopped(house)
    checked = Checked(
        processors=len(found),
        lacking=sum(bool(line.lacks) for line in found),
        stopped=len(closed),
        approved=taken.approved,
        refused=taken.refused,
        asked=len(asked),
        services=len(apps),
        services_wrong=sum(bool(one.lacks) for one in apps),
        orders_opened=kept.opened,
        orders_withdrawn=kept.withdrawn,
    )
    with house.work() as work:
        work.record(
            EventKind.PROCESSORS_CHECKED,
            found=checked.processors,
            **{name: count for name, count in checked._asdict().items() if name != "processors"},
        )
        work.commit()
    return Seen(checked, tuple(found), tuple(apps), tuple(asked), tuple(sorted(closed)))
