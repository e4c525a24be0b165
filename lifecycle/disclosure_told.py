"""Where a disclosure stands, as the keyed ledger tells it: what a column says is held against it.

Pure. One event after the other; what cannot follow (`STAGES`) changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from lifecycle.disclosure import STAGES, Stage
from lifecycle.ledger import EventKind

ABOUT: Final = b'"disclosure.'
"""What the body of every event has that tells of one."""


class Told(NamedTuple):
    """What the ledger has told so far."""

    stage: Stage = Stage.PREPARED
    until_on: str | None = None
    """The last day (local date) with which it was about to be sent; None: it never was."""


_PLAINLY: Final[Mapping[str, Stage]] = {
    EventKind.DISCLOSURE_INTENDED: Stage.SENDING,
    EventKind.DISCLOSURE_SENT: Stage.SENT,
    EventKind.DISCLOSURE_PASSWORD_INTENDED: Stage.OPENING,
    EventKind.DISCLOSURE_PASSWORD_SENT: Stage.OPEN,
    EventKind.DISCLOSURE_DELETION_CONFIRMED: Stage.DELETED,
}
_NOT_SENT: Final = {Stage.SENDING: Stage.PREPARED, Stage.OPENING: Stage.SENT}
_UNSURE: Final = {Stage.SENDING: Stage.PERHAPS_SENT, Stage.OPENING: Stage.PERHAPS_TOLD}
_FOUND_OUT: Final = {
    ("container", True): Stage.SENT,
    ("container", False): Stage.PREPARED,
    ("password", True): Stage.OPEN,
    ("password", False): Stage.SENT,
}
_TAKEN_BACK: Final = {str(one): one for one in (Stage.WITHDRAWN, Stage.WITH_RECIPIENT)}


def after(told: Told, event: Mapping[str, Any]) -> Told:
    """What is told when `event`, which is about the same disclosure, has happened."""
    to = _to(told.stage, event)
    if to is None or to not in STAGES[told.stage]:
        return told
    until_on = told.until_on
    if event["kind"] == EventKind.DISCLOSURE_INTENDED:
        until_on = event.get("facts", {}).get("until")
    return Told(to, until_on)


def _to(stage: Stage, event: Mapping[str, Any]) -> Stage | None:
    kind, facts = event["kind"], event.get("facts", {})
    if kind == EventKind.DISCLOSURE_NOT_SENT:
        return _NOT_SENT.get(stage)
    if kind == EventKind.DISCLOSURE_PERHAPS_SENT:
        return _UNSURE.get(stage)
    if kind == EventKind.DISCLOSURE_FOUND_OUT:
        return _FOUND_OUT.get((facts.get("what"), event.get("found") == 1))
    if kind == EventKind.DISCLOSURE_WITHDRAWN:
        return _TAKEN_BACK.get(facts.get("stage", ""), Stage.ENDED)
    return _PLAINLY.get(kind)
