"""A run is cut off before or after a function of ours is called: a `kill -9`, as far as a test can
play it in its own process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from records.unit_of_work import UnitOfWork
from tasks.erasing import forgetting


class Step(NamedTuple):
    """A function that the carrying out calls, and which of its calls."""

    owner: Any
    name: str
    number: int = 1

    def __str__(self) -> str:
        return f"{self.name} {self.number} of {self.owner.__name__.rpartition('.')[2]}"


class Cut:
    """The `number`-th call of a step is cut off, before or after it."""

    def __init__(self, step: Step, *, after: bool) -> None:
        self.owner, self.name, self.number = step
        self.after = after
        self.reached = False

    def lie_in_wait(self, patch: pytest.MonkeyPatch) -> None:
        if self.name == "the commit":
            self._wait_for_commit(patch)
            return
        whole = getattr(self.owner, self.name)
        patch.setattr(self.owner, self.name, self._cutting(whole))

    def _cutting(self, whole: Callable[..., Any]) -> Callable[..., Any]:
        def cut(*arguments: Any, **named: Any) -> Any:
            self.number -= 1
            if self.number == 0 and not self.after:
                self._strike()
            answer = whole(*arguments, **named)
            if self.number == 0 and self.after:
                if hasattr(answer, "__next__"):
                    list(answer)
                self._strike()
            return answer

        return cut

    def _wait_for_commit(self, patch: pytest.MonkeyPatch) -> None:
        """Of the transaction in which our own records forget."""
        forget, commit = forgetting.forget, UnitOfWork.commit
        armed = False

        def forgetting_(*arguments: Any, **named: Any) -> Any:
            nonlocal armed
            armed = True
            return forget(*arguments, **named)

        def cut(work: UnitOfWork) -> Any:
            if not armed:
                return commit(work)
            return self._cutting(commit)(work)

        patch.setattr(forgetting, "forget", forgetting_)
        patch.setattr(UnitOfWork, "commit", cut)

    def _strike(self) -> None:
        self.reached = True
        raise KeyboardInterrupt
