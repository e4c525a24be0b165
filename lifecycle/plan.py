"""What erases and what discloses is planned, approved, carried out and proven: the words of a plan,
and its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import orjson


class PlanKind(StrEnum):
    """Why a plan was drawn up."""

    RETENTION = "retention"
    """What is due by the rules, every day."""
    YEAR_END = "year_end"
    """The turn of the year, seen weeks ahead."""
    REQUEST = "request"
    """One person asked to be erased (art. 17)."""
    DISCLOSURE = "disclosure"
    """Data is to be given to somebody outside (A-68): nothing is erased by it."""
    REVIEW = "review"
    """A processor is to be looked at again (A-18): nothing is erased or given by it."""
    INCIDENT = "incident"
    """People are to be told of an incident (A-30): nothing is erased by it."""


ERASURES: Final = frozenset({PlanKind.RETENTION, PlanKind.YEAR_END, PlanKind.REQUEST})
"""By these something is erased, and by no other kind: a kind that is added is in no list of what
erases until somebody puts it there."""

TELL: Final = "tell"
"""Verdict and action of the items of a list of whom to tell; likewise no `Verdict`."""
DISCLOSE: Final = "disclose"
"""Verdict and action of the items of a disclosure; no `Verdict` of the retention rules, so that no
query for what goes ever finds one."""


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAWN = "drawn"
    APPROVED = "approved"
    EXECUTING = "executing"
    PROVEN = "proven"
    """Every item is read back and gone; there is a certificate."""
    DECLINED = "declined"
    VOID = "void"
    """Data, policy or holds have changed since it was drawn up: draw up another one."""


PLAN_TRANSITIONS: Final[Mapping[PlanState, frozenset[PlanState]]] = {
    PlanState.DRAWN: frozenset({PlanState.APPROVED, PlanState.DECLINED, PlanState.VOID}),
    PlanState.APPROVED: frozenset({PlanState.EXECUTING, PlanState.DECLINED, PlanState.VOID}),
    # Void: every item was dropped, nothing was carried out.
    PlanState.EXECUTING: frozenset({PlanState.PROVEN, PlanState.VOID}),
    PlanState.PROVEN: frozenset(),
    PlanState.DECLINED: frozenset(),
    PlanState.VOID: frozenset(),
}


class ItemState(StrEnum):
    """Where one item of a plan stands."""

    SHOWN = "shown"
    """It stays, or is held, undecided or refused: nothing is done about it."""
    PLANNED = "planned"
    INTENDED = "intended"
    ACTED = "acted"
    PROVEN = "proven"
    DROPPED = "dropped"
    """A hold was placed or its date changed meanwhile: it is not carried out, or not again."""


ITEM_TRANSITIONS: Final[Mapping[ItemState, frozenset[ItemState]]] = {
    ItemState.SHOWN: frozenset(),
    ItemState.PLANNED: frozenset({ItemState.INTENDED, ItemState.DROPPED}),
    ItemState.INTENDED: frozenset({ItemState.ACTED, ItemState.DROPPED}),
    # Read back and still there: it is done again, unless it may not be done any more.
    ItemState.ACTED: frozenset({ItemState.PROVEN, ItemState.INTENDED, ItemState.DROPPED}),
    ItemState.PROVEN: frozenset(),
    ItemState.DROPPED: frozenset(),
}


class PlanItem(NamedTuple):
    """One person × one place × what happens there. References, words and dates only."""

    subject_id: int
    placement_id: int
    """The record in an outer system; 0: our own records, the case system, a place weeded by
    hand."""
    system: str
    verdict: str
    """A `lifecycle.retention.facts.Verdict`."""
    action: str
    categories: tuple[str, ...]
    stays: tuple[str, ...]
    rule: str
    ripe_on: str | None
    last_day: str | None
    reason: str | None
    digest: str | None = None
    """Of a disclosure's record in an outer system: a keyed digest (hexadecimal) of what was agreed
    to. The key goes when the disclosure is over, and with it all that the digest could tell."""


def plan_hash(
    items: Iterable[PlanItem],
    *,
    controller: str,
    kind: PlanKind,
    as_of: str,
    policy_sha256: str,
    about_id: int,
    terms: str = "",
) -> str:
    """SHA-256 (hexadecimal) of everything that is approved: of a plan with another item, date,
    policy or hold it is another one. `terms`: what else a disclosure's approval is bound to."""
    digest = hashlib.sha256()
    head = ["gallra plan 1", controller, str(kind), as_of, policy_sha256, about_id]
    if terms:
        head.append(terms)
    digest.update(orjson.dumps(head))
    for item in sorted(items, key=_order):
        # Without a digest as before there were any: what was approved then is so still.
        told = tuple(item) if item.digest is not None else tuple(item)[:-1]
        digest.update(b"\n" + orjson.dumps(told))
    return digest.hexdigest()


def _order(item: PlanItem) -> tuple[int, int, str, str, str]:
    return item.subject_id, item.placement_id, item.system, item.rule, " ".join(item.categories)
