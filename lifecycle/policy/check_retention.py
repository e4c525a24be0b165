"""Whether every retention rule says what it means in words that the policy knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import RetentionRule
from lifecycle.policy.values import Boundary, Period, Term, Turn

Finding = tuple[Path, str]
RUNS_DAILY = frozenset({"staging", "device"})
"""Roles of places whose emptying nobody has to agree to each time (A-98, A-101)."""


def check_retention(policy: Policy) -> Iterator[Finding]:
    """What is wrong with the retention rules and their anchors, each by itself."""
    seen: set[str] = set()
    for position, rule in enumerate(policy.retention):
        here: Path = ("retention", position)
        if rule.id in seen:
            yield (*here, "id"), "two rules have this id; give each its own"
        seen.add(rule.id)
        yield from _check_covers(policy, rule, here)
        yield from _check_fields(policy, rule, here)
        yield from _check_left_to(policy, rule, here)
        yield from _check_anchor(policy, rule, here)
        yield from _check_decision(policy, rule, here)
        yield from _check_approval(policy, rule, here)
    yield from _check_anchors(policy)


def unknown(path: Path, what: str, name: str, known: Iterable[str]) -> Finding:
    """That nothing is declared under that name, and which name was perhaps meant."""
    return path, f"the {what} '{name}' is not declared{nearest(name, known)}"


def fields_of(policy: Policy, categories: Iterable[str]) -> set[str]:
    """The fields of these categories: as declared, and as an export's columns fill them.

    The case's own record belongs to every category that is kept per case.
    """
    wanted = [name for name in categories if name in policy.categories]
    fields = {field for name in wanted for field in policy.categories[name].fields}
    if policy.intake is not None:
        kept = {*wanted}
        if any(policy.categories[name].per == "case" for name in wanted):
            kept.add("case")
        fields |= {name for name, column in policy.intake.columns.items() if column.keep in kept}
    return fields


def _check_covers(policy: Policy, rule: RetentionRule, here: Path) -> Iterator[Finding]:
    covers = rule.covers
    if covers.subject not in policy.subjects:
        path = (*here, "covers", "subject")
        yield unknown(path, "kind of data subject", covers.subject, policy.subjects)
    for index, category in enumerate(covers.categories):
        if category not in policy.categories:
            path = (*here, "covers", "categories", index)
            yield unknown(path, "category", category, policy.categories)
    for index, system in enumerate(covers.systems or ()):
        if system not in policy.systems:
            yield unknown((*here, "covers", "systems", index), "system", system, policy.systems)


def _check_fields(policy: Policy, rule: RetentionRule, here: Path) -> Iterator[Finding]:
    residue = rule.residue
    if residue is not None and residue.purpose not in policy.purposes:
        path = (*here, "residue", "purpose")
        yield unknown(path, "purpose", residue.purpose, policy.purposes)
    known = sorted(fields_of(policy, rule.covers.categories))
    at = ("residue", "fields") if residue is not None else ("stays",)
    for index, field in enumerate(residue.fields if residue is not None else rule.stays or ()):
        if field not in known:
            yield (
                (*here, *at, index),
                f"'{field}' is no field of the categories that this rule covers"
                + nearest(field, known),
            )


def _check_left_to(policy: Policy, rule: RetentionRule, here: Path) -> Iterator[Finding]:
    if rule.left_to is None:
        return
    path = (*here, "left_to")
    heirs = [other for other in policy.retention if other.id == rule.left_to]
    if rule.left_to == rule.id or not heirs:
        others = [other.id for other in policy.retention if other is not rule]
        yield unknown(path, "other rule", rule.left_to, others)
        return
    heir = heirs[0]
    stays = set(rule.stays or ())
    bare = [
        category
        for category in rule.covers.categories
        if stays & fields_of(policy, [category])
        and (heir.covers.subject != rule.covers.subject or category not in heir.covers.categories)
    ]
    if bare:
        yield path, f"'{heir.id}' does not cover {', '.join(bare)}, of which fields stay; widen it"
    places = rule.covers.systems or tuple(policy.systems)
    if outside := [place for place in places if not heir.covers.in_system(place)]:
        yield path, f"'{heir.id}' does not speak of {', '.join(outside)}; widen it"


def _check_anchor(policy: Policy, rule: RetentionRule, here: Path) -> Iterator[Finding]:
    spans = rule.keep.spans
    counted = [s for s in spans if isinstance(s, Period | Turn) or s is Term.ON_THE_EVENT]
    if rule.anchor is None:
        if counted:
            known = ", ".join(policy.anchors)
            yield (
                (*here, "from"),
                f"is missing: {counted[0]} is counted from an event; write one of: {known}",
            )
    elif rule.anchor not in policy.anchors:
        yield unknown((*here, "from"), "anchor", rule.anchor, policy.anchors)
    elif Term.EVERY_DAY in spans:
        yield (*here, "from"), "every_day is counted from no event; take this away"
    elif policy.anchors[rule.anchor].per == "file" and not _only_daily(policy, rule):
        yield (
            (*here, "from"),
            f"'{rule.anchor}' is an event of a file; only a staging folder or a device holds files",
        )
    needed = [s for s in spans if isinstance(s, Turn)]
    if policy.erasure.accounting_year_begins is None and any(
        turn.boundary is Boundary.END_OF_ACCOUNTING_YEAR for turn in needed
    ):
        yield (
            (*here, "keep"),
            "counts from the accounting year's end; write erasure.accounting_year_begins, e.g. "
            '"01-01"',
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
        yield unknown((*here, "decision"), "decision", rule.decision, known)


def _check_approval(policy: Policy, rule: RetentionRule, here: Path) -> Iterator[Finding]:
    path = (*here, "approval")
    if rule.approval == "none" and not (
        _only_daily(policy, rule) and rule.keep.at_most in {Term.EVERY_DAY, Term.ON_THE_EVENT}
    ):
        yield (
            path,
            "none is only for what goes from a staging folder or a device every_day or "
            "on_the_event; write one or two",
        )
    if rule.approval == "two" and not policy.approvals.second:
        yield path, "two must agree, but approvals.second names no role; name one there"


def _only_daily(policy: Policy, rule: RetentionRule) -> bool:
    systems = rule.covers.systems
    return systems is not None and all(
        policy.systems[name].role in RUNS_DAILY for name in systems if name in policy.systems
    )


def _check_anchors(policy: Policy) -> Iterator[Finding]:
    used = {rule.anchor for rule in policy.retention}
    columns = () if policy.intake is None else tuple(policy.intake.columns)
    for name, anchor in policy.anchors.items():
        if name not in used:
            yield ("anchors", name), "no rule counts from this event; use it or take it away"
        for index, field in enumerate(anchor.taken_from):
            if field not in columns:
                yield unknown(("anchors", name, "taken_from", index), "column", field, columns)
