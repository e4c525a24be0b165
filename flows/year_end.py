"""At the turn of the year everything goes that the policy ends with it; seen weeks ahead (T-55)."""

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
    name="year-end",
    flow_run_name=run_name("turn of the year"),
    timeout_seconds=8 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def year_end(controller: Controller) -> Totals:
    """Plan the turn of the year as of 31 December, have people agree, erase when its day has come.

    Runs on the day that the policy names; what is agreed to waits for its day by itself.

    Args:
        controller: The school group whose data it is.
    """
    assert_logs_are_masked()
    return weed(controller, PlanKind.YEAR_END, page="year-end")
