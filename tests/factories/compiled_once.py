"""A statement is written out as SQL once in a test run: every opened house has engines of its own,
and an engine's memory of its statements goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from records import engines


class Compiled(dict[Any, Any]):
    """Statements by what they are and the kind of database, whichever engine asks first."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._of_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(self._of_kind(key), value)

    def _of_kind(self, key: Any) -> Any:
        dialect, *rest = key
        return dialect.name, *rest


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """For our own databases; a program that a test starts compiles for itself."""
    with pytest.MonkeyPatch.context() as patch:
        options = {"compiled_cache": Compiled()}
        patch.setattr(
            engines, "create_engine", partial(engines.create_engine, execution_options=options)
        )
        yield
