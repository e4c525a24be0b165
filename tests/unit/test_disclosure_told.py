"""Where a disclosure stands follows from the ledger's events, one after the other."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle.disclosure import Stage
from lifecycle.disclosure_told import Told, after
from lifecycle.ledger import EventKind


def event(kind: str, **facts: str) -> dict[str, Any]:
    return {"kind": EventKind(f"disclosure.{kind}"), "facts": facts}


INTENDED = event("intended", until="2026-11-20")
SENT, OPENING = event("sent"), event("password_intended")
OPEN = [INTENDED, SENT, OPENING, event("password_sent")]


def found_out(what: str, *, arrived: bool) -> dict[str, Any]:
    return {**event("found_out", what=what), "found": int(arrived)}


def told(*events: dict[str, Any]) -> Told:
    one = Told()
    for happened in events:
        one = after(one, happened)
    return one


@pytest.mark.parametrize(
    ("events", "stage"),
    [
        ([], Stage.PREPARED),
        ([event("prepared")], Stage.PREPARED),
        ([event("withdrawn")], Stage.ENDED),
        ([INTENDED], Stage.SENDING),
        ([INTENDED, event("not_sent")], Stage.PREPARED),
        ([INTENDED, event("perhaps_sent")], Stage.PERHAPS_SENT),
        ([INTENDED, event("perhaps_sent"), found_out("container", arrived=True)], Stage.SENT),
        ([INTENDED, event("perhaps_sent"), found_out("container", arrived=False)], Stage.PREPARED),
        ([INTENDED, SENT, OPENING, event("not_sent")], Stage.SENT),
        ([INTENDED, SENT, OPENING, event("perhaps_sent")], Stage.PERHAPS_TOLD),
        (
            [INTENDED, SENT, OPENING, event("perhaps_sent"), found_out("password", arrived=True)],
            Stage.OPEN,
        ),
        (
            [INTENDED, SENT, OPENING, event("perhaps_sent"), found_out("password", arrived=False)],
            Stage.SENT,
        ),
        (OPEN, Stage.OPEN),
        ([*OPEN, event("withdrawal_asked"), event("not_withdrawn")], Stage.OPEN),
        ([*OPEN, event("withdrawn", stage="withdrawn")], Stage.WITHDRAWN),
        ([*OPEN, event("withdrawn", stage="with_recipient")], Stage.WITH_RECIPIENT),
        (
            [*OPEN, event("withdrawn", stage="with_recipient"), event("deletion_confirmed")],
            Stage.DELETED,
        ),
    ],
)
def test_every_event_has_its_stage(events: list[dict[str, Any]], stage: Stage) -> None:
    assert told(*events).stage is stage


@pytest.mark.parametrize(
    "said", [event("deletion_confirmed"), event("withdrawn"), event("intended", until="2099-01-01")]
)
def test_what_cannot_follow_changes_nothing(said: dict[str, Any]) -> None:
    """As when a person is led to confirm by a column that says too much."""
    assert told(*OPEN, said) == Told(Stage.OPEN, "2026-11-20")
