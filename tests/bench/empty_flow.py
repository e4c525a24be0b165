"""A flow that does nothing: what Prefect's own start costs."""

from __future__ import annotations

from prefect import flow


@flow(name="empty", persist_result=False, log_prints=False)
def empty() -> None:
    """Nothing."""
