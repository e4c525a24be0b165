"""The leak on a page, which the whole run must find, still fits the page that it is sown on."""

from __future__ import annotations

from typing import Any

import pytest

import flows.inform
import flows.pages
from tests.privacy.telling_shown import LEAKS, _on_a_page


def test_somebody_stands_on_the_page_and_what_it_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(flows.pages, "create_table_artifact", lambda **page: shown.append(page))
    monkeypatch.setattr(flows.pages, "table", _on_a_page(LEAKS["inform"], flows.pages.table))
    flows.inform._show("academedia", {})
    (page,) = shown
    assert LEAKS["inform"].family_name in page["description"]
    assert "gallra inform status" in page["description"]
