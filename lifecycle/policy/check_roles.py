"""Whether everybody who must decide or act holds an office that the policy declares."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.policy.model import Policy

Finding = tuple[Path, str]


def check_roles(policy: Policy) -> Iterator[Finding]:
    """Roles that are named and not declared."""
    for path, role in _named(policy):
        if role not in policy.roles:
            yield path, f"the role '{role}' is not declared{nearest(role, policy.roles)}"


def _named(policy: Policy) -> Iterator[tuple[Path, str]]:
    approvals = policy.approvals
    for part in ("erasure", "second", "hold"):
        roles: tuple[str, ...] = getattr(approvals, part)
        for position, role in enumerate(roles):
            yield ("approvals", part, position), role
    for name, system in policy.systems.items():
        if system.by_hand is not None:
            yield ("systems", name, "by_hand", "role"), system.by_hand.role
