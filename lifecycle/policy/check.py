"""What no single line of a policy shows: whether its parts fit, and what is still to be decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lifecycle.configuration.problems import Path
from lifecycle.configuration.validated import nearest
from lifecycle.policy.check_coverage import check_coverage
from lifecycle.policy.check_intake import check_intake
from lifecycle.policy.check_notices import check_notices, undecided_in_notices
from lifecycle.policy.check_people import check_people
from lifecycle.policy.check_processors import check_processors
from lifecycle.policy.check_retention import check_retention, unknown
from lifecycle.policy.check_roles import check_roles
from lifecycle.policy.data import DataClass, LegalBasis, Purpose, SpecialGround
from lifecycle.policy.intake import CASE
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Term

Finding = tuple[Path, str]
"""Where in the policy, and what would be right."""


def check(policy: Policy) -> list[Finding]:
    """Everything in `policy` that does not fit together; [] for a sound policy."""
    return [
        *_check_subjects(policy),
        *_check_purposes(policy),
        *_check_systems(policy),
        *_check_decisions(policy),
        *_check_year_end(policy),
        *_check_incident_hours(policy),
        *_check_rights_hours(policy),
        *_check_inform_hours(policy),
        *check_intake(policy),
        *check_retention(policy),
        *check_coverage(policy),
        *check_roles(policy),
        *check_people(policy),
        *check_processors(policy),
        *check_notices(policy),
    ]


class OpenDecision(NamedTuple):
    """Something the controller has to decide, and what waits for it."""

    id: str
    about: tuple[str, ...]
    question: str
    until_then: str
    waiting: tuple[str, ...]
    """What is undecided until then: retention rules, purposes, recipients, processors by name, by
    when recipients are told, and what a notice cannot tell people yet."""


def open_decisions(policy: Policy) -> tuple[OpenDecision, ...]:
    """What `gallra policy check` lists: an open decision is no error, and is never forgotten."""
    waiting: dict[str, list[str]] = {}
    for rule in policy.retention:
        if rule.undecided and rule.decision is not None:
            waiting.setdefault(rule.decision, []).append(rule.id)
    for name, purpose in policy.purposes.items():
        if _is_undecided(purpose) and purpose.decision is not None:
            waiting.setdefault(purpose.decision, []).append(name)
    for name, processor in policy.processors.items():
        if processor.undecided is not None and processor.decision is not None:
            waiting.setdefault(processor.decision, []).append(name)
    for name, recipient in (policy.sharing.recipients if policy.sharing else {}).items():
        if recipient.legal_basis is LegalBasis.UNDECIDED and recipient.decision is not None:
            waiting.setdefault(recipient.decision, []).append(name)
    telling = None if policy.sharing is None else policy.sharing.telling
    if telling is not None and telling.within is Term.UNDECIDED and telling.decision is not None:
        waiting.setdefault(telling.decision, []).append("telling recipients")
    for decision_id, name in undecided_in_notices(policy):
        waiting.setdefault(decision_id, []).append(name)
    return tuple(
        OpenDecision(
            decision.id,
            decision.about,
            decision.question,
            decision.until_then or "",
            tuple(waiting.get(decision.id, ())),
        )
        for decision in policy.decisions
        if decision.status == "open"
    )


def _check_year_end(policy: Policy) -> Iterator[Finding]:
    day, hour = policy.erasure.year_end, policy.schedules.year_end
    if day is not None and hour is None:
        yield ("schedules", "year_end"), "is missing: it says at which hour of erasure.year_end"
    if day is None and hour is not None:
        yield ("schedules", "year_end"), "there is no such day: write erasure.year_end"


def _check_inform_hours(policy: Policy) -> Iterator[Finding]:
    written_to = any(notice.by_hand is not None for notice in policy.notices)
    if written_to != (policy.schedules.inform is not None):
        yield (
            ("schedules", "inform"),
            'belongs together with `by_hand` of a notice: write both or none, e.g. {at: "08:15"}',
        )


def _check_incident_hours(policy: Policy) -> Iterator[Finding]:
    if (policy.incidents is None) != (policy.schedules.incident is None):
        yield (
            ("schedules", "incident"),
            "belongs together with `incidents`: write both or none, e.g. incident: {minute: 50}",
        )


def _check_rights_hours(policy: Policy) -> Iterator[Finding]:
    if (policy.rights is None) != (policy.schedules.rights is None):
        yield (
            ("schedules", "rights"),
            'belongs together with `rights`: write both or none, e.g. rights: {at: "06:40"}',
        )


def _check_subjects(policy: Policy) -> Iterator[Finding]:
    for name, kind in policy.subjects.items():
        here = ("subjects", name, "goes_with")
        if kind.goes_with is None:
            continue
        others = [other for other in policy.subjects if other != name]
        if kind.goes_with not in others:
            yield unknown(here, "other kind of data subject", kind.goes_with, others)
        elif policy.subjects[kind.goes_with].goes_with is not None:
            yield here, f"'{kind.goes_with}' goes with somebody too; name that kind instead"


def _check_purposes(policy: Policy) -> Iterator[Finding]:
    decisions = {decision.id for decision in policy.decisions if decision.status == "open"}
    needed: set[str] = set()
    for name, purpose in policy.purposes.items():
        here = ("purposes", name)
        needed.update(purpose.needs)
        for position, category in enumerate(purpose.needs):
            if category not in policy.categories:
                yield unknown((*here, "needs", position), "category", category, policy.categories)
        if _is_undecided(purpose) and purpose.decision not in decisions:
            basis = purpose.legal_basis is LegalBasis.UNDECIDED
            yield (
                (*here, "legal_basis" if basis else "article_9"),
                "undecided needs `decision:` with the id of an open decision"
                + nearest(purpose.decision or "", sorted(decisions)),
            )
        yield from _check_special(policy, name)
    for name in policy.categories:
        if name == CASE:
            yield ("categories", name), "this word means the case's own record; take another"
        elif name not in needed:
            yield ("categories", name), "no purpose needs this category; then it may not be kept"
    for position, information in enumerate(policy.information):
        at: Path = ("information", position)
        if information.subject not in policy.subjects:
            yield unknown(
                (*at, "subject"), "kind of data subject", information.subject, policy.subjects
            )
        for index, category in enumerate(information.categories):
            if category not in policy.categories:
                yield unknown((*at, "categories", index), "category", category, policy.categories)


def _is_undecided(purpose: Purpose) -> bool:
    undecided = LegalBasis.UNDECIDED, SpecialGround.UNDECIDED
    return purpose.legal_basis is undecided[0] or purpose.article_9 is undecided[1]


def _check_special(policy: Policy, name: str) -> Iterator[Finding]:
    """Sensitive data needs a ground of its own (art. 9(2))."""
    purpose = policy.purposes[name]
    sensitive = [
        category
        for category in purpose.needs
        if category in policy.categories
        and policy.categories[category].data_class is DataClass.SENSITIVE
    ]
    if sensitive and purpose.article_9 is None:
        known = ", ".join(SpecialGround)
        yield (
            ("purposes", name, "article_9"),
            f"is missing: '{sensitive[0]}' is sensitive data; write one of: {known}",
        )


def _check_systems(policy: Policy) -> Iterator[Finding]:
    for name, system in policy.systems.items():
        for subject, categories in system.holds.items():
            here = ("systems", name, "holds", subject)
            if subject not in policy.subjects:
                yield unknown(here, "kind of data subject", subject, policy.subjects)
            for position, category in enumerate(categories):
                if category not in policy.categories:
                    yield unknown((*here, position), "category", category, policy.categories)
    if (staging := policy.staging) is not None:
        place = policy.systems.get(staging.place)
        if place is None:
            yield unknown(("staging", "place"), "system", staging.place, policy.systems)
        elif place.role != "staging":
            yield ("staging", "place"), f"'{staging.place}' has another role than staging"
    roles = Counter(system.role for system in policy.systems.values())
    if (own := roles["records"]) != 1:
        yield ("systems",), f"exactly one system has the role records; here {own} have"
    if (several := roles["case_system"]) > 1:
        yield ("systems",), f"at most one system has the role case_system; here {several} have"


def _check_decisions(policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, decision in enumerate(policy.decisions):
        if decision.id in seen:
            yield ("decisions", position, "id"), "two decisions have this id; give each its own"
        seen.add(decision.id)
