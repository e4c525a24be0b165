"""The register of processors, apps and learning services: rows that are added to, never changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select, update

from lifecycle.errors import Refused
from lifecycle.processor import Entry
from lifecycle.processor_entry import EntryKind
from lifecycle.references import PROCESSOR, to_reference
from records.tables import processor, processor_entry

PROCESSOR_KIND: Final = "processor"
SUB_PROCESSOR: Final = "sub_processor"
SERVICES: Final = ("app", "learning_service")

_p, _e = processor.c, processor_entry.c


class Row(NamedTuple):
    """One line of the register, what it is called still sealed."""

    number: int
    kind: str
    name: str
    parent_number: int
    systems: tuple[str, ...]
    sealed: bytes
    added_at: str

    @property
    def ref(self) -> str:
        """Its public reference, `V-…`."""
        return to_reference(PROCESSOR, self.number)


class Noted(NamedTuple):
    """One entry, by whom it was noted, and by which review's plan."""

    entry: Entry
    plan_number: int
    by: str
    evidence: str
    at: str


def insert(
    connection: Connection,
    *,
    controller: str,
    number: int,
    kind: str,
    name: str,
    parent: int,
    systems: Collection[str],
    sealed: bytes,
    at: str,
) -> None:
    """Add a line."""
    connection.execute(
        processor.insert().values(
            id=number,
            controller=controller,
            kind=kind,
            name=name,
            parent_id=parent,
            systems=" ".join(systems),
            sealed=sealed,
            added_at=at,
        )
    )


def set_systems(connection: Connection, number: int, systems: Collection[str]) -> None:
    """It runs these systems of the policy."""
    connection.execute(update(processor).where(_p.id == number).values(systems=" ".join(systems)))


def remove(connection: Connection, number: int, *, at: str) -> None:
    """It is in the register no more; what was noted of it stays."""
    connection.execute(update(processor).where(_p.id == number).values(removed_at=at))


def rows(connection: Connection, *, controller: str) -> list[Row]:
    """Every line that stands, in the order in which they were added."""
    found = connection.execute(
        select(_p.id, _p.kind, _p.name, _p.parent_id, _p.systems, _p.sealed, _p.added_at)
        .where(_p.controller == controller, _p.removed_at.is_(None))
        .order_by(_p.added_at, _p.id)
    )
    return [
        Row(number, kind, name, parent, tuple(systems.split()), bytes(sealed), at)
        for number, kind, name, parent, systems, sealed, at in found
    ]


def get(connection: Connection, *, controller: str, number: int) -> Row:
    """The line of that number. Raises `Refused("processor_unknown")`."""
    for row in rows(connection, controller=controller):
        if row.number == number:
            return row
    raise Refused("processor_unknown")


def note(
    connection: Connection,
    number: int,
    entry: Entry,
    *,
    by: str,
    at: str,
    evidence: str = "",
    plan: int = 0,
) -> None:
    """Note an entry behind the others. Raises `Refused("database_conflict")` where somebody else
    notes one at the same moment."""
    last = connection.execute(
        select(func.coalesce(func.max(_e.number), 0)).where(_e.processor_id == number)
    ).scalar_one()
    connection.execute(
        processor_entry.insert().values(
            processor_id=number,
            number=last + 1,
            kind=str(entry.kind),
            on_date=entry.on.isoformat(),
            until_on=None if entry.until is None else entry.until.isoformat(),
            outcome=entry.outcome,
            country=entry.country,
            plan_id=plan,
            decided_by=by,
            evidence=evidence,
            created_at=at,
        )
    )


def noted(connection: Connection, *, controller: str) -> dict[int, list[Noted]]:
    """What was noted of each line of the register, oldest first."""
    found = connection.execute(
        select(
            _e.processor_id,
            _e.kind,
            _e.on_date,
            _e.until_on,
            _e.outcome,
            _e.country,
            _e.plan_id,
            _e.decided_by,
            _e.evidence,
            _e.created_at,
        )
        .join(processor, _p.id == _e.processor_id)
        .where(_p.controller == controller)
        .order_by(_e.processor_id, _e.number)
    )
    told: dict[int, list[Noted]] = {}
    for number, kind, on, until, outcome, country, plan, by, evidence, at in found:
        entry = Entry(
            EntryKind(kind),
            date.fromisoformat(on),
            None if until is None else date.fromisoformat(until),
            outcome,
            country,
        )
        told.setdefault(number, []).append(Noted(entry, plan, by, evidence, at))
    return told


def plans_decided(connection: Connection, *, controller: str) -> set[int]:
    """The plans of reviews whose decision is noted."""
    found = connection.execute(
        select(_e.plan_id)
        .join(processor, _p.id == _e.processor_id)
        .where(_p.controller == controller, _e.plan_id != 0)
    )
    return set(found.scalars())
