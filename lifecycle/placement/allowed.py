"""What may lie where is what a sentence allows at the place (A-61…A-67), never what turns up there;
and what may never stand in free text (A-82, A-83, A-88, A-91)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from lifecycle.placement.wording import Wording
from lifecycle.policy.data import DataClass
from lifecycle.policy.model import Policy
from lifecycle.policy.placement import MayLie, Sign

_ABSENCE: Final = frozenset({Sign.HEALTH, Sign.ABSENCE})


class Misplaced(NamedTuple):
    """Something that a place or a field shows and that may not be there."""

    sign: Sign
    data_class: DataClass
    rule: str
    """The sentence's number in the controller's guidelines; where there is none, the place's
    name."""
    times: int


class FieldRule(NamedTuple):
    """What may not stand in some fields of a system."""

    rule: str
    """The sentence's number, or the rule's id in the policy."""
    names: frozenset[str]
    """Fields, by the names that bindings use."""
    never: frozenset[Sign]


def misplaced(
    policy: Policy, place: str, shown: Mapping[Sign, int], wording: Wording
) -> list[Misplaced]:
    """What `place` may not show of what a document without a password shows there.

    A place of which no sentence says what may lie there allows nothing beyond non_sensitive.
    """
    found = []
    for sign in Sign:
        count = shown.get(sign, 0)
        data_class = wording.class_of(sign)
        if not count or data_class is DataClass.NON_SENSITIVE:
            continue
        allowing = _allowing(policy, place, sign)
        if any(not each.password for each in allowing):
            continue
        # What may lie here behind a password breaks the sentence that says so.
        cited = next((each.source.id for each in allowing), None)
        rule = cited or _stays(policy, sign, data_class) or place
        found.append(Misplaced(sign, data_class, rule, count))
    return found


def field_rules(policy: Policy, system: str, wording: Wording) -> Iterator[FieldRule]:
    """What may not stand in which fields of `system`, where the policy names fields."""
    for free in policy.free_text:
        if system in free.systems and free.names:
            never = frozenset(sign for sign in Sign if wording.class_of(sign) in free.never)
            yield FieldRule(free.source.id or free.id, frozenset(free.names), never)
    for absence in policy.absence:
        if system in absence.systems and absence.names:
            yield FieldRule(absence.source.id or absence.id, frozenset(absence.names), _ABSENCE)


def breached(rule: FieldRule, shown: Mapping[Sign, int], wording: Wording) -> list[Misplaced]:
    """What a field shows that it may not."""
    return [
        Misplaced(sign, wording.class_of(sign), rule.rule, shown[sign])
        for sign in Sign
        if sign in rule.never and shown.get(sign, 0)
    ]


def _allowing(policy: Policy, place: str, sign: Sign) -> list[MayLie]:
    return [each for each in policy.systems[place].may_lie or () if sign in each.shows]


def _stays(policy: Policy, sign: Sign, data_class: DataClass) -> str | None:
    """The sentence by which this belongs somewhere else, or nowhere."""
    if sign is Sign.ABSENCE and policy.absence:
        return policy.absence[0].source.id or policy.absence[0].id
    if policy.placement is None:
        return None
    return policy.placement.sentence(data_class).id
