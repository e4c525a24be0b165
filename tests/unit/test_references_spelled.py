"""A reference has one spelling, however somebody types it."""

from __future__ import annotations

import pytest

from lifecycle.references import REQUEST, as_written, from_reference, to_reference


def test_it_is_kept_as_it_is_written() -> None:
    ref = to_reference(REQUEST, 1 << 61)
    for typed in (ref, ref.lower(), f" {ref}\n"):
        assert as_written(typed) == ref
        assert from_reference(REQUEST, typed) == 1 << 61


@pytest.mark.parametrize("text", ["", "restore", "academedia", "Q-", "q-012345678901u", "1-x"])
def test_another_text_stays_as_it_is(text: str) -> None:
    assert as_written(text) == text
