"""No container carries a text that shows itself in another order than it is written in (A-69 c)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lifecycle.errors import Refused
from tasks.house.doors import Cell, Cover
from tasks.house.sealing import SEALERS
from tests.factories.containers import PASSWORD


@pytest.mark.parametrize("kind", sorted(SEALERS))
@pytest.mark.parametrize("text", ["Prov\u202egreb", "\u2067Prov\u2069", "Prov\u200f 1"])
def test_a_text_that_reorders_is_refused_and_nothing_lies_there(
    kind: str, text: str, tmp_path: Path
) -> None:
    cells = [Cell(1, "identity", "family_name", "Provberg"), Cell(1, "identity", "note", text)]
    with pytest.raises(Refused) as refused:
        SEALERS[kind](
            cells, tmp_path / f"X-0123456789ABC.{kind}", PASSWORD, Cover("sv", date(2027, 1, 5))
        )
    assert str(refused.value) == "text_not_writable"
    assert list(tmp_path.iterdir()) == []
