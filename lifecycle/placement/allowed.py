"""What may lie where is what the policy says of the place: the classes of the data that it holds
there (A-61…A-67), and what may never stand in free text (A-82, A-83, A-88, A-91)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from lifecycle.placement.wording import Sign, Wording
from lifecycle.policy.data import DataClass
from lifecycle.policy.model import Policy

_NATIONAL_ID: Final = "national_id"
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
    """What `place` may not show of what a document without a password shows there."""
    system = policy.systems[place]
    held = {name for names in system.holds.values() for name in names}
    classes = {policy.categories[name].data_class for name in held}
    identities = _with_national_id(policy)
    cited = system.source.id if system.source is not None else None
    found = []
    for sign in Sign:
        count = shown.get(sign, 0)
        data_class = wording.class_of(sign)
        allowed = data_class in classes
        rule = cited or place
        if sign is Sign.IDENTITY_NUMBER:
            allowed = bool(held & identities)
            rule = next((_cited(policy, name) for name in sorted(identities)), None) or rule
        if count and (not allowed or system.protected_only):
            rule = (cited or rule) if system.protected_only else rule
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


def _with_national_id(policy: Policy) -> set[str]:
    """The categories that an identity number belongs to."""
    columns = {} if policy.intake is None else policy.intake.columns
    kept = {column.keep for field, column in columns.items() if field == _NATIONAL_ID}
    return {
        name
        for name, category in policy.categories.items()
        if name in kept or _NATIONAL_ID in category.fields
    }


def _cited(policy: Policy, category: str) -> str | None:
    return policy.categories[category].source.id
