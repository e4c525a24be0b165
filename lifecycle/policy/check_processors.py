"""Whether processors, apps, security and risk assessments name what the policy knows."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.policy.check_retention import unknown
from lifecycle.policy.model import Policy

Finding = tuple[Path, str]


def check_processors(policy: Policy) -> Iterator[Finding]:
    """What is wrong with processors, their review, services, measures and assessments."""
    for name, processor in policy.processors.items():
        here: Path = ("processors", name)
        for position, system in enumerate(processor.systems):
            if system not in policy.systems:
                yield unknown((*here, "systems", position), "system", system, policy.systems)
        yield from _role(policy, (*here, "answers"), processor.answers)
        if (part := processor.undecided) is not None:
            yield from _open(policy, (*here, part), processor.decision)
    review = policy.processor_review
    if review is not None:
        yield from _role(policy, ("processor_review", "by"), review.by)
    elif policy.processors:
        yield ("processor_review",), "is missing: it says how often the processors are reviewed"
    services = policy.services
    if services is not None:
        yield from _role(policy, ("services", "assessed_by"), services.assessed_by)
        yield from _role(policy, ("services", "mend", "role"), services.mend.role)
    seen: set[str] = set()
    for position, measure in enumerate(policy.security):
        if measure.id in seen:
            yield ("security", position, "id"), "two measures have this id; give each its own"
        seen.add(measure.id)
    assessments = policy.assessments
    if assessments is not None:
        yield from _role(policy, ("assessments", "by"), assessments.by)
        yield from _role(policy, ("assessments", "order", "role"), assessments.order.role)


def _role(policy: Policy, path: Path, name: str) -> Iterator[Finding]:
    if name not in policy.roles:
        yield unknown(path, "role", name, policy.roles)


def _open(policy: Policy, path: Path, named: str | None) -> Iterator[Finding]:
    """What is undecided waits for a decision that is open."""
    waiting = [decision.id for decision in policy.decisions if decision.status == "open"]
    if named not in waiting:
        hint = nearest(named or "", waiting)
        yield path, f"undecided needs `decision:` with the id of an open decision{hint}"
