"""A process that is killed at the n-th point: just before or just after anything that lasts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from connectors.erasure_journal import ErasureJournal
from connectors.memory import MemoryCaseSystem, MemoryStaging
from connectors.memory_system import MemorySystem
from connectors.witness import FileWitness
from records.keyring import Keyring
from records.unit_of_work import UnitOfWork
from records.vault import Vault

LASTING: tuple[tuple[type, str], ...] = (
    (UnitOfWork, "commit"),
    (ErasureJournal, "append"),
    (FileWitness, "take"),
    (FileWitness, "set_aside"),
    (Vault, "shred"),
    (Vault, "persist_keys"),
    (Keyring, "rotate"),
    (MemorySystem, "carry_out"),
    (MemorySystem, "read_back"),
    (MemoryCaseSystem, "hand_over"),
    (MemoryCaseSystem, "anonymise"),
    (MemoryCaseSystem, "close_batch"),
    (MemoryStaging, "delete_permanently"),
)
PLACES = (
    "tasks.proving.certifying.file_copy",
    "tasks.erasing.forgetting.scrub",
    "tasks.erasing.restoring.scrub",
    "tasks.erasing.inventory.scrub",
)


class Killed(BaseException):
    """No code of ours may catch it, as none catches SIGKILL."""


class Killer:
    """Counts the points, and kills at the one it was told."""

    def __init__(self) -> None:
        self._left = 0

    def arm(self, n: int) -> None:
        """Kill at the n-th point from now; 0: never."""
        self._left = n

    def point(self) -> None:
        """Something that lasts is about to happen, or has just happened."""
        if self._left:
            self._left -= 1
            if not self._left:
                raise Killed

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """`real` with a point on either side."""

        @functools.wraps(real)
        def with_points(*args: Any, **kwargs: Any) -> Any:
            self.point()
            done = real(*args, **kwargs)
            self.point()
            return done

        return with_points


@contextmanager
def points(killer: Killer) -> Iterator[None]:
    """For the block everything that lasts counts."""
    import importlib

    with ExitStack() as stack:
        for kind, name in LASTING:
            stack.enter_context(patch.object(kind, name, killer.around(getattr(kind, name))))
        for place in PLACES:
            module, _, name = place.rpartition(".")
            real = getattr(importlib.import_module(module), name)
            stack.enter_context(patch(place, killer.around(real)))
        yield
