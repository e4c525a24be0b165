"""The steps of the main job under Prefect: what is tried again, how long it may take, its tags.

A step is given a controller's id and a reference, and gives back references and counts. What
may send mail (a checkpoint goes to the DPO) is never retried by Prefect: rerun the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from flows import turns
from flows.calling_in import calling_in
from flows.neutral import StepFailedForNow, neutral
from flows.pages import ProgressBar
from flows.parameters import Controller, FileReference
from tasks.house.wiring import open_house
from tasks.importing import deletions, intake, main_job, stock
from tasks.importing import purge as purging
from tasks.proving import keys, proof
from tasks.proving import lost_records as lost

P = ParamSpec("P")
R = TypeVar("R")

_DELAYS: Final = (2.0, 10.0, 30.0)
_MINUTE: Final = 60.0


def is_for_now(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether time may mend what failed: only then does Prefect try again."""
    return isinstance(state.data, StepFailedForNow)


def step(
    name: str, *, minutes: float, tags: set[str], tried_again: bool
) -> Callable[[Callable[P, R]], Task[P, R]]:
    """A Prefect task that leaks nothing: neutral errors, no stored result, no cache."""

    def decorate(function: Callable[P, R]) -> Task[P, R]:
        return task(
            name=name,
            tags=tags,
            timeout_seconds=minutes * _MINUTE,
            retries=len(_DELAYS) if tried_again else 0,
            retry_delay_seconds=list(_DELAYS) if tried_again else None,
            retry_jitter_factor=0.5 if tried_again else None,
            retry_condition_fn=is_for_now if tried_again else None,
            cache_policy=NO_CACHE,
            persist_result=False,
            log_prints=False,
        )(neutral(function))

    return decorate


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What a run may tell of a file: no name of file or sheet, no value."""

    ref: str
    outcome: str
    reason: str | None = None
    state: str = "done"
    counts: dict[str, int] = field(default_factory=dict)
    to_mend: tuple[tuple[int, int, str, str], ...] = ()
    """(sheet number, row, outcome, reason) of the rows that were not simply accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """How many files were there, how many are proven gone, and which were never imported."""

    found: int
    deleted: int
    refs: tuple[str, ...] = ()


@step("finish what an earlier run left", minutes=90, tags={"intake"}, tried_again=True)
def settle(controller: Controller) -> int:
    """Deletions, erasures and hand-overs that were cut short; how many imports were among them."""
    with open_house(controller, call_in=calling_in(controller), turns=turns.at) as house:
        return main_job.finish_earlier(house)


@step("look into the folder", minutes=10, tags={"staging"}, tried_again=True)
def take_stock(controller: Controller) -> list[FileReference]:
    """Every file that is to be looked at, by reference."""
    with open_house(controller) as house:
        return [FileReference(ref) for ref in stock.take_stock(house)]


@step("import a file", minutes=90, tags={"intake", "bulk"}, tried_again=True)
def import_file(controller: Controller, ref: FileReference) -> FileResult:
    """Read, judge, seal, store, hand over, read back; once for certain bytes."""
    bar = ProgressBar(ref)
    with open_house(controller, call_in=calling_in(controller), turns=turns.at) as house:
        report = intake.import_file(house, ref, progress=bar)
    bar.finish()
    return FileResult(
        ref=report.ref,
        outcome=report.outcome,
        reason=report.reason,
        state=report.state,
        counts=dict(report.counts),
        to_mend=tuple(report.unsettled_rows),
    )


@step("delete what is verified", minutes=30, tags={"staging", "deletes"}, tried_again=False)
def delete_imported(controller: Controller) -> Emptied:
    """Permanently delete the files whose import is verified, and prove that they are gone."""
    with open_house(controller) as house:
        done = deletions.delete_imported(house)
    return Emptied(found=done.expected, deleted=done.gone, refs=tuple(done.left))


@step("empty the folder", minutes=60, tags={"staging", "deletes"}, tried_again=False)
def purge(controller: Controller) -> Emptied:
    """Permanently delete every file, whatever its state, and prove the folder empty."""
    with open_house(controller) as house:
        done = purging.purge(house)
    return Emptied(found=done.found, deleted=done.deleted, refs=tuple(done.never_imported))


@step("verify the ledger", minutes=60, tags={"ledger"}, tried_again=False)
def verify_ledger(controller: Controller) -> tuple[int, int]:
    """Re-compute every link; events in the ledger, and in the checkpoint it was held against."""
    with open_house(controller) as house:
        report = proof.verify_ledger(house)
    return report.size, report.witnessed_size or 0


@step("what the records lack", minutes=60, tags={"ledger"}, tried_again=True)
def lost_records(controller: Controller) -> list[str]:
    """Plans, disclosures and tellings that the ledger knows and the records lack."""
    with open_house(controller) as house:
        return [one.ref for one in lost.tell_lost(house)]


@step("rotate the keys if it is time", minutes=60, tags={"keys"}, tried_again=False)
def rotate_keys_if_due(controller: Controller) -> bool:
    """Begin a new epoch when the policy's time is up; whether it was."""
    with open_house(controller) as house:
        return keys.rotate_if_due(house)


@step("hand a checkpoint to the witnesses", minutes=10, tags={"ledger"}, tried_again=False)
def witness(controller: Controller) -> int:
    """Sign a checkpoint and give it to every witness outside the host; how many took it."""
    with open_house(controller) as house:
        return proof.witness(house)
