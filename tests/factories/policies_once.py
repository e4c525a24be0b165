"""A policy's text is read once in a test run: the same bytes always say the same, and a house is
opened thousands of times."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from lifecycle.bindings import load as bindings
from lifecycle.policy import load as policies


@pytest.fixture(scope="session", autouse=True)
def policies_read_once() -> Iterator[None]:
    """Bindings are judged anew each time, for they depend on the environment; what is wrong is
    never kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policies, "parse_policy", lru_cache(64)(policies.parse_policy))
        patch.setattr(bindings, "read_text", lru_cache(64)(bindings.read_text))
        yield
