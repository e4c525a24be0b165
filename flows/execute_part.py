"""Large work is shared: one plan or one import, and as many runs as there are workers."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import part_steps
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, neutral, raise_first
from flows.parameters import Controller, PartNumber, WorkReference, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked


@refused_before_stored
@flow(
    name="execute-part",
    flow_run_name=run_name("part"),
    timeout_seconds=8 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def execute_part(controller: Controller, work: WorkReference, part: PartNumber) -> dict[str, int]:
    """Help a run that has a large plan or import in hand: begin at one of its parts, go on with
    whatever nobody else has taken.

    Started by that run where other workers are there. Does nothing when that run is over. Safe to
    run again at any time.

    Args:
        controller: The school group whose data it is.
        work: The reference of the plan (P-…) or the import (I-…).
        part: The number of the part to begin with, from 1.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        done, failures = part_steps.help_with(controller, work, part)
    get_run_logger().info(f"{work} parts={done} failed={len(failures)}")
    raise_first([StepFailed(code, where) for where, code in failures])
    return {"parts": done}
