"""A large plan or import is shared with other workers: each is asked to begin at another part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prefect import get_client
from prefect.client.schemas.objects import WorkerStatus
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from tasks.house.quiet import place_of

DEPLOYMENT: Final = "execute-part/execute-part-{controller}"
MOST: Final = 7
"""Helpers of one run: what one database takes beside it."""


def calling_in(controller: str) -> Callable[[str, int], int]:
    """For `House.call_in`: a run of the helping deployment for each other worker that is there.

    Nobody waits for these runs: what they do stands in our own records, and what they do not do
    the calling run does itself. So nothing here may fail.
    """

    def call_in(ref: str, parts: int) -> int:
        try:
            asked = _ask(controller, ref, parts)
        except Exception as error:  # noqa: BLE001 -- without help it takes longer, no more
            get_run_logger().warning(f"{ref}: nobody could be called in ({place_of(error)})")
            return 0
        if asked:
            get_run_logger().info(f"{ref}: called in {asked} for {parts} parts")
        return asked

    return call_in


def _ask(controller: str, ref: str, parts: int) -> int:
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(DEPLOYMENT.format(controller=controller))
        pool = deployment.work_pool_name
        there = [] if pool is None else client.read_workers_for_work_pool(pool)
        others = sum(worker.status is WorkerStatus.ONLINE for worker in there) - 1
        asked = max(0, min(others, parts - 1, MOST))
        for number in range(1, asked + 1):
            # Spread over the parts, so that they do not all reach for the same one.
            part = 1 + number * parts // (asked + 1)
            client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"controller": controller, "work": ref, "part": part},
                idempotency_key=f"{flow_run.id}/{ref}/{part}",
            )
    return asked
