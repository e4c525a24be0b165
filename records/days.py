"""What was done on one day, as the records tell it: counts alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection, func, select

from lifecycle.plan import ItemState
from lifecycle.retention.facts import Verdict
from records.staged_files import DELETED, OPEN
from records.tables import file_import, ledger_event, plan, plan_item, staged_file

_LOOKED_BACK: Final = 5000
"""Events among which the last of a kind is sought: more than a week of a quiet house."""


class Done(NamedTuple):
    """What became of files, rows and items since an instant."""

    imported: int
    """Rows that were accepted, new ones and updates."""
    quarantined: int
    """Rows that were set aside."""
    purged: int
    """Files that were deleted and proven gone."""
    lying: int
    """Files that lie in the folder now, as far as a run has seen."""
    erased: int
    """Items of erasure plans that were proven gone."""


def done_since(connection: Connection, *, controller: str, moment: str) -> Done:
    """Everything since `moment` (as `House.at` writes it)."""
    accepted = quarantined = 0
    for stored in connection.execute(
        select(file_import.c.counts).where(
            file_import.c.controller == controller, file_import.c.stored_at >= moment
        )
    ).scalars():
        counts = orjson.loads(bytes(stored))
        accepted += counts.get("accepted", 0)
        quarantined += counts.get("quarantined", 0)
    files = (
        select(func.count()).select_from(staged_file).where(staged_file.c.controller == controller)
    )
    proven = (
        select(func.count())
        .select_from(plan_item.join(plan, plan.c.id == plan_item.c.plan_id))
        .where(
            plan.c.controller == controller,
            plan_item.c.verdict == str(Verdict.GO),
            plan_item.c.state == str(ItemState.PROVEN),
            plan_item.c.proven_at >= moment,
        )
    )
    return Done(
        imported=accepted,
        quarantined=quarantined,
        purged=connection.scalar(
            files.where(staged_file.c.state == DELETED, staged_file.c.deleted_at >= moment)
        )
        or 0,
        lying=connection.scalar(files.where(staged_file.c.state.in_(OPEN))) or 0,
        erased=connection.scalar(proven) or 0,
    )


def last_of(connection: Connection, kinds: Iterable[str]) -> dict[str, str]:
    """When the newest event of each of these kinds was written, among the last few thousand; a kind
    that is not among them is left out."""
    wanted = {f'"{kind}"'.encode(): kind for kind in kinds}
    found: dict[str, str] = {}
    bodies = connection.execute(
        select(ledger_event.c.body).order_by(ledger_event.c.position.desc()).limit(_LOOKED_BACK)
    ).scalars()
    for body in map(bytes, bodies):
        for mark, kind in wanted.items():
            if kind not in found and mark in body:
                event = orjson.loads(body)
                if event["kind"] == kind:
                    found[kind] = event["at"]
        if len(found) == len(wanted):
            break
    return found
