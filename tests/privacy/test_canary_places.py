"""Every place in which the long canary forces an error is there: else it would stop half-way."""

from __future__ import annotations

import pytest

from tests.privacy.placed_people import LOOKING, REMOVING
from tests.privacy.scenarios import TARGETS
from tests.privacy.sharing_people import READING_OUT, SENDING, TAKING_BACK, sending_widely
from tests.privacy.telling_people import BY_FLOW, EXTRACTING, KILLED
from tests.privacy.wider_ways import WAYS

PLACES = sorted(
    {target for target, _ in TARGETS}
    | {*SENDING, *READING_OUT, *TAKING_BACK, *LOOKING, *REMOVING, *EXTRACTING, *KILLED.values()}
    | {target for targets in BY_FLOW.values() for target in targets}
    | {target for way in WAYS for target in (*sending_widely(way), f"{way.connector}.withdraw")}
)


@pytest.mark.parametrize("place", PLACES)
def test_it_is_there(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, None)  # raises where there is nothing of that name
