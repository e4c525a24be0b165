"""Every run ends with today's page and a word of where its report lies; a failed one with a page of
what happened, what is safe and what to do."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar, cast

from prefect.context import FlowRunContext
from prefect.exceptions import PrefectSignal, TerminationSignal
from prefect.logging import get_run_logger
from prefect.states import Completed

from flows import failed_page, pages, today_page
from flows.neutral import TOOK_TOO_LONG, StepFailed, neutralised

P = ParamSpec("P")
R = TypeVar("R")

_STOPPED: Final = (KeyboardInterrupt, GeneratorExit, TerminationSignal)
"""Somebody ends this process now: it writes nothing more."""


def ends_with_pages(function: Callable[P, R]) -> Callable[P, R]:
    """The flow, which tells of itself when it is over.

    Goes below `@neutral`. Outside a run there is nobody to tell, and nothing is written. A page
    that cannot be written changes nothing about how the run ends.
    """

    @functools.wraps(function)
    def telling(*args: P.args, **kwargs: P.kwargs) -> R:
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            return function(*args, **kwargs)
        controller = str(context.flow_run.parameters["controller"])
        flow = "" if context.flow is None else context.flow.name
        with pages.written() as keys:
            try:
                result = function(*args, **kwargs)
            except _STOPPED:
                raise
            except PrefectSignal:  # it waits for people
                _end(flow, controller, None)
                raise
            except asyncio.CancelledError:  # by its time limit
                _end(flow, controller, StepFailed(TOOK_TOO_LONG))
                raise
            except BaseException as error:  # a library's panic too
                _end(flow, controller, neutralised(error))
                raise
            _end(flow, controller, None, is_over=True)
        return _completed(result, keys, controller)

    return telling


def _end(flow: str, controller: str, failure: StepFailed | None, *, is_over: bool = False) -> None:
    if failure is not None:
        failed_page.show(flow, controller, failure)
    elif is_over:
        failed_page.mend(flow, controller)
    today_page.show(controller)
    keys = ", ".join(pages.written_now())
    get_run_logger().info(f"Pages: {keys or '-'}. In a terminal: gallra today -c {controller}")


def _completed(result: R, keys: list[str], controller: str) -> R:
    """The result, in a state whose words say where the report is: Prefect unpacks it for the
    caller."""
    where = f"Pages: {', '.join(keys)}. " if keys else ""
    message = f"{where}In a terminal: gallra today -c {controller}"
    return cast("R", Completed(data=result, message=message))
