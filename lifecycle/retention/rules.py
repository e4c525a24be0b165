"""A policy's retention rules, ready to be asked about many people as of one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from lifecycle.policy.erasure import Erasure
from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.retention.covering import RuleSet, covering, rule_set
from lifecycle.retention.facts import Unit
from lifecycle.retention.judging import Judged, judge
from lifecycle.retention.limits import concerns_people

_Standing = tuple[str, str, tuple[str, ...], frozenset[str], frozenset[tuple[str, str]]]

Share = tuple[tuple[str, ...], RuleSet]
"""Categories that the same rules cover."""

_REMEMBERED: Final = 100_000


class Rules:
    """Rules as of one local day. It remembers what it has worked out: make one for a whole plan.

    Rules about files (the staging folder, the computer of an import) never concern a person's
    data in a place and are left out.
    """

    def __init__(
        self,
        retention: Iterable[RetentionRule],
        *,
        anchors: Mapping[str, Anchor],
        erasure: Erasure,
        as_of: date,
    ) -> None:
        self.erasure = erasure
        self.as_of = as_of
        self._perhaps = frozenset(name for name, each in anchors.items() if each.may_not_happen)
        self.retention = tuple(rule for rule in retention if concerns_people(rule, anchors=anchors))
        self._shares: dict[_Standing, tuple[Share, ...]] = {}
        self._sets: dict[tuple[tuple[str, ...], frozenset[str]], RuleSet] = {}
        self._judged: dict[tuple[Share, tuple[date | None, ...]], Judged] = {}

    def shares(self, unit: Unit) -> tuple[Share, ...]:
        """The unit's categories, grouped by the rules that still speak of them there."""
        kind, system, settled, in_part = unit.kind, unit.system, unit.settled, unit.settled_in_part
        key = kind, system, unit.categories, settled, in_part
        found = self._shares.get(key)
        if found is None:
            grouped: dict[RuleSet, list[str]] = {}
            for category in unit.categories:
                done = settled.union(rule for rule, part in in_part if part == category)
                grouped.setdefault(self._set(kind, system, category, done), []).append(category)
            found = tuple((tuple(names), ruleset) for ruleset, names in grouped.items())
            self._shares[key] = found
        return found

    def judged(self, share: Share, anchors: Mapping[str, date | None]) -> Judged:
        """What the rules say about these categories to these dates, whoever the person is."""
        categories, ruleset = share
        key = share, tuple([anchors.get(event) for event in ruleset.events])
        found = self._judged.get(key)
        if found is None:
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            found = judge(categories, ruleset, anchors, erasure=self.erasure, as_of=self.as_of)
            self._judged[key] = found
        return found

    def _set(self, kind: str, system: str, category: str, settled: frozenset[str]) -> RuleSet:
        covers = covering(self.retention, kind=kind, system=system, category=category)
        ids = tuple(rule.id for rule in covers)
        key = ids, settled.intersection(ids)
        found = self._sets.get(key)
        if found is None:
            found = rule_set(covers, settled=settled, perhaps=self._perhaps)
            self._sets[key] = found
        return found
