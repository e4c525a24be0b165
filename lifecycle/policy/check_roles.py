"""Whether everybody who must decide or act holds an office that the policy declares, and can know
whose data it is."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.policy.model import Policy

Finding = tuple[Path, str]


def check_roles(policy: Policy) -> Iterator[Finding]:
    """Roles that are named and not declared; slips by which nobody could be recognised."""
    for path, role in _named(policy):
        if role not in policy.roles:
            yield path, f"the role '{role}' is not declared{nearest(role, policy.roles)}"
    yield from _check_slips(policy)


def _named(policy: Policy) -> Iterator[tuple[Path, str]]:
    approvals = policy.approvals
    for part in ("erasure", "second", "hold"):
        roles: tuple[str, ...] = getattr(approvals, part)
        for position, role in enumerate(roles):
            yield ("approvals", part, position), role
    for name, system in policy.systems.items():
        if system.by_hand is not None:
            yield ("systems", name, "by_hand", "role"), system.by_hand.role


def _check_slips(policy: Policy) -> Iterator[Finding]:
    """What stands on a work order's slip is taken from where these people's data lies."""
    for name, system in policy.systems.items():
        if system.by_hand is None:
            continue
        known = {
            category
            for other in policy.systems.values()
            for kind, categories in other.holds.items()
            if kind in system.holds
            for category in categories
        }
        for position, category in enumerate(system.by_hand.slip):
            if category not in known:
                people = ", ".join(system.holds)
                yield (
                    ("systems", name, "by_hand", "slip", position),
                    f"'{category}' of {people} lies nowhere: nobody could be recognised by it"
                    f"{nearest(category, known)}",
                )
