"""Whether everything that is kept has a rule, and no rule contradicts another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import RetentionRule
from lifecycle.policy.values import Period, Term

Finding = tuple[Path, str]


def check_retention(policy: Policy) -> Iterator[Finding]:
    """What is wrong with the retention rules, alone and together."""
    seen: set[str] = set()
    for position, rule in enumerate(policy.retention):
        here: Path = ("retention", position)
        if rule.id in seen:
            yield (*here, "id"), "two rules have this id; give each its own"
        seen.add(rule.id)
        yield from _check_names(policy, rule, here)
        yield from _check_anchor(policy, rule, here)
        yield from _check_decision(policy, rule, here)
    yield from _check_gaps(policy)
    yield from _check_contradictions(policy)
    for name, anchor in policy.anchors.items():
        for index, field in enumerate(anchor.taken_from):
            if field not in policy.intake.columns:
                yield _unknown(
                    ("anchors", name, "taken_from", index), "column", field, policy.intake.columns
                )


def _unknown(path: Path, what: str, name: str, known: Iterable[str]) -> Finding:
    return path, f"the {what} '{name}' is not declared{nearest(name, known)}"


def _check_names(policy: Policy, rule: RetentionRule, here: Path) -> Iterator[Finding]:
    covers = rule.covers
    if covers.subject not in policy.subjects:
        path = (*here, "covers", "subject")
        yield _unknown(path, "kind of data subject", covers.subject, policy.subjects)
    for index, category in enumerate(covers.categories):
        if category not in policy.categories:
            path = (*here, "covers", "categories", index)
            yield _unknown(path, "category", category, policy.categories)
    for index, system in enumerate(covers.systems or ()):
        if system not in policy.systems:
            yield _unknown((*here, "covers", "systems", index), "system", system, policy.systems)
    residue = rule.residue
    if residue is not None and residue.purpose not in policy.purposes:
        path = (*here, "residue", "purpose")
        yield _unknown(path, "purpose", residue.purpose, policy.purposes)
    stays = ("residue", "fields") if residue is not None else ("stays",)
    for index, field in enumerate(residue.fields if residue is not None else rule.stays or ()):
        if field not in policy.intake.columns:
            yield _unknown((*here, *stays, index), "column", field, policy.intake.columns)


def _check_anchor(policy: Policy, rule: RetentionRule, here: Path) -> Iterator[Finding]:
    counted = [s for s in rule.keep.spans if isinstance(s, Period) or s is Term.ON_THE_EVENT]
    if rule.anchor is not None:
        if rule.anchor not in policy.anchors:
            yield _unknown((*here, "from"), "anchor", rule.anchor, policy.anchors)
    elif counted:
        known = ", ".join(policy.anchors)
        yield (
            (*here, "from"),
            f"is missing: {counted[0]} is counted from an event; write one of: {known}",
        )


def _check_decision(policy: Policy, rule: RetentionRule, here: Path) -> Iterator[Finding]:
    known = {decision.id: decision.status for decision in policy.decisions}
    if rule.undecided and known.get(rule.decision or "") != "open":
        waiting = sorted(name for name, status in known.items() if status == "open")
        yield (
            (*here, "keep"),
            "undecided needs `decision:` with the id of an open decision"
            + nearest(rule.decision or "", waiting),
        )
    elif rule.decision is not None and rule.decision not in known:
        yield _unknown((*here, "decision"), "decision", rule.decision, known)


def _check_gaps(policy: Policy) -> Iterator[Finding]:
    """Data without a rule is refused: it would be kept for ever by nobody's decision."""
    for name, system in policy.systems.items():
        for subject, categories in system.holds.items():
            for position, category in enumerate(categories):
                if not any(
                    rule.covers.subject == subject
                    and category in rule.covers.categories
                    and rule.covers.in_system(name)
                    for rule in policy.retention
                ):
                    yield (
                        ("systems", name, "holds", subject, position),
                        f"no retention rule covers '{category}' of a {subject} here; write one, "
                        "with `keep: {at_most: undecided}` if nobody knows",
                    )


def _check_contradictions(policy: Policy) -> Iterator[Finding]:
    for position, rule in enumerate(policy.retention):
        for other in policy.retention:
            least, most = rule.keep.at_least, other.keep.at_most
            if least is None or most is None or rule.decision or other.decision:
                continue
            if rule is other or (rule.anchor == other.anchor and _overlap(rule, other)):
                if not _later(least, most):
                    continue
                whose = "at_most" if rule is other else f"at_most of {other.id}"
                yield (
                    ("retention", position, "keep", "at_least"),
                    f"{least} is later than {whose} {most}; shorten it, or name the decision "
                    "that settles it",
                )


def _overlap(one: RetentionRule, other: RetentionRule) -> bool:
    a, b = one.covers, other.covers
    same_place = a.systems is None or b.systems is None or set(a.systems) & set(b.systems)
    return bool(a.subject == b.subject and set(a.categories) & set(b.categories) and same_place)


def _later(least: Period | Term, most: Period | Term) -> bool:
    """Whether `least` can end after `most`, both counted from the same event."""
    if Term.UNDECIDED in (least, most):
        return False
    if least is Term.FOREVER:
        return True
    if not isinstance(least, Period):
        return False
    if not isinstance(most, Period):
        return least.shortest > (timedelta(days=1) if most is Term.EVERY_DAY else timedelta(0))
    if (least.days, least.minutes) == (most.days, most.minutes):
        return least.months > most.months
    if least.months == most.months:
        return (least.days, least.minutes) > (most.days, most.minutes)
    return least.longest > most.shortest
