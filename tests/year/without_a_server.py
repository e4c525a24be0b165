"""The flows of `prefect.yaml` as they stand, run at the simulation's own time and without a server.

What Prefect adds (its engine, its database, its pages) is left out; every sentence of every flow
and of every step is the deployed one.
"""

from __future__ import annotations

import dataclasses
import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from prefect import Flow, Task

import flows
import tasks.house.wiring as wiring
from lifecycle.references import RUN, new_id, to_reference
from tasks.house.parts import House
from tests.factories.keys import StandingClock

OpenHouse = Callable[..., Any]


class Houses:
    """A house for each controller, opened once and lent to every run of the simulation."""

    def __init__(self, clock: StandingClock) -> None:
        self.clock = clock
        self._open: OpenHouse = wiring.open_house
        self._stack = ExitStack()
        self._standing: dict[str, House] = {}

    @contextmanager
    def lend(self, controller: str, **more: Any) -> Iterator[House]:
        """In place of `open_house`: the same house, in the name of a run of its own."""
        if more:
            with self._open(controller, **({"now": self.clock} | more)) as house:
                yield house
            return
        if controller not in self._standing:
            opened = self._open(controller, now=self.clock)
            self._standing[controller] = self._stack.enter_context(opened)
        house = self._standing[controller]
        yield dataclasses.replace(house, run=to_reference(RUN, new_id()))

    def close(self) -> None:
        """Every database is closed: the next run opens it anew."""
        self._standing.clear()
        self._stack.close()
        self._stack = ExitStack()


@contextmanager
def without_a_server(houses: Houses) -> Iterator[dict[str, Flow[..., Any]]]:
    """Every flow by its entrypoint; inside, calling `flow.fn` runs it here and now."""
    log = logging.getLogger("gallra.year")
    found: dict[str, Flow[..., Any]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Task, "__call__", lambda task, *args, **kwargs: task.fn(*args, **kwargs))
        patch.setattr(wiring, "open_house", houses.lend)
        for _, name, _ in pkgutil.iter_modules(flows.__path__):
            if name in ("once", "worker"):
                continue
            module = importlib.import_module(f"flows.{name}")
            for each, value in (
                ("open_house", houses.lend),
                ("get_run_logger", lambda: log),
                ("assert_logs_are_masked", lambda: None),
                ("quietly", lambda key, write: None),
            ):
                if hasattr(module, each):
                    patch.setattr(module, each, value)
            for each, value in vars(module).items():
                if isinstance(value, Flow):
                    found[f"flows.{name}.{each}"] = value
        yield found
    houses.close()
