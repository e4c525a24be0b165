"""No outer system is asked by more at once than it bears: who comes later waits for a turn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Final

from lifecycle.bindings.turns import Limit
from lifecycle.errors import Busy
from records import leases
from tasks.house.parts import House

PATIENCE: Final = 1800.0
"""Seconds that a step waits for its turn at one system; its time limit has room for them."""
_LOOKS: Final = 0.2

_held: ContextVar[frozenset[str]] = ContextVar("turns held", default=frozenset())


@contextmanager
def turn(house: House, name: str, *, patience: float = PATIENCE) -> Iterator[None]:
    """Be one of those who may speak to the system of that name, for the block.

    The turns are leases in our own records, shared by all controllers: a killed holder's is free
    at once on the same host, after four minutes elsewhere. Whoever has one already has it: a
    second one at the same address is not waited for. Nobody who has a turn may wait for somebody
    who waits for one; so a turn is the last thing that is taken before a system is spoken to.
    Raises `Busy("turn_did_not_come")` after `patience` seconds.
    """
    limit = house.limits.get(name)
    if limit is None or limit.mark in _held.get():
        yield
        return
    with house.turns(limit), ExitStack() as stack:
        _take(house, limit, stack, patience)
        before = _held.set(_held.get() | {limit.mark})
        stack.callback(_held.reset, before)
        yield


def _take(house: House, limit: Limit, stack: ExitStack, patience: float) -> None:
    give_up = time.monotonic() + patience
    while True:
        for number in range(limit.at_once):
            place = f"turn/{limit.mark}/{number}"
            try:
                stack.enter_context(leases.hold(house.engine, place, now=house.now, renewed=True))
            except Busy:
                continue
            return
        if time.monotonic() >= give_up:
            raise Busy("turn_did_not_come", ref=limit.name)
        time.sleep(_LOOKS)
