"""What was erased stays erased: the key that could open old backups is destroyed in time."""

from __future__ import annotations

from prefect import flow, tags

from flows import steps
from flows.endings import ends_with_pages
from flows.neutral import neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked


@refused_before_stored
@flow(
    name="rotate-keys",
    flow_run_name=run_name("key rotation"),
    timeout_seconds=2 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def rotate_keys(controller: Controller) -> dict[str, int]:
    """Finish what was erased, and rotate the keys when the policy's time is up (P30D).

    Most nights there is nothing to do. Safe to run again at any time: a rotation that was
    stopped is finished.

    Args:
        controller: The school group whose keys it is.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        return {"rotated": int(steps.rotate_keys_if_due(controller))}
