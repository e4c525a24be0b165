"""Who processes data of such people on the controller's behalf: a recipient too, whom a person who
asks is told of (GDPR art. 4(9), 13(1)(e), 15(1)(c); A-11, T-41, H-42)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from lifecycle.policy.model import Policy


class There(StrEnum):
    """What is known of the person's data in a processor's systems."""

    HELD = "held"
    """Read out there, or the processor's system holds what was."""
    LOOKED_FOR = "looked_for"
    """No machine reads it all: a person looks."""
    MAY_LIE = "may_lie"
    """Read, and nothing was found; or emptied every day. Such people's data may lie there."""


class ProcessedBy(NamedTuple):
    """A processor whose systems hold data of such people."""

    processor: str
    """The policy's name."""
    called: str
    does: str
    """In the policy's words."""
    systems: tuple[str, ...]
    """The policy's names."""
    categories: tuple[str, ...]
    there: There


def processed_by(
    policy: Policy,
    kinds: Collection[str],
    *,
    read: Collection[str],
    by_hand: Collection[str],
    absent: Collection[str],
) -> list[ProcessedBy]:
    """Each processor of a system that holds data of these kinds of people, in the policy's order.

    `read`: the systems with something of the person; `by_hand`: where somebody looks; `absent`:
    the systems that the controller does not have. A processor none of whose systems is there is no
    recipient.
    """
    return [
        ProcessedBy(
            processor=name,
            called=processor.called,
            does=processor.does,
            systems=systems,
            categories=tuple(_held(policy, systems, kinds)),
            there=_there(systems, read=read, by_hand=by_hand),
        )
        for name, processor in policy.processors.items()
        if (systems := _theirs(policy, processor.systems, kinds, absent))
    ]


def _theirs(
    policy: Policy, named: Collection[str], kinds: Collection[str], absent: Collection[str]
) -> tuple[str, ...]:
    return tuple(
        name
        for name in named
        if name in policy.systems
        and name not in absent
        and any(policy.systems[name].holds.get(kind) for kind in kinds)
    )


def _held(policy: Policy, systems: Collection[str], kinds: Collection[str]) -> Iterator[str]:
    there = {
        category
        for name in systems
        for kind in kinds
        for category in policy.systems[name].holds.get(kind, ())
    }
    return (name for name in policy.categories if name in there)


def _there(systems: Collection[str], *, read: Collection[str], by_hand: Collection[str]) -> There:
    if set(systems) & set(read):
        return There.HELD
    return There.LOOKED_FOR if set(systems) & set(by_hand) else There.MAY_LIE
