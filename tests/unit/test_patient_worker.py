"""A run that is resumed while its first process ends does not take the worker with it."""

from __future__ import annotations

import asyncio
import inspect
from types import SimpleNamespace
from uuid import UUID, uuid4

import anyio
import pytest
from prefect.workers.base import BaseWorker

from flows.worker import patiently


async def submit(worker: SimpleNamespace, response: list[SimpleNamespace]) -> list[UUID]:
    """As Prefect 3.8 does it."""
    for each in response:
        if worker._limiter is not None:
            worker._limiter.acquire_on_behalf_of_nowait(each.flow_run.id)
    return [each.flow_run.id for each in response]


async def both() -> tuple[list[UUID], list[UUID], UUID]:
    worker = SimpleNamespace(_limiter=anyio.CapacityLimiter(4))
    first, second = (SimpleNamespace(flow_run=SimpleNamespace(id=uuid4())) for _ in range(2))
    patient = patiently(submit)
    await patient(worker, [first])
    with pytest.raises(RuntimeError, match="already holding"):
        await submit(worker, [first])
    together = await patient(worker, [first, second])
    worker._limiter.release_on_behalf_of(first.flow_run.id)
    return together, await patient(worker, [first]), first.flow_run.id


def test_a_run_that_holds_a_place_still_waits_for_the_next_look() -> None:
    together, later, first = asyncio.run(both())
    assert len(together) == 1
    assert first not in together
    assert later == [first]


def test_a_worker_without_a_limit_takes_every_run() -> None:
    worker = SimpleNamespace(_limiter=None)
    run = SimpleNamespace(flow_run=SimpleNamespace(id=uuid4()))
    assert asyncio.run(patiently(submit)(worker, [run, run])) == [run.flow_run.id] * 2


def test_prefect_still_has_what_is_replaced() -> None:
    replaced = BaseWorker._submit_scheduled_flow_runs
    assert list(inspect.signature(replaced).parameters) == ["self", "flow_run_response"]
    assert "_limiter.acquire_on_behalf_of_nowait" in inspect.getsource(replaced)
