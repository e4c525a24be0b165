"""What lies on the disk after a kill, opened and read in a copy: looking changes nothing."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import orjson
from sqlalchemy import func, select

from connectors.case_access import EveryCase, Level, Reader
from connectors.case_register import CaseRegister
from connectors.case_register_file import RegisterFile
from lifecycle.checkpoint import public_key_of
from lifecycle.errors import GallraError
from lifecycle.ledger import EventKind, LedgerEvent
from lifecycle.references import IMPORT, STAGED_FILE, SUBJECT, to_reference
from records.engines import reading
from records.file_imports import open_cases
from records.ledger_check import verify
from records.tables import (
    data_key,
    engagement,
    erasure_list,
    file_import,
    holding,
    lease,
    shredding,
    staged_file,
    subject,
    to_do,
)
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.proving.proof import newest_witnessed
from tests.crash.outside import Record
from tests.crash.scene import Home, needles
from tests.crash.seen_plans import SeenPlan, read_plans

Case = tuple[str, str]
"""(case reference, service)"""


class SeenFile(NamedTuple):
    """What the records know of one file in the staging folder."""

    ref: str
    state: str
    outcome: str | None
    reason: str | None
    sha256: str | None


class SeenImport(NamedTuple):
    """One import as the records know it."""

    ref: str
    state: str
    open_cases: int
    counts: dict[str, int]


@dataclass
class Evidence:
    """Everything that the guarantees speak of, in clear; `problems` are broken ones already."""

    problems: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    """Files that lie in the staging folder: version → name."""
    files: dict[str, list[SeenFile]] = field(default_factory=dict)
    """By version."""
    events: list[LedgerEvent] = field(default_factory=list)
    people: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """national id → category → content"""
    refs: dict[str, str] = field(default_factory=dict)
    """national id → reference"""
    cases: dict[Case, tuple[str | None, str, dict[str, bytes]]] = field(default_factory=dict)
    """→ (national id or None, clear columns, category → content)"""
    register: dict[Case, tuple[str, str, bytes | None]] = field(default_factory=dict)
    """→ (project, opened, content; None: anonymised)"""
    imports: dict[str, list[SeenImport]] = field(default_factory=dict)
    to_dos: list[tuple[str, str, int]] = field(default_factory=list)
    """(kind, reference, number), open ones"""
    plans: dict[str, SeenPlan] = field(default_factory=dict)
    outside: dict[Record, str] = field(default_factory=dict)
    """What is really in the outer systems."""
    leases: int = 0
    unfinished: int = 0
    """Keys that are still to be destroyed, blocks of the register not yet closed."""
    keys_without_use: int = 0
    """Data keys that belong to nothing: harmless, but counted."""

    def of(self, *kinds: EventKind, ref: str | None = None) -> list[LedgerEvent]:
        """The events of these kinds (about `ref`)."""
        return [e for e in self.events if e.kind in kinds and (ref is None or e.ref == ref)]


def gather(home: Home, scratch: Path) -> Evidence:
    """Look at `home` as it lies there; the copy in `scratch` is gone afterwards."""
    seen = Evidence(left=home.left())
    seen.problems += _plaintext(home)
    if scratch.exists():
        shutil.rmtree(scratch)
    shutil.copytree(home.path, scratch, ignore=shutil.ignore_patterns("staging", "tmp"))
    try:
        settings = Settings.from_environment({"GALLRA_HOME": str(scratch), **home.elsewhere})
        with ExitStack() as stack:
            with _OPENING:
                house = stack.enter_context(open_house("academedia", settings=settings))
            _read_ledger(house, seen)
            _read_files(house, seen)
            _read_people(house, seen)
            _read_register(house, scratch, seen)
            read_plans(house, seen.plans)
        if home.outside is not None:
            seen.outside = home.outside.shown()
    except GallraError as error:
        seen.problems.append(f"the house does not open: {error}")
    finally:
        shutil.rmtree(scratch)
    return seen


def _plaintext(home: Home) -> list[str]:
    found = []
    for path in home.path.rglob("*"):
        if path.is_file() and not path.is_relative_to(home.staging):
            data = path.read_bytes()
            found += [
                f"{whose} in clear in {path.relative_to(home.path).parts[0]}"
                for needle, whose in _NEEDLES.items()
                if needle in data
            ]
    return found


_NEEDLES = needles()
_OPENING = Lock()
"""Alembic, which a home killed at its very beginning still needs, knows only one thread."""


def _read_ledger(house: House, seen: Evidence) -> None:
    with reading(house.engine) as connection:
        seen.events = [LedgerEvent.from_body(e.body) for e in house.ledger.read(connection)]
        try:
            verify(
                connection,
                house.ledger_key,
                checkpoint=newest_witnessed(house),
                public_key=public_key_of(house.signing_key),
            )
        except GallraError as error:
            seen.problems.append(f"the ledger does not verify: {error}")


def _read_files(house: House, seen: Evidence) -> None:
    with reading(house.engine) as connection:
        for row in connection.execute(select(staged_file)):
            ref = to_reference(STAGED_FILE, row.id)
            file = SeenFile(ref, row.state, row.outcome, row.reason, row.sha256)
            seen.files.setdefault(row.version, []).append(file)
        for row in connection.execute(select(file_import)):
            one = SeenImport(
                to_reference(IMPORT, row.id),
                row.state,
                open_cases(connection, row.id),
                orjson.loads(bytes(row.counts)),
            )
            seen.imports.setdefault(row.sha256, []).append(one)
        seen.to_dos = sorted(
            (row.kind, row.ref, row.number)
            for row in connection.execute(select(to_do).where(to_do.c.closed_at.is_(None)))
        )
        seen.leases = connection.scalar(select(func.count()).select_from(lease)) or 0
        seen.unfinished = connection.scalar(select(func.count()).select_from(shredding)) or 0


def _read_people(house: House, seen: Evidence) -> None:
    with reading(house.engine) as connection:
        subjects = set(connection.scalars(select(subject.c.id)))
        engagements = connection.execute(select(engagement)).all()
        rows = connection.execute(select(holding)).all()
        listed = connection.scalar(select(func.count()).select_from(erasure_list)) or 0
    contents: dict[tuple[int, int | None], dict[str, bytes]] = {}
    for row in rows:
        try:
            [text] = house.vault.open([(row.id, row.subject_id, row.category, bytes(row.sealed))])
        except GallraError as error:
            seen.problems.append(f"a holding does not open: {error}")
            continue
        if row.subject_id not in subjects:
            seen.problems.append("a holding without a person")
        of = contents.setdefault((row.subject_id, row.engagement_id), {})
        if row.category in of:
            seen.problems.append("a holding twice")
        of[row.category] = text
    numbers: dict[int, str] = {}
    for one in subjects:
        own = contents.get((one, None), {})
        if not own:
            continue  # known from an outer system only
        number = str(orjson.loads(own.get("identity", b"{}")).get("national_id"))
        if number in seen.people:
            seen.problems.append("a person twice")
        numbers[one], seen.people[number] = number, own
        seen.refs[number] = to_reference(SUBJECT, one)
    for case in engagements:
        clear = f"{case.project}|{case.started_on}|{case.ends_on}|{case.broke_off_on}"
        own = contents.get((case.subject_id, case.id), {})
        key = (case.case_reference, case.service)
        seen.cases[key] = (numbers.get(case.subject_id), clear, own)
    _count_keys(house, seen, len(rows))
    if listed != len(seen.of(EventKind.ERASURE_DONE)):
        seen.problems.append("the erasure list and the ledger disagree")


def _count_keys(house: House, seen: Evidence, holdings: int) -> None:
    with reading(house.keyring.engine) as connection:
        keys = connection.scalar(select(func.count()).where(data_key.c.id >= 0)) or 0
    seen.keys_without_use = keys - holdings


def _read_register(house: House, scratch: Path, seen: Evidence) -> None:
    assert isinstance(house.case_system, CaseRegister)
    everybody = Reader(level=Level.ADMINISTRATOR, ref="somebody")
    try:
        views = house.case_system.read(EveryCase(), as_=everybody)
    except GallraError as error:
        seen.problems.append(f"the case register does not open: {error}")
        return
    seen.problems += _doubled([view.key for view in views])
    seen.register = {tuple(v.key): (v.project, v.opened, v.payload) for v in views}
    with RegisterFile(scratch / "case_register" / "register.db").reading() as db:
        for table in ("shredding", "sealing"):
            seen.unfinished += db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def _doubled(keys: Sequence[Case]) -> list[str]:
    return ["a case twice in the register" for n in Counter(keys).values() if n > 1]
