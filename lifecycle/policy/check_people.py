"""Whether consents, notices, sharing and free-text rules name what the policy knows."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.configuration.problems import Path
from lifecycle.policy.access import Asks
from lifecycle.policy.check_mailings import check_mailings
from lifecycle.policy.check_names import check_role as _role
from lifecycle.policy.check_names import known_names as _known
from lifecycle.policy.check_names import waits_for_open as _open
from lifecycle.policy.check_retention import unknown
from lifecycle.policy.consents import Consent, Withdrawal
from lifecycle.policy.data import LegalBasis
from lifecycle.policy.free_text import AbsenceRule, FreeTextRule
from lifecycle.policy.model import Policy
from lifecycle.policy.sharing import Sharing
from lifecycle.policy.values import Term

Finding = tuple[Path, str]
_SUBJECT = "kind of data subject"


def check_people(policy: Policy) -> Iterator[Finding]:
    """What is wrong with what people are told, asked and promised."""
    yield from _check_consents(policy)
    yield from check_mailings(policy)
    yield from _check_notices(policy)
    if policy.sharing is not None:
        yield from _check_sharing(policy, policy.sharing)
    yield from _check_texts(policy)
    yield from _check_placement(policy)
    yield from _check_access(policy)
    yield from _check_incidents(policy)
    yield from _check_rights(policy)
    for position, dropped in enumerate(policy.not_collected):
        here: Path = ("not_collected", position, "subjects")
        yield from _known(here, _SUBJECT, dropped.subjects, policy.subjects)


def _check_consents(policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    decisions = [decision.id for decision in policy.decisions]
    for position, consent in enumerate(policy.consents):
        here: Path = ("consents", position)
        if consent.id in seen:
            yield (*here, "id"), "two consents have this id; give each its own"
        seen.add(consent.id)
        subjects = policy.subjects
        if consent.subject not in subjects:
            yield unknown((*here, "subject"), _SUBJECT, consent.subject, subjects)
        yield from _known((*here, "given_by"), _SUBJECT, consent.given_by, subjects)
        categories = policy.categories
        yield from _known((*here, "categories"), "category", consent.categories, categories)
        if consent.purpose not in policy.purposes:
            yield unknown((*here, "purpose"), "purpose", consent.purpose, policy.purposes)
        if consent.proof not in policy.categories:
            yield unknown((*here, "proof"), "category", consent.proof, policy.categories)
        yield from _role(policy, (*here, "answers"), consent.answers)
        if consent.decision is not None and consent.decision not in decisions:
            yield unknown((*here, "decision"), "decision", consent.decision, decisions)
        if consent.counts_as == "undecided":
            yield from _open(policy, (*here, "counts_as"), consent.decision)
        yield from _check_end(policy, here, consent)
    if policy.asking is not None:
        yield from _known(("asking", "slip"), "category", policy.asking.slip, policy.categories)


def _check_end(policy: Policy, here: Path, consent: Consent) -> Iterator[Finding]:
    """What a withdrawal removes everywhere goes by the rules that count from an event."""
    if consent.ends is None:
        if consent.withdrawal is Withdrawal.REMOVES_EVERYWHERE:
            yield (*here, "ends"), "is missing: the event from which rules remove the data"
        return
    anchor = policy.anchors.get(consent.ends)
    if anchor is None:
        yield unknown((*here, "ends"), "event", consent.ends, policy.anchors)
    elif anchor.per != "person" or not anchor.may_not_happen:
        message = "must be per: person and may_not_happen: true; most consents are never withdrawn"
        yield (*here, "ends"), message
    elif consent.withdrawal is Withdrawal.REMOVES_EVERYWHERE:
        gone = {
            name
            for rule in policy.retention
            if rule.anchor == consent.ends and rule.covers.subject == consent.subject
            for name in rule.covers.categories
        }
        for name in sorted(set(consent.categories) - gone):
            yield (*here, "ends"), f"no rule that counts from {consent.ends} removes {name}"


def _check_notices(policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, notice in enumerate(policy.notices):
        here: Path = ("notices", position)
        if notice.id in seen:
            yield (*here, "id"), "two notices have this id; give each its own"
        seen.add(notice.id)
        yield from _known((*here, "subjects"), _SUBJECT, notice.subjects, policy.subjects)
        yield from _role(policy, (*here, "answers"), notice.answers)


def _check_sharing(policy: Policy, sharing: Sharing) -> Iterator[Finding]:
    used: set[str] = set()
    seen: set[str] = set()
    for position, rule in enumerate(sharing.rules):
        here: Path = ("sharing", "rules", position)
        if rule.id in seen:
            yield (*here, "id"), "two sharing rules have this id; give each its own"
        seen.add(rule.id)
        named = tuple(sharing.channels) if rule.channels == "any" else rule.channels
        used.update(named)
        yield from _known((*here, "channels"), "channel", named, sharing.channels)
        to = rule.recipients or ()
        yield from _known((*here, "recipients"), "recipient", to, sharing.recipients)
    for name in sharing.channels:
        if name not in used:
            yield ("sharing", "channels", name), "no rule allows it; use it or take it away"
    for name, recipient in sharing.recipients.items():
        here = ("sharing", "recipients", name)
        yield from _known((*here, "subjects"), _SUBJECT, recipient.subjects, policy.subjects)
        known = policy.categories
        yield from _known((*here, "categories"), "category", recipient.categories, known)
        asked = [one.id for one in policy.consents]
        yield from _known((*here, "consents"), "consent", recipient.consents, asked)
        if recipient.legal_basis is LegalBasis.UNDECIDED:
            yield from _open(policy, (*here, "legal_basis"), recipient.decision)
    for name in sharing.anonymous_only:
        if name in sharing.recipients or name in policy.purposes:
            message = "is a recipient or a purpose too, so it would get people's data; keep one"
            yield ("sharing", "anonymous_only", name), message
    telling = sharing.telling
    here = ("sharing", "telling")
    if telling is None:
        if sharing.recipients:
            yield here, "is missing: it says who tells recipients what was erased, and until when"
        return
    yield from _role(policy, (*here, "role"), telling.role)
    if telling.within is Term.UNDECIDED:
        yield from _open(policy, (*here, "within"), telling.decision)


def _check_incidents(policy: Policy) -> Iterator[Finding]:
    if (rules := policy.incidents) is None:
        return
    yield from _role(policy, ("incidents", "reported_to"), rules.reported_to)
    yield from _known(("incidents", "judged_by"), "role", rules.judged_by, policy.roles)
    telling: Path = ("incidents", "telling")
    yield from _known((*telling, "by"), "role", rules.telling.by, policy.roles)
    yield from _role(policy, (*telling, "by_hand", "role"), rules.telling.by_hand.role)
    yield from _known((*telling, "agreed_with"), "role", rules.telling.agreed_with, policy.roles)


def _check_access(policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, rule in enumerate(policy.access):
        if rule.id in seen:
            yield ("access", position, "id"), "two rules have this id; give each its own"
        seen.add(rule.id)
        yield from _known(("access", position, "systems"), "system", rule.systems, policy.systems)
        yield from _role(policy, ("access", position, "order", "role"), rule.order.role)
        if rule.asks is Asks.NO_WIDER_THAN_NEEDED:
            for system in rule.systems:
                if system in policy.systems and not policy.systems[system].levels:
                    yield (
                        ("access", position, "systems"),
                        f"'{system}' has no levels; say who needs which",
                    )


def _check_placement(policy: Policy) -> Iterator[Finding]:
    """What may lie somewhere is looked for there too when somebody is erased."""
    allowing = {name: s.may_lie for name, s in policy.systems.items() if s.may_lie is not None}
    for name, parts in allowing.items():
        held = {category for names in policy.systems[name].holds.values() for category in names}
        for position, part in enumerate(parts):
            here: Path = ("systems", name, "may_lie", position, "categories")
            yield from _known(here, "category of what this place holds", part.categories, held)
    looked = any(one.names for one in policy.free_text) or any(one.names for one in policy.absence)
    if (allowing or looked) and policy.placement is None:
        yield ("placement",), "is missing: say who mends what lies where it may not, and by when"
    if policy.placement is not None:
        yield from _role(policy, ("placement", "order", "role"), policy.placement.order.role)


def _check_texts(policy: Policy) -> Iterator[Finding]:
    parts: dict[str, tuple[FreeTextRule | AbsenceRule, ...]] = {
        "free_text": policy.free_text,
        "absence": policy.absence,
    }
    fields = {name for category in policy.categories.values() for name in category.fields}
    for part, rules in parts.items():
        seen: set[str] = set()
        for position, rule in enumerate(rules):
            if rule.id in seen:
                yield (part, position, "id"), "two rules have this id; give each its own"
            seen.add(rule.id)
            here: Path = (part, position, "systems")
            yield from _known(here, "system", rule.systems, policy.systems)
            yield from _known((part, position, "names"), "field", rule.names, fields)


def _check_rights(policy: Policy) -> Iterator[Finding]:
    rules = policy.rights
    if rules is None:
        return
    for position, role in enumerate(rules.answered_by):
        yield from _role(policy, ("rights", "answered_by", position), role)
    for kind, given in rules.given.items():
        here: Path = ("rights", "given", kind)
        if kind not in policy.subjects:
            yield unknown(here, _SUBJECT, kind, policy.subjects)
        known = policy.categories
        yield from _known((*here, "categories"), "category", given.categories, known)
