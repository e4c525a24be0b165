"""Whether a part of a policy names what the policy knows, and what is undecided is waited for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.policy.check_retention import unknown
from lifecycle.policy.model import Policy

Finding = tuple[Path, str]


def known_names(
    here: Path, what: str, names: Iterable[str], known: Iterable[str]
) -> Iterator[Finding]:
    """Those of `names`, a list at `here`, that are not `known`."""
    choices = list(known)
    for position, name in enumerate(names):
        if name not in choices:
            yield unknown((*here, position), what, name, choices)


def check_role(policy: Policy, path: Path, name: str) -> Iterator[Finding]:
    """Whether `name` at `path` is one of the policy's roles."""
    if name not in policy.roles:
        yield unknown(path, "role", name, policy.roles)


def waits_for_open(policy: Policy, path: Path, named: str | None) -> Iterator[Finding]:
    """Whether what is undecided waits for a decision that is open."""
    waiting = [decision.id for decision in policy.decisions if decision.status == "open"]
    if named not in waiting:
        hint = nearest(named or "", waiting)
        yield path, f"undecided needs `decision:` with the id of an open decision{hint}"
