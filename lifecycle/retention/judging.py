"""What the rules say about some categories, whoever the person is: the rule is always named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from lifecycle.policy.erasure import Erasure
from lifecycle.policy.retention import RetentionRule
from lifecycle.retention.covering import RuleSet
from lifecycle.retention.facts import Decision, Verdict, WhyRefused
from lifecycle.retention.weighing import weigh

CARRIED_OUT: Final = "carried_out"
"""Reason of `STAYS`: what the rule demands of this data has been done; what is left may stay."""


class Judged(NamedTuple):
    """A decision as if nothing were held and nobody had done anything lately."""

    decision: Decision
    counted_from: date | None = None
    """The event's day, where a rule decides by one."""
    holdable: bool = True
    """A hold keeps nothing that no rule covers, and nothing that has been done already."""


def judge(
    categories: tuple[str, ...],
    ruleset: RuleSet,
    anchors: Mapping[str, date | None],
    *,
    erasure: Erasure,
    as_of: date,
) -> Judged:
    """What a set of rules says to some dates. Raises as `limits.last_day`."""
    done = ruleset.carried_out
    if done is not None:
        stays = Decision(Verdict.STAYS, categories, done.id, stays=_stays(done), reason=CARRIED_OUT)
        return Judged(stays, holdable=False)
    if not ruleset.rules:
        refused = Decision(Verdict.REFUSED, categories, "", reason=WhyRefused.NO_RULE)
        return Judged(refused, holdable=False)
    weighed = weigh(ruleset, anchors, erasure=erasure, as_of=as_of)
    rule, goes = weighed.rule, weighed.verdict is Verdict.GO
    decision = Decision(
        weighed.verdict,
        categories,
        rule.id,
        str(rule.then) if goes else "",
        _stays(rule) if goes else (),
        weighed.ripe_on,
        weighed.last_day,
        weighed.reason,
    )
    return Judged(decision, anchors.get(rule.anchor) if rule.anchor is not None else None)


def _stays(rule: RetentionRule) -> tuple[str, ...]:
    return rule.stays or (rule.residue.fields if rule.residue is not None else ())
