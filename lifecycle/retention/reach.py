"""Which rule reaches whose data where: what has to be counted from which event, before any date."""

from __future__ import annotations

from typing import Final, NamedTuple

from lifecycle.policy.data import System
from lifecycle.policy.model import Policy
from lifecycle.retention.limits import makes_due

RECORDS: Final = "#records"
"""Our own records, as the place that a rule reaches."""
CASES: Final = "#cases"
"""The case system, where a person has a case."""
BY_HAND: Final = "#hand"
"""Any place that a person weeds."""


class Reach(NamedTuple):
    """One rule × one kind of place × one category."""

    rule: str
    event: str
    kind: str
    system: str
    """A system of the policy that has placements, or `RECORDS`, `CASES`, `BY_HAND`."""
    category: str
    """"" where all of a kind's categories are taken to be there."""
    per_record: bool
    dated: bool
    """It says when something must be gone at the latest, and that date can be computed."""


def reaches(policy: Policy) -> tuple[Reach, ...]:
    """Every reach of every rule that counts from an event of a person or of a record, sorted."""
    found = {
        Reach(
            rule.id,
            rule.anchor,
            kind,
            place,
            # What lies in a place of ours is known by the policy, of each record by itself.
            "" if place.startswith("#") else category,
            per == "record",
            makes_due(rule),
        )
        for rule in policy.retention
        if rule.anchor is not None and (per := policy.anchors[rule.anchor].per) != "file"
        for kind in (rule.covers.subject,)
        for name, system in policy.systems.items()
        if rule.covers.in_system(name)
        if (place := _place(name, system)) is not None
        if per == "person" or not place.startswith("#")
        for category in system.holds.get(kind, ())
        if category in rule.covers.categories
    }
    return tuple(sorted(found))


def optional_events(policy: Policy) -> tuple[str, ...]:
    """Events that may never happen, sorted: without a date nothing is missing (B-28, H-96)."""
    return tuple(sorted(name for name, each in policy.anchors.items() if each.may_not_happen))


def relative_kinds(policy: Policy) -> frozenset[str]:
    """Kinds of people who are known only because of somebody else (H-84)."""
    return frozenset(name for name, kind in policy.subjects.items() if kind.goes_with is not None)


def case_kind(policy: Policy) -> str | None:
    """As what somebody with a case stands there; None where no export is imported."""
    return None if policy.intake is None else policy.intake.subject


def systems_by_hand(policy: Policy) -> dict[str, System]:
    """The places that a person weeds."""
    return {name: s for name, s in policy.systems.items() if _place(name, s) == BY_HAND}


def system_of_role(policy: Policy, role: str) -> str | None:
    """The name of the one system with that role: `records`, `case_system`."""
    return next((name for name, s in policy.systems.items() if s.role == role), None)


def _place(name: str, system: System) -> str | None:
    match system.role:
        case "records":
            return RECORDS
        case "case_system":
            return CASES
        case "system" | "place":
            return name if system.reached == "by_machine" else BY_HAND
    return None  # a staging folder and a computer have their files' own story
