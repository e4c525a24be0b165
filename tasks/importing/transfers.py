"""What was taken in must be in the case system: handed over, read back, counted per case (A-97)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.base import CaseKey, CaseRecord, HandOver
from connectors.payload import join_categories
from lifecycle.errors import Busy, NotProven, Refused, Retryable
from lifecycle.ledger import EventKind
from lifecycle.policy.model import Policy
from lifecycle.references import IMPORT, PLAN, SUBJECT, to_reference
from records import came_back, file_imports, leases, to_dos
from records.engines import reading
from records.file_imports import UNCHANGED, Part
from tasks.house.parts import House
from tasks.importing.second_hand import second_hand
from tasks.processors.gate import require_may_run

Progress = Callable[[int, int | None], None]

CHUNK = 5_000
"""Cases handed over and verified at a time: bounds memory, and what a restart repeats."""
_WAITING_TO_DO = "import_into_workbuster"


def settle_all(house: House, *, progress: Progress | None = None) -> dict[str, str]:
    """Finish every import that an earlier run left unfinished; reference → state.

    One that cannot be finished does not keep the others waiting; its error is raised at the end.
    """
    with reading(house.engine) as connection:
        numbers = file_imports.unfinished(connection, controller=house.controller)
    states = {}
    failures: list[NotProven | Retryable | Refused] = []
    for number in numbers:
        try:
            state = settle_import(house, number, progress=progress)
            states[to_reference(IMPORT, number)] = state
        except (NotProven, Retryable, Refused) as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
    return states


def settle_import(house: House, number: int, *, progress: Progress | None = None) -> str:
    """Hand over what is missing of one import, read it back, and say how far it is.

    Returns `verified`, or `waiting` while a person must act. The same path serves the first
    run, a restart and a rerun: what is verified is skipped, what is there already is only read.
    Raises `NotProven("cases_not_verified")` when a system that took the cases does not show them,
    `Refused("processor_not_valid")` when nothing may be handed over to it today.
    """
    ref = to_reference(IMPORT, number)
    with leases.hold(house.engine, ref, now=house.now, patience=600.0):
        with reading(house.engine) as connection:
            state = file_imports.by_id(connection, number).state
            chunks = file_imports.chunks(connection, number, CHUNK)
        if state == file_imports.VERIFIED:
            return state
        missing, waiting = _settle_chunks(house, number, ref, chunks, progress)
        if missing and not waiting:
            raise NotProven("cases_not_verified", ref=ref, missing=missing)
        if missing:
            _wait(house, number, ref, state, missing)
            return file_imports.WAITING
        total = sum(map(len, chunks))
        _finish(house, number, ref, total, [f"{ref}-{n:03d}" for n in range(len(chunks))])
        return file_imports.VERIFIED


def _settle_chunks(
    house: House, number: int, ref: str, chunks: list[list[int]], progress: Progress | None
) -> tuple[int, bool]:
    """All chunks; how many cases are not verified, and whether a person must act."""
    total = sum(map(len, chunks))
    missing = done = 0
    waiting = False
    with second_hand(house, ref, len(chunks)) as helper:
        for position, cases in enumerate(chunks):
            batch = f"{ref}-{position:03d}"
            try:
                with leases.hold(house.engine, batch, now=house.now):
                    left, waits = settle_chunk(house, number, cases, batch=batch)
            except Busy:
                if helper is None:
                    raise
                helper.wait()  # it has come from the end as far as this chunk
                left, waits = settle_chunk(house, number, cases, batch=batch)
            missing += left
            waiting = waiting or waits
            done += len(cases)
            if progress is not None:
                progress(done, total)
    return missing, waiting


def settle_chunk(
    house: House, number: int, cases: Sequence[int], *, batch: str
) -> tuple[int, bool]:
    """One chunk; returns how many of its cases are not verified, and whether a person must act."""
    with reading(house.engine) as connection:
        parts = file_imports.parts(connection, number, cases)
        waited = file_imports.by_id(connection, number).state == file_imports.WAITING
    if not parts:
        return 0, False
    # A person erased meanwhile has nothing to hand over any more; of a case that a restore left
    # without its own data, less would be handed over than the system has.
    living = [part for part in _whole(house.policy, parts) if part.holdings]
    void = sorted({part.engagement_id for part in parts} - {p.engagement_id for p in living})
    records = dict(zip((part.engagement_id for part in living), _open(house, living), strict=True))
    verified = set()
    # Where a person acts, the proof may be there by now: only what it lacks is handed over again.
    there = [part for part in living if waited or part.state == UNCHANGED]
    if there:
        verified = _read_back(house, {p.engagement_id: records[p.engagement_id] for p in there})
    rest = {number: record for number, record in records.items() if number not in verified}
    waits = False
    if rest:
        require_may_run(house, house.case_system.system)
        _open_again(house, [part for part in living if part.engagement_id in rest])
        answer = house.case_system.hand_over(list(rest.values()), batch=batch)
        waits = answer is HandOver.WAITING
        verified |= _read_back(house, rest)
    missing = len(living) - len(verified)
    if verified or void:
        with house.work() as work:
            file_imports.mark_verified(work.connection, number, [*sorted(verified), *void])
            work.record(
                EventKind.HANDOVER_VERIFIED,
                ref=to_reference(IMPORT, number),
                rule="A-97",
                expected=len(living),
                found=len(living),
                acted=len(rest),
                verified=len(verified),
                void=len(void),
                facts={"system": house.case_system.system},
            )
            work.commit()
    return missing, waits


def _open_again(house: House, parts: Sequence[Part]) -> None:
    """What the case system was proven to have forgotten, and is about to be told again, is no more
    what a plan that waits may end with. Written down before it is told."""
    system = house.case_system.system
    with house.work() as work:
        opened = came_back.into_case_system(
            work.connection,
            house.controller,
            sorted({part.subject_id for part in parts}),
            system=system,
        )
        if not opened:
            return
        for plan, subject, rule in opened:
            work.record(
                EventKind.ITEM_NOT_PROVEN,
                ref=to_reference(SUBJECT, subject),
                rule=rule,
                expected=1,
                verified=0,
                facts={
                    "plan": to_reference(PLAN, plan),
                    "system": system,
                    "answer": came_back.CAME_BACK,
                },
            )
        work.commit()


def _whole(policy: Policy, parts: Sequence[Part]) -> list[Part]:
    """Those whose own data is here, if they have any: not so after a restore, until an export
    tells it anew, nor where it was erased here first."""
    of_case = {name for name, one in policy.categories.items() if one.per == "case"}
    columns = policy.intake_from().columns
    sealed = {field for field, column in columns.items() if column.keep in of_case}
    return [
        part
        for part in parts
        if not part.told & sealed or any(name in of_case for _, name, _ in part.holdings)
    ]


def _open(house: House, parts: Sequence[Part]) -> list[CaseRecord]:
    """The plaintext of these cases, on its way from the vault to the case system."""
    # What belongs to the person is opened once for all of the person's cases.
    items = {
        holding_id: (holding_id, part.subject_id, category, sealed)
        for part in parts
        for holding_id, category, sealed in part.holdings
    }
    opened = dict(zip(items, house.vault.open(list(items.values())), strict=True))
    return [
        CaseRecord(
            CaseKey(part.case_reference, part.service),
            part.project,
            part.started_on,
            join_categories(
                [(category, opened[holding_id]) for holding_id, category, _ in part.holdings]
            ),
        )
        for part in parts
    ]


def _read_back(house: House, records: dict[int, CaseRecord]) -> set[int]:
    """Those cases that the system holds exactly once and exactly as they are here."""
    fingerprint = house.vault.fingerprint
    expected = {
        record.key: (number, fingerprint(record.payload)) for number, record in records.items()
    }
    agreeing = set()
    for state in house.case_system.read_back(list(expected)):
        number, wanted = expected[state.key]
        if state.copies == 1 and state.fingerprint == wanted:
            agreeing.add(number)
    return agreeing


def _wait(house: House, number: int, ref: str, state: str, missing: int) -> None:
    """Somebody must import the workbook: say so once."""
    if state == file_imports.WAITING:
        return
    with house.work() as work:
        file_imports.advance(work.connection, number, file_imports.WAITING, at=house.at())
        to_dos.open_to_do(
            work.connection,
            controller=house.controller,
            kind=_WAITING_TO_DO,
            ref=ref,
            number=missing,
            at=house.at(),
        )
        work.record(EventKind.HANDOVER_WAITING, ref=ref, expected=missing, verified=0)
        work.commit()


def _finish(house: House, number: int, ref: str, total: int, batches: Sequence[str]) -> None:
    """All cases are proven in the case system: what carried them across goes, then it is said."""
    for batch in batches:
        house.case_system.close_batch(batch)
    with house.work() as work:
        file_imports.advance(work.connection, number, file_imports.VERIFIED, at=house.at())
        to_dos.close_to_do(
            work.connection,
            controller=house.controller,
            kind=_WAITING_TO_DO,
            ref=ref,
            at=house.at(),
        )
        work.record(EventKind.HANDOVER_DONE, ref=ref, expected=total, verified=total)
        work.commit()
