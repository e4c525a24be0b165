"""One page of how the house stands: what waits, what is due, and whether the proof is whole."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from connectors.base import StagedItem
from lifecycle.errors import Unreachable
from lifecycle.intake.outcomes import FileOutcome
from lifecycle.references import STAGED_FILE, to_reference
from records import alarms, file_imports, lookups, staged_files, to_dos
from records.alarms import Alarm
from records.engines import reading
from records.staged_files import Known
from records.to_dos import ToDo
from tasks.erasing import due_plans
from tasks.house.parts import House
from tasks.house.reports import FileReport
from tasks.importing.stock import open_files
from tasks.incidents import following
from tasks.processors import reviewing
from tasks.sharing import register as share_register
from tasks.work_orders import orders as work_orders

UNREAD: Final = "unread"
"""In place of an outcome: no run has judged the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFile:
    """A file in the staging folder, by reference."""

    ref: str | None
    """None: it lies there, and no run has seen it yet."""
    outcome: str | None
    reason: str | None
    hours: float
    """Since it came, one decimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What `gallra status` and the operator's page show."""

    totals: dict[str, int]
    files: tuple[WaitingFile, ...]
    has_staging: bool
    staging_reachable: bool
    unfinished_imports: int
    to_dos: tuple[ToDo, ...]
    work_orders: int
    """Open ones, `work_orders_late` of them overdue."""
    work_orders_late: int
    waits_for_approval: tuple[str, ...]
    """Erasures, disclosures, reviews of processors and lists of whom to tell of an incident that
    people have to agree to, `P-…`."""
    alarms: tuple[Alarm, ...]
    ledger_size: int
    last_witnessed: str | None

    @property
    def needs_a_person(self) -> bool:
        """Whether anything stands that will not mend itself."""
        waits = self.to_dos or self.work_orders or self.waits_for_approval
        rejected = any(each.outcome == FileOutcome.REJECTED for each in self.files)
        return bool(self.alarms or waits or rejected or not self.staging_reachable)


def overview(house: House) -> Overview:
    """Look, without changing anything."""
    now = house.now()
    try:
        items = () if house.policy.staging is None else house.staging.list_items()
        there: dict[str, StagedItem] | None = {i.version: i for i in items}
    except Unreachable:
        there = None
    known_files = open_files(house)
    known_versions = {known.version for known in known_files}
    files = tuple(
        WaitingFile(
            ref=to_reference(STAGED_FILE, known.id),
            outcome=known.outcome,
            reason=known.reason,
            hours=_hours(now, known.came()),
        )
        for known in known_files
        if there is None or known.version in there
    ) + tuple(
        WaitingFile(ref=None, outcome=None, reason=None, hours=_hours(now, item.arrived_at))
        for version, item in (there or {}).items()
        if version not in known_versions
    )
    orders = work_orders.lines(house)
    asked = [one.ref for one in due_plans.waiting(house)]
    asked += [one.ref for one in share_register.waiting(house)]
    asked += [one.plan for one in following.waiting(house)]
    asked += [one.ref for one in reviewing.waiting(house)]
    with reading(house.engine) as connection:
        return Overview(
            totals=lookups.totals(connection, controller=house.controller),
            files=files,
            has_staging=house.policy.staging is not None,
            staging_reachable=there is not None,
            unfinished_imports=len(
                file_imports.unfinished(connection, controller=house.controller)
            ),
            to_dos=tuple(to_dos.open_to_dos(connection, controller=house.controller)),
            work_orders=len(orders),
            work_orders_late=sum(one.overdue for one in orders),
            waits_for_approval=tuple(asked),
            alarms=tuple(alarms.standing(connection, controller=house.controller)),
            ledger_size=house.ledger.head(connection).size,
            last_witnessed=alarms.last_witnessed(connection),
        )


def _hours(now: datetime, then: datetime) -> float:
    return round((now - then).total_seconds() / 3600, 1)


def files_since(house: House, moment: str) -> list[FileReport]:
    """What became of every file first seen at or after `moment` (as `House.at` writes it)."""
    with reading(house.engine) as connection:
        known = staged_files.seen_since(
            connection, controller=house.controller, moment=moment, place=house.staging.place
        )
        return [_report(connection, file) for file in known]


def lying(house: House, *, but: Collection[str] = ()) -> list[FileReport]:
    """What earlier runs made of the files that are known to lie there; `but`: not of these."""
    return [
        report
        for report in reports_of(house, [known.id for known in open_files(house)])
        if report.ref not in but and report.outcome != UNREAD
    ]


def reports_of(house: House, numbers: Sequence[int]) -> list[FileReport]:
    """What the records say of these files, as far as they still know them."""
    with reading(house.engine) as connection:
        found = [staged_files.find_file(connection, number) for number in numbers]
        return [_report(connection, known, earlier=True) for known in found if known is not None]


def _report(connection: Connection, known: Known, *, earlier: bool = False) -> FileReport:
    counts: dict[str, int] = {}
    rows: list[tuple[int, int, str | None]] = []
    if known.outcome == FileOutcome.IMPORTED and known.import_id is not None:
        total = file_imports.cases_of(connection, known.import_id)
        left = file_imports.open_cases(connection, known.import_id)
        counts = file_imports.by_id(connection, known.import_id).counts
        counts["verified_cases"] = total - left
        rows = file_imports.row_outcomes(connection, known.import_id)
    elif known.import_id is not None:  # a duplicate: its rows are counted where they were imported
        counts = dict.fromkeys(file_imports.by_id(connection, known.import_id).counts, 0)
    verified = known.import_state == file_imports.VERIFIED
    waits = known.state == staged_files.JUDGED and known.import_id is not None and not verified
    return FileReport(
        ref=to_reference(STAGED_FILE, known.id),
        sha256=known.sha256 or "",
        outcome=known.outcome or UNREAD,
        reason=known.reason,
        counts=counts,
        rows=rows,
        state="waiting" if waits else known.state,
        verified=verified,
        earlier=earlier,
    )
