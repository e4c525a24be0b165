"""A chapter of docs/rules.md: rules as a policy writes them, and what they say on some days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import yaml

from lifecycle.policy.erasure import Erasure
from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.retention.calendar import local_date
from lifecycle.retention.decide import decide, is_late
from lifecycle.retention.facts import Decision, Unit, Verdict
from lifecycle.retention.rules import Rules

ERASURE = {
    "lead": "P14D",
    "grace": "P7D",
    "verify_after": "PT1H",
    "recent_activity": "P3M",
    "earliest_anchor": "1990-01-01",
    "accounting_year_begins": "01-01",
    "smallest_group": 5,
}
"""What the chapters take where they do not say otherwise: a controller's own choices."""


@dataclass(frozen=True)
class Case:
    """One line: what happened, the day on which somebody looks, and what is said then."""

    sentence: str
    anchors: Mapping[str, str]
    """Event → date."""
    seen: str
    """A local day, or an instant (`2026-03-29T21:59Z`) whose local day it is."""
    said: str
    system: str = "register"
    kind: str = ""
    """"" means the first rule's kind of person."""
    categories: tuple[str, ...] = ()
    """() means those of the first rule."""
    held: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    active_on: str | None = None
    own_purpose: bool = False


@dataclass(frozen=True)
class Chapter:
    """Rules and their cases."""

    title: str
    text: str
    rules: str
    """A policy's `retention:` list, in YAML."""
    cases: tuple[Case, ...]
    erasure: Mapping[str, object] = field(default_factory=dict)
    """What differs from `ERASURE`."""
    files: tuple[str, ...] = ()
    """Anchors that are a file's own story."""
    perhaps: tuple[str, ...] = ()
    """Anchors of events that may never happen: `may_not_happen: true`."""
    zone: str = "Europe/Stockholm"

    def retention(self) -> tuple[RetentionRule, ...]:
        """The rules, read as a policy file is."""
        return tuple(RetentionRule.model_validate(rule) for rule in yaml.safe_load(self.rules))

    def choices(self) -> Erasure:
        """The controller's choices."""
        return Erasure.model_validate({**ERASURE, **self.erasure})


def day_seen(case: Case, chapter: Chapter) -> date:
    """The local day on which somebody looks."""
    if "T" not in case.seen:
        return date.fromisoformat(case.seen)
    return local_date(datetime.fromisoformat(case.seen), ZoneInfo(chapter.zone))


def said(case: Case, chapter: Chapter) -> str:
    """What the rules really say, in one line."""
    retention, erasure = chapter.retention(), chapter.choices()
    anchors = {
        rule.anchor: Anchor(
            means=rule.anchor,
            per="file" if rule.anchor in chapter.files else "person",
            may_not_happen=rule.anchor in chapter.perhaps,
        )
        for rule in retention
        if rule.anchor is not None
    }
    as_of = day_seen(case, chapter)
    first = retention[0].covers
    unit = Unit(
        subject_id=1,
        placement_id=0,
        kind=case.kind or first.subject,
        system=case.system,
        categories=case.categories or first.categories,
        anchors={event: date.fromisoformat(day) for event, day in case.anchors.items()},
        settled=frozenset(case.settled),
        active_on=date.fromisoformat(case.active_on) if case.active_on else None,
        own_purpose=case.own_purpose,
    )
    rules = Rules(retention, anchors=anchors, erasure=erasure, as_of=as_of)
    decisions = decide(unit, rules=rules, held=frozenset(case.held))
    lines = [
        _sentence(decision, late=is_late(decision, as_of=as_of, erasure=erasure))
        + (f" [{decision.rule}]" if len(retention) > 1 and decision.rule else "")
        for decision in decisions
    ]
    if len(decisions) > 1:
        lines = [
            f"{', '.join(decision.categories)}: {line}"
            for decision, line in zip(decisions, lines, strict=True)
        ]
    return "; ".join(lines)


def _sentence(decision: Decision, *, late: bool) -> str:
    words = [f"**{decision.action or decision.verdict}**"]
    if decision.stays:
        words.append(f"but {', '.join(decision.stays)}")
    if decision.reason:
        words.append(decision.reason)
    elif decision.verdict is Verdict.STAYS and decision.last_day is None:
        words.append("for ever")
    if decision.ripe_on is not None:
        words.append(f"free on {decision.ripe_on}")
    if decision.last_day is not None:
        words.append(f"last day {decision.last_day}")
    if late:
        words.append("LATE")
    return ", ".join(words)
