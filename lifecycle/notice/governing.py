"""The policy's own words are the governing text: what it calls its parts, in its language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lifecycle.policy.data import NotCollected
from lifecycle.policy.model import Policy

Key = tuple[str, str]
"""Kind and name of a term."""


def own_words(policy: Policy) -> dict[Key, str]:
    """What the policy file itself says of each part that a notice may name.

    Events and fields have no words for people there: those stand in the governing language's file
    of terms.
    """
    return dict(_words(policy))


def not_collected(policy: Policy) -> Iterator[tuple[str, NotCollected]]:
    """What is not taken in, by its sentence's number: `a-03`; the second of one is `a-03.2`."""
    seen: Counter[str] = Counter()
    for dropped in policy.not_collected:
        name = (dropped.source.id or "law").lower()
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}.{seen[name]}"), dropped


def _words(policy: Policy) -> Iterator[tuple[Key, str]]:
    for notice in policy.notices:
        yield ("notices", notice.id), notice.called
    for name, kind in policy.subjects.items():
        yield ("subjects", name), kind.called
    for name, category in policy.categories.items():
        yield ("categories", name), category.called
        if category.means is not None:
            yield ("details", name), category.means
    for name, dropped in not_collected(policy):
        yield ("not_collected", name), dropped.called
        if dropped.unless is not None:
            yield ("unless", name), dropped.unless
    for name, purpose in policy.purposes.items():
        yield ("purposes", name), purpose.called
        if purpose.interest is not None:
            yield ("interests", name), purpose.interest
    for information in policy.information:
        yield ("sources", information.id), information.obtained_from
    for name, system in policy.systems.items():
        yield ("systems", name), system.called
        for level in system.levels:
            yield ("levels", f"{name}.{level.level}"), ", ".join(level.used_by)
    yield from _other_parties(policy)
    yield from _told(policy)


def _other_parties(policy: Policy) -> Iterator[tuple[Key, str]]:
    for name, processor in policy.processors.items():
        yield ("processors", name), processor.called
        yield ("tasks", name), processor.does
    for name, recipient in (policy.sharing.recipients if policy.sharing else {}).items():
        yield ("recipients", name), recipient.called
        if recipient.interest is not None:
            yield ("interests", f"recipients.{name}"), recipient.interest
    third = policy.third_countries
    for name, transfer in (third.transfers if third is not None else {}).items():
        yield ("countries", name), transfer.country


def _told(policy: Policy) -> Iterator[tuple[Key, str]]:
    for rule in policy.retention:
        if rule.criteria is not None:
            yield ("criteria", rule.id), rule.criteria
    for consent in policy.consents:
        yield ("consents", consent.id), consent.called
        if consent.consequence is not None:
            yield ("consequences", consent.id), consent.consequence
    for given in policy.must_be_given:
        if given.otherwise is not None:
            yield ("given", given.id), given.otherwise
    automated = policy.automated_decisions
    if automated is not None and automated.logic is not None:
        yield ("automated", "logic"), automated.logic
    for name, camera in policy.cameras.items():
        yield ("cameras", f"{name}.called"), camera.called
        yield ("cameras", f"{name}.watches"), camera.watches
        yield ("cameras", f"{name}.purpose"), camera.purpose
        yield ("cameras", f"{name}.interest"), camera.interest
        yield ("cameras", f"{name}.seen_by"), camera.seen_by
