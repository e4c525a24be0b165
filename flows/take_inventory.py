"""Every night each system is asked whom it holds: data is erased everywhere (A-75)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import erasure_steps, plan_pages
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked


@refused_before_stored
@flow(
    name="take-inventory",
    flow_run_name=run_name("inventory"),
    timeout_seconds=5 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def take_inventory(controller: Controller) -> dict[str, int]:
    """Read every bound system and bring our records in line with it; red if one was not reached.

    Args:
        controller: The school group whose systems they are.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        counts = erasure_steps.take_inventory(controller)
    plan_pages.show_inventory(controller, counts)
    told = {"systems": len(counts)}
    for name in ("found", "new", "changed", "gone", "ambiguous", "refused"):
        told[name] = sum(getattr(count, name) for count in counts.values())
    get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
    missed = [name for name, count in counts.items() if not count.reached]
    if missed:
        raise StepFailed("system_not_reached", missed[0], others=len(missed) - 1)
    return told
