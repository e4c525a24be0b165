"""When the purpose ends, data is erased on every place where it lies (A-70…A-76)."""

from __future__ import annotations

from prefect import flow

from flows.endings import ends_with_pages
from flows.neutral import neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.weeding import Totals, weed
from lifecycle.plan import PlanKind


@refused_before_stored
@flow(
    name="archive-erase",
    flow_run_name=run_name("erasure"),
    timeout_seconds=8 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def archive_erase(controller: Controller) -> Totals:
    """Ask every system, plan what is due, have people agree, erase, and prove it by re-reading.

    Waits, without a process, until somebody answers its form or approves with `gallra approve`.
    Safe to run again at any time. Red when something is left that does not take its course.

    Args:
        controller: The school group whose data it is.
    """
    assert_logs_are_masked()
    return weed(controller, PlanKind.RETENTION, page="plan")
