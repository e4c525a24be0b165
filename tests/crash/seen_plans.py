"""What plans, certificates and the journal say after a kill: to be held against what is there."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.erasure_journal import DONE, INTENDED
from lifecycle.certificate import Certificate
from lifecycle.checkpoint import public_key_of
from lifecycle.errors import Refused
from lifecycle.references import SUBJECT, to_reference
from lifecycle.retention.facts import Verdict
from records import plans
from records.engines import reading
from tasks.house.parts import House
from tasks.proving.certifying import of_plan


class SeenItem(NamedTuple):
    """One item that is to go."""

    person: str
    system: str
    state: str


@dataclass
class SeenPlan:
    """One plan as everything of ours tells of it."""

    state: str
    items: list[SeenItem] = field(default_factory=list)
    certificate: dict[str, Any] | None = None
    """What the database's own says."""
    filed: dict[str, Any] | None = None
    """What the copy beside the witness says."""
    intended: set[str] = field(default_factory=set)
    """Whom the journal says we are about to forget."""
    unfinished: int = 0
    """Lines of the journal that are intended and not done."""


def read_plans(house: House, seen: dict[str, SeenPlan]) -> None:
    """Every plan of the house. A certificate counts only with its signature."""
    with reading(house.engine) as connection:
        for plan in plans.find(connection, controller=house.controller):
            going = plans.items(connection, plan.number, verdict=Verdict.GO)
            seen[plan.ref] = SeenPlan(
                state=str(plan.state),
                items=[
                    SeenItem(
                        to_reference(SUBJECT, one.item.subject_id),
                        one.item.system,
                        str(one.state),
                    )
                    for one in going
                ],
            )
    for ref, plan_seen in seen.items():
        with contextlib.suppress(Refused):
            plan_seen.certificate = of_plan(house, ref).statement
        file = house.certificates / f"{ref}.json"
        if file.exists():
            filed = Certificate.from_json(file.read_bytes())
            filed.verify(public_key_of(house.signing_key))
            plan_seen.filed = filed.statement
    _read_journal(house, seen)


def _read_journal(house: House, seen: dict[str, SeenPlan]) -> None:
    open_batches: dict[str, str] = {}
    for entry in house.journal.entries():
        ref = entry.batch.partition("/")[0]
        if entry.step == INTENDED:
            seen[ref].intended |= {to_reference(SUBJECT, one.subject_id) for one in entry.people}
            open_batches[entry.batch] = ref
        elif entry.step == DONE:
            open_batches.pop(entry.batch, None)
    for ref in open_batches.values():
        seen[ref].unfinished += 1
