"""Who waits for whom at a folder or a system is shown in Prefect, as global concurrency limits.

They keep the list of runs tidy and people informed. What must never be is held by leases in our
own records: so a turn that does not come, or a server that does not answer, stops nothing. A
killed run's slot comes back when its lease in Prefect ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from prefect.concurrency.sync import concurrency
from prefect.logging import get_run_logger
from prefect.runtime import deployment

from lifecycle.bindings import Limit
from lifecycle.errors import GallraError
from tasks.house.quiet import place_of
from tasks.house.settings import Settings
from tasks.house.turns import PATIENCE
from tasks.house.wiring import read_bindings, read_policy

LEASE: Final = 60.0
"""Seconds that a killed run keeps its slot: the shortest that Prefect takes."""


@contextmanager
def at(limit: Limit) -> Iterator[None]:
    """A slot of that limit while the block lasts, where a server has it; for `House.turns`."""
    with ExitStack() as stack:
        if deployment.id is not None:  # runs of this very process have no server that others see
            _enter(stack, limit.name)
        yield


@contextmanager
def at_folder(controller: str) -> Iterator[None]:
    """The only slot at the controller's staging folder: one import or purge at a time.

    For a whole run, and outside its steps: their time limits do not count what is waited here.
    """
    limit = None if deployment.id is None else _folder(controller)
    with ExitStack() as stack:
        if limit is not None:
            _enter(stack, limit.name)
        yield


def _folder(controller: str) -> Limit | None:
    settings = Settings.from_environment()
    try:
        policy = read_policy(settings, controller)
        bindings = read_bindings(settings, policy)
    except GallraError:
        return None  # the run's first step says what is wrong
    return None if bindings.staging is None else bindings.limits().get(bindings.staging.place)


def _enter(stack: ExitStack, name: str) -> None:
    """Take a slot at once, or say that it is waited for, and then wait."""
    try:
        stack.enter_context(_slot(name, max_retries=0))
    except Exception:  # noqa: BLE001 -- somebody has it, or the server does not answer
        get_run_logger().info(f"Waits for its turn at {name}")
    else:
        return
    try:
        stack.enter_context(_slot(name, timeout_seconds=PATIENCE))
    except Exception as error:  # noqa: BLE001 -- our own records hold what must be held
        get_run_logger().warning(f"Goes on without a turn at {name} ({place_of(error)})")
    else:
        get_run_logger().info(f"Has its turn at {name}")


@contextmanager
def _slot(
    name: str, *, max_retries: int | None = None, timeout_seconds: float | None = None
) -> Iterator[None]:
    with concurrency(
        name,
        lease_duration=LEASE,
        max_retries=max_retries,
        timeout_seconds=timeout_seconds,
        strict=False,
        raise_on_lease_renewal_failure=False,
    ):
        yield
