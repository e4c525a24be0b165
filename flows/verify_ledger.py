"""Afterwards it can be proved: the ledger is re-computed and its newest state is witnessed."""

from __future__ import annotations

from prefect import flow, tags

from flows import pages, steps
from flows.neutral import neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked


@refused_before_stored
@flow(
    name="verify-ledger",
    flow_run_name=run_name("ledger verification"),
    timeout_seconds=2 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
def verify_ledger(controller: Controller) -> dict[str, int]:
    """Re-compute the whole ledger, hold it against the witnessed checkpoint, witness it anew.

    Fails, and witnesses nothing, when anything was changed, removed, swapped or rolled back.

    Args:
        controller: The school group whose ledger it is.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        size, witnessed_size = steps.verify_ledger(controller)
        witnesses = steps.witness(controller)
    pages.table(
        f"ledger-{controller}",
        [
            {
                "Händelser · Events": size,
                "Bevittnade förut · Witnessed before": witnessed_size,
                "Vittnen nu · Witnesses now": witnesses,
                "Stämmer · Verifies": "ja · yes",
            }
        ],
        about="## Liggarens kontroll · Verification of the ledger",
    )
    return {"events": size, "witnessed_before": witnessed_size, "witnesses": witnesses}
