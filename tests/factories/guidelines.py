"""A policy file beside the sentences that it quotes, and what its rules make of one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from lifecycle.policy import Policy, load_policy, policy_directory
from lifecycle.policy.retention import RetentionRule
from lifecycle.policy.values import Source
from lifecycle.retention.decide import decide, rules_of
from lifecycle.retention.facts import Decision, Unit

_QUOTES = Path(__file__).parents[1] / "data" / "quotes"

Said = dict[str, tuple[str, str, str | None]]
"""Category → word, rule, last day (ISO). The word: what is done; `waits` where it stands on a plan
and nothing may be done about it yet; else the verdict."""


def policy_of(controller: str) -> Policy:
    """The policy file of a controller, checked as `gallra policy check` does."""
    return load_policy(policy_directory() / f"{controller}.yaml")


def sources(part: object) -> Iterator[Source]:
    """Every source that a part of a policy names."""
    if isinstance(part, Source):
        yield part
    elif isinstance(part, BaseModel):
        for _, value in part:
            yield from sources(value)
    elif isinstance(part, dict):
        for value in part.values():
            yield from sources(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from sources(value)


def quoted_wrongly(policy: Policy) -> tuple[int, list[str]]:
    """How many sentences are quoted, and the numbers of those that are not word for word."""
    sentences: dict[str, list[str]] = {}
    for line in (_QUOTES / f"{policy.id}.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            number, sentence = line.split(" ", 1)
            sentences.setdefault(number, []).append(sentence)
    quotes = [(source.id, source.quote) for source in sources(policy) if source.id is not None]
    wrong = [
        number
        for number, quote in quotes
        if quote is None or not any(quote in each for each in sentences.get(number, []))
    ]
    return len(quotes), wrong


def rules_from(policy: Policy, sentence: str) -> list[RetentionRule]:
    """The retention rules that name this sentence as their source."""
    return [rule for rule in policy.retention if rule.source.id == sentence]


def kept(rule: RetentionRule) -> tuple[str | None, str | None, str | None]:
    """Event, at_most and at_least, as the file writes them."""
    most, least = rule.keep.at_most, rule.keep.at_least
    return (
        rule.anchor,
        None if most is None else str(most),
        None if least is None else str(least),
    )


def said_of(
    policy: Policy,
    kind: str,
    system: str,
    anchors: Mapping[str, date | None],
    *,
    as_of: date,
    settled: str = "",
) -> Said:
    """What the rules say of everything that `system` holds of a person of this kind."""
    unit = Unit(
        subject_id=1,
        placement_id=1,
        kind=kind,
        system=system,
        categories=policy.systems[system].holds[kind],
        anchors=anchors,
        settled=frozenset(settled.split()),
    )
    found = decide(unit, rules=rules_of(policy, as_of=as_of), held=frozenset())
    return {
        category: (
            _word(each, as_of),
            each.rule,
            each.last_day.isoformat() if each.last_day else None,
        )
        for each in found
        for category in each.categories
    }


def _word(decision: Decision, as_of: date) -> str:
    if decision.ripe_on is not None and decision.action and as_of < decision.ripe_on:
        return "waits"
    return str(decision.action or decision.verdict)
