"""What was taken in must be in the case system: handed over, read back, counted per case (A-97)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from connectors.base import CaseKey, CaseRecord, HandOver
from connectors.payload import join_categories
from lifecycle.errors import Busy, NotProven, Refused, Retryable
from lifecycle.ledger import EventKind
from lifecycle.policy.model import Policy
from lifecycle.references import IMPORT, PLAN, SUBJECT, to_reference
from records import barred, came_back, file_imports, leases, to_dos
from records.engines import reading
from records.file_imports import UNCHANGED, Part
from tasks.house.parts import House
from tasks.house.turns import turn
from tasks.importing.second_hand import ENOUGH_CHUNKS, second_hand
from tasks.processors.gate import require_may_run

Progress = Callable[[int, int | None], None]

CHUNK = 5_000
"""Cases handed over and verified at a time: bounds memory, and what a restart repeats."""
_FOR_A_CHUNK: Final = 3600.0
"""Seconds that a run waits for another one that has a chunk in hand."""
_WAITING_TO_DO = "import_into_workbuster"
RESTRICTED_TO_DO: Final = "restricted_cases"
"""Cases of people whose data may only be stored (art. 18): they wait until that is lifted."""


class Left(NamedTuple):
    """What of a chunk, or of a whole import, is not proven in the case system."""

    missing: int = 0
    """Cases that may be handed over."""
    waits: bool = False
    """Whether a person must act for them."""
    restricted: int = 0
    """Cases that may only be stored today (art. 18), and were not handed over."""

    def plus(self, other: Left) -> Left:
        """Both together."""
        return Left(
            self.missing + other.missing,
            self.waits or other.waits,
            self.restricted + other.restricted,
        )


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

    Returns `verified`, or `waiting` while a person must act, or while somebody's data may only be
    stored (art. 18): those cases are kept back, and go by themselves when that is lifted. The same
    path serves the first run, a restart and a rerun: what is verified is skipped, what is there
    already is only read.
    Raises `NotProven("cases_not_verified")` when a system that took the cases does not show them,
    `Refused("processor_not_valid")` when nothing may be handed over to it today.
    """
    ref = to_reference(IMPORT, number)
    with leases.hold(house.engine, ref, now=house.now, patience=600.0, renewed=True):
        with reading(house.engine) as connection:
            state = file_imports.by_id(connection, number).state
            chunks = file_imports.chunks(connection, number, CHUNK)
        if state == file_imports.VERIFIED:
            return state
        left = _settle_chunks(house, number, ref, chunks, progress)
        if left.missing or left.restricted:
            state = _keep_back(house, number, ref, state, left)
        if left.missing and not left.waits:
            raise NotProven("cases_not_verified", ref=ref, missing=left.missing)
        if left.missing:
            _wait(house, number, ref, state, left.missing)
        if left.missing or left.restricted:
            return file_imports.WAITING
        total = sum(map(len, chunks))
        _finish(house, number, ref, total, [batch_of(ref, n) for n in range(len(chunks))])
        return file_imports.VERIFIED


def _settle_chunks(
    house: House, number: int, ref: str, chunks: list[list[int]], progress: Progress | None
) -> Left:
    """All chunks."""
    total = sum(map(len, chunks))
    done = 0
    left = Left()
    in_hand: list[int] = []
    called = 0
    if house.call_in is not None and len(chunks) >= ENOUGH_CHUNKS:
        called = house.call_in(ref, len(chunks))
    with second_hand(house, ref, 0 if called else len(chunks)) as helper:
        for patience in (0.0, _FOR_A_CHUNK):
            for position in in_hand.copy() if patience else range(len(chunks)):
                if patience and helper is not None:
                    helper.wait()  # it has come from the end as far as this chunk
                cases, batch = chunks[position], batch_of(ref, position)
                try:
                    with leases.hold(
                        house.engine, batch, now=house.now, patience=patience, renewed=True
                    ):
                        of_chunk = settle_chunk(house, number, cases, batch=batch)
                except Busy:
                    if patience:
                        raise
                    in_hand.append(position)  # another has it: it is looked at in the end
                    continue
                left = left.plus(of_chunk)
                done += len(cases)
                if progress is not None:
                    progress(done, total)
    return left


def batch_of(ref: str, position: int) -> str:
    """What the chunk at that position (from 0) is called, by its lease and in the case system."""
    return f"{ref}-{position:03d}"


def settle_chunk(house: House, number: int, cases: Sequence[int], *, batch: str) -> Left:
    """One chunk: hand over what is missing, read it back.

    Of whom anything may only be stored (art. 18) nothing is opened that is not there already, and
    nothing handed over: asked here, because a restriction may come after the import.
    """
    with reading(house.engine) as connection:
        only_stored = barred.restricted(connection, controller=house.controller)
        parts = file_imports.parts(connection, number, cases)
        waited = file_imports.by_id(connection, number).state == file_imports.WAITING
    if not parts:
        return Left()
    # A person erased meanwhile has nothing to hand over any more; of a case that a restore left
    # without its own data, less would be handed over than the system has.
    living = [part for part in _whole(house.policy, parts) if part.holdings]
    void = sorted({part.engagement_id for part in parts} - {p.engagement_id for p in living})
    kept_back = {part.engagement_id for part in living if part.subject_id in only_stored}
    # Where a person acts, the proof may be there by now: only what it lacks is handed over again.
    there = [part for part in living if waited or part.state == UNCHANGED]
    unread = kept_back - {part.engagement_id for part in there}
    opened = [part for part in living if part.engagement_id not in unread]
    records = dict(zip((part.engagement_id for part in opened), _open(house, opened), strict=True))
    verified = set()
    if there:
        with turn(house, house.case_system.system):
            verified = _read_back(house, {p.engagement_id: records[p.engagement_id] for p in there})
    kept_back -= verified
    rest = {n: record for n, record in records.items() if n not in verified | kept_back}
    waits = False
    if rest:
        require_may_run(house, house.case_system.system)
        _open_again(house, [part for part in living if part.engagement_id in rest])
        with turn(house, house.case_system.system):
            answer = house.case_system.hand_over(list(rest.values()), batch=batch)
            waits = answer is HandOver.WAITING
            verified |= _read_back(house, rest)
    elif kept_back:
        # Nothing else waits in this batch: what carries these people across must not lie there.
        house.case_system.close_batch(batch)
    missing = len(living) - len(verified) - len(kept_back)
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
    return Left(missing, waits, len(kept_back))


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


def _keep_back(house: House, number: int, ref: str, state: str, left: Left) -> str:
    """Say how many cases wait for a restriction's end, whenever that changes; the import's state.

    Where nothing else is missing no workbook lies anywhere, and no person has one to import.
    """
    with reading(house.engine) as connection:
        said = {
            one.kind: one.number
            for one in to_dos.open_to_dos(connection, controller=house.controller)
            if one.ref == ref
        }
    nothing_to_import = state == file_imports.WAITING and not left.missing
    if said.get(RESTRICTED_TO_DO, 0) == left.restricted and not nothing_to_import:
        return state
    with house.work() as work:
        if nothing_to_import:
            state = file_imports.STORED
            file_imports.advance(work.connection, number, state, at=house.at())
            to_dos.close_to_do(
                work.connection,
                controller=house.controller,
                kind=_WAITING_TO_DO,
                ref=ref,
                at=house.at(),
            )
        to_dos.stand(
            work.connection,
            controller=house.controller,
            kind=RESTRICTED_TO_DO,
            ref=ref,
            number=left.restricted,
            at=house.at(),
        )
        work.record(
            EventKind.HANDOVER_WAITING,
            ref=ref,
            rule="A-97",
            expected=left.missing + left.restricted,
            verified=0,
            restricted=left.restricted,
        )
        work.commit()
    return state


def _wait(house: House, number: int, ref: str, state: str, missing: int) -> None:
    """Somebody must import the workbook: say so once."""
    if state == file_imports.WAITING:
        return
    with house.work() as work:
        file_imports.advance(work.connection, number, file_imports.WAITING, at=house.at())
        to_dos.stand(
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
        for kind in (_WAITING_TO_DO, RESTRICTED_TO_DO):
            to_dos.close_to_do(
                work.connection, controller=house.controller, kind=kind, ref=ref, at=house.at()
            )
        work.record(EventKind.HANDOVER_DONE, ref=ref, expected=total, verified=total)
        work.commit()
