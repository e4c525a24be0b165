"""What is known about one person's data in one place, and what the rules say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

EVERYTHING: Final = "*"
"""A hold on every category of a person."""


class Verdict(StrEnum):
    """What a plan says about an item."""

    GO = "go"
    """It is ripe and near its last day: it goes when somebody approves."""
    STAYS = "stays"
    """A rule still needs it, or its last day is far off."""
    UNDECIDED = "undecided"
    """The document gives no figure: never erased, never silently kept."""
    HELD = "held"
    """A legal hold keeps it (A-73)."""
    REFUSED = "refused"
    """It cannot be decided by machine; `reason` says why, and a person must look."""


class WhyRefused(StrEnum):
    """Reasons of `REFUSED`."""

    NO_RULE = "no_rule"
    ANCHOR_MISSING = "anchor_missing"
    """Nobody has said when the person left, or what else the time is counted from."""
    ANCHOR_IN_FAR_PAST = "anchor_in_far_past"
    """A date before the policy's `earliest_anchor` is taken for a mistake, not for "long due"."""
    ANCHOR_IN_FUTURE = "anchor_in_future"
    """An event that is recorded for a day that has not come: only for events that happen."""
    ACTIVE_SINCE = "active_since"
    """The person did something in some system after the date and lately."""
    HAS_OWN_PURPOSE = "has_own_purpose"
    """A relative who is known for a purpose of their own as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One person's data in one place: the smallest thing that is decided about."""

    subject_id: int
    placement_id: int
    """The record in an outer system; 0 in our own records and in the case system."""
    kind: str
    """As what the person stands there: a key of the policy's `subjects`."""
    system: str
    categories: tuple[str, ...]
    anchors: Mapping[str, date | None] = field(default_factory=dict)
    """Event → local date. The person's for `per: person`, the record's for `per: record`. Absent
    or None: not known."""
    settled: frozenset[str] = frozenset()
    """Ids of rules that have been carried out for this unit (strip leaves something behind)."""
    settled_in_part: frozenset[tuple[str, str]] = frozenset()
    """(rule, category): a strip that has been carried out for some categories, while others of
    the same record were held."""
    active_on: date | None = None
    """When the person last did something in any system, and in which."""
    active_in: str | None = None
    own_purpose: bool = False
    """A relative who stands in the same system as something else too, which is not due."""
    indivisible: bool = False
    """A case is anonymised whole or not at all: what holds a part of it holds all."""


class Decision(NamedTuple):
    """What the rules say about some categories of one unit."""

    verdict: Verdict
    categories: tuple[str, ...]
    rule: str
    """Id of the rule that decides; "" where there is none."""
    action: str = ""
    """`GO`: erase, strip, anonymise, archive."""
    stays: tuple[str, ...] = ()
    """Fields that stay: of a strip, or the residue of an anonymisation."""
    ripe_on: date | None = None
    """The first local day on which nothing needs it any more."""
    last_day: date | None = None
    """The last local day on which it may be there; `STAYS` by `at_least`: on which it must."""
    reason: str | None = None
