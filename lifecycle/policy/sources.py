"""Every rule names its sentence: which parts of a policy carry which sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from pydantic import BaseModel

from lifecycle.policy.controller import Decision
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Source

_SINGULAR: Final[Mapping[str, str]] = {
    "absence": "absence",
    "access": "access",
    "anchors": "anchor",
    "cameras": "camera",
    "categories": "category",
    "channels": "channel",
    "consents": "consent",
    "decisions": "decision",
    "free_text": "free text",
    "information": "information",
    "joint": "joint controller",
    "kinds": "kind",
    "levels": "level",
    "may_lie": "may lie",
    "must_be_given": "must be given",
    "not_collected": "not collected",
    "notices": "notice",
    "processors": "processor",
    "purposes": "purpose",
    "recipients": "recipient",
    "retention": "retention",
    "roles": "role",
    "rules": "rule",
    "security": "measure",
    "subjects": "subject",
    "systems": "system",
    "transfers": "transfer",
}
"""Lists and mappings: one thing in them, in words; the step after it says which."""
_NAMES: Final = ("id", "level")
"""What an item of a list is called by, where it has a name of its own."""


class Place(NamedTuple):
    """A part of a policy file that carries a sentence's number."""

    part: str
    """The innermost list or mapping that it stands in: `retention`, `levels`; else the top-level
    key."""
    name: str
    """What it is called there: `participant.six-months`; "" where there is only one."""
    text: str
    """For people: `retention participant.six-months`."""


def places_of(policy: Policy) -> dict[str, tuple[Place, ...]]:
    """For each sentence's number the parts of `policy` that have it as their source.

    A decision carries the sentences that it is about. In the order of the file, each place once.
    """
    found: dict[str, dict[Place, None]] = {}
    for number, path in _walk(policy, ()):
        found.setdefault(number, {})[_place(path)] = None
    return {number: tuple(places) for number, places in found.items()}


def _walk(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(value, Source):
        if value.id is not None:
            yield value.id, _owner(path)
    elif isinstance(value, BaseModel):
        if isinstance(value, Decision):
            for number in value.about:
                yield number, path
        for field in type(value).model_fields:
            yield from _walk(getattr(value, field), (*path, field))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, (*path, str(key)))
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield from _walk(item, (*path, _called(item, position)))


def _owner(path: tuple[str, ...]) -> tuple[str, ...]:
    """Whose source it is: `source` and `also` are said of the part that they stand in."""
    if path[-1] == "source":
        return path[:-1]
    return path[:-2] if path[-2:-1] == ("also",) else path


def _called(item: object, position: int) -> str:
    for name in _NAMES:
        own = getattr(item, name, None)
        if isinstance(own, str | int):
            return str(own)
    return str(position + 1)


def _place(path: tuple[str, ...]) -> Place:
    """`("controller", "dpo")` is `controller.dpo`, `("systems", "x", "levels", "1")` is
    `system x, level 1`."""
    words: list[str] = []
    part, name = path[0], ""
    steps = iter(path)
    for step in steps:
        if step in _SINGULAR:
            part, name = step, next(steps, "")
            words.append(f"{_SINGULAR[step]} {name}".rstrip())
        else:
            words.append(step)
    return Place(part, name, (", " if path[0] in _SINGULAR else ".").join(words))
