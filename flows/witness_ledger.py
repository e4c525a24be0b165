"""Every day a signed checkpoint of the ledger goes to a witness outside the host."""

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
    name="witness-ledger",
    flow_run_name=run_name("checkpoint"),
    timeout_seconds=2 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def witness_ledger(controller: Controller) -> dict[str, int]:
    """Sign a checkpoint and hand it to every witness; fails when none of them took it.

    Args:
        controller: The school group whose ledger it is.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        return {"witnesses": steps.witness(controller)}
