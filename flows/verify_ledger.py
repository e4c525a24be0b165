"""Afterwards it can be proved: the ledger is re-computed and its newest state is witnessed."""

from __future__ import annotations

from prefect import flow, tags

from flows import pages, steps
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from tasks.proving.lost_records import RECORD_LOST
from tasks.reporting.headings import Heading, Title


@refused_before_stored
@flow(
    name="verify-ledger",
    flow_run_name=run_name("ledger verification"),
    timeout_seconds=2 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def verify_ledger(controller: Controller) -> dict[str, int]:
    """Re-compute the whole ledger, hold it against the witnessed checkpoint, witness it anew.

    Fails, and witnesses nothing, when anything was changed, removed, swapped or rolled back. Red
    also when the ledger knows a plan, a disclosure or a telling that the records do not have.

    Args:
        controller: The school group whose ledger it is.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        size, witnessed_size = steps.verify_ledger(controller)
        witnesses = steps.witness(controller)
        lost = steps.lost_records(controller)
    pages.table(
        "ledger",
        controller,
        [
            {
                Heading.EVENTS: size,
                Heading.WITNESSED_BEFORE: witnessed_size,
                Heading.WITNESSES: witnesses,
                Heading.VERIFIES: pages.speech(controller).yes(True),
                Heading.LOST: ", ".join(lost) or "–",
            }
        ],
        title=Title.LEDGER,
    )
    if lost:
        raise StepFailed(RECORD_LOST, lost[0], kind="LedgerFailure", others=len(lost) - 1)
    return {"events": size, "witnessed_before": witnessed_size, "witnesses": witnesses}
