"""Whether processors, apps, security and risk assessments name what the policy knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.policy.check_retention import unknown
from lifecycle.policy.model import Policy
from lifecycle.policy.processors import Processor
from lifecycle.third_countries import Ground

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
        yield from _abroad(policy, (*here, "third_countries"), processor)
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


def _abroad(policy: Policy, path: Path, processor: Processor) -> Iterator[Finding]:
    """What people are told of other countries is what the processors do."""
    told = policy.third_countries
    if told is None:
        return
    if processor.third_countries == "undecided":
        if told.happens == "never":
            yield (
                path,
                "undecided contradicts third_countries: `happens: never`; people are told that "
                "data stays, and nobody has said so of this processor",
            )
        return
    grounds = {transfer.ground for transfer in told.transfers.values()}
    for position, each in enumerate(processor.third_countries):
        if told.happens != "sometimes":
            yield (
                (*path, position),
                f"contradicts third_countries: `happens: {told.happens}`; data goes to "
                f"{each.country}: write `happens: sometimes` and the transfer there",
            )
        elif _TOLD_AS[each.ground] not in grounds:
            yield (
                (*path, position, "ground"),
                f"'{each.ground}' is the ground of no transfer of third_countries; people are "
                "told another one, or none",
            )


_TOLD_AS: Final = {
    Ground.ADEQUACY: "adequacy_decision",
    Ground.STANDARD_CLAUSES: "standard_clauses",
    Ground.BINDING_RULES: "binding_corporate_rules",
    Ground.DEROGATION: "explicit_consent",
    Ground.UNDECIDED: "",
}
"""Which ground of a transfer a notice tells for it."""


def _role(policy: Policy, path: Path, name: str) -> Iterator[Finding]:
    if name not in policy.roles:
        yield unknown(path, "role", name, policy.roles)


def _open(policy: Policy, path: Path, named: str | None) -> Iterator[Finding]:
    """What is undecided waits for a decision that is open."""
    waiting = [decision.id for decision in policy.decisions if decision.status == "open"]
    if named not in waiting:
        hint = nearest(named or "", waiting)
        yield path, f"undecided needs `decision:` with the id of an open decision{hint}"
