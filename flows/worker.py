"""Prefect's own worker, which survives a run that goes on before its first process has ended.

A worker with a limit notes which run holds a place until the run's process is gone. A suspended run
that is answered within those seconds comes back while it still holds one, and Prefect 3.8 ends the
whole worker then, with every run in it. Here such a run waits for the next look.
`python -m flows.worker …` takes what `python -m prefect …` takes.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from prefect.cli import app
from prefect.workers.base import BaseWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    Submit = Callable[[Any, list[Any]], Coroutine[Any, Any, list[Any]]]


def patiently(submit: Submit) -> Submit:
    """`submit`, without the runs that hold a place in this worker still."""

    @functools.wraps(submit)
    async def submit_free_ones(worker: Any, flow_run_response: list[Any]) -> list[Any]:
        limiter = worker._limiter
        held = frozenset() if limiter is None else frozenset(limiter.statistics().borrowers)
        free = [each for each in flow_run_response if each.flow_run.id not in held]
        return await submit(worker, free)

    return submit_free_ones


def refuse_unsafe() -> None:
    """End before anything is fetched where this house may not be served, and say why."""
    from lifecycle.errors import GallraError
    from tasks.house.settings import Settings
    from tasks.remedies.every import remedy_for
    from tasks.serving.safe_to_start import require_safe

    try:
        require_safe(Settings.from_environment())
    except GallraError as error:
        advice = remedy_for(error.code, kind=type(error).__name__)
        raise SystemExit(f"{error}: {advice.happened} {advice.next}") from None


if __name__ == "__main__":
    refuse_unsafe()
    BaseWorker._submit_scheduled_flow_runs = patiently(  # type: ignore[method-assign, assignment]
        BaseWorker._submit_scheduled_flow_runs
    )
    app()
