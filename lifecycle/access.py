"""Who has access that the policy does not give: leavers, teachers whose course is over, shared
identities, roles wider than the work needs, no training (A-78, A-79, A-86, A-103…A-107, B-10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from lifecycle.policy.access import AccessRule, Asks
from lifecycle.policy.model import Policy


class Matter(StrEnum):
    """What is wrong with an account."""

    LEFT = "left"
    """Whoever has it does not work here any more."""
    COURSE_OVER = "course_over"
    SHARED = "shared"
    """It is a group's, or nobody's."""
    UNKNOWN_HOLDER = "unknown_holder"
    """No list of staff knows who has it."""
    TOO_WIDE = "too_wide"
    UNTRAINED = "untrained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One account as a review sees it."""

    key: str = field(repr=False)
    holder: str = field(repr=False)
    """By what the staff list knows the person; "" for an account without a person."""
    roles: tuple[str, ...]
    shared: bool = False
    last_login: date | None = None
    course_ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of staff."""

    holder: str = field(repr=False)
    role: str
    starts: date | None = None
    ends: date | None = None
    """The last day of work."""
    trained_in: frozenset[str] = frozenset()
    """Systems, by the policy's names."""


class Breach(NamedTuple):
    """One account and what is wrong with it."""

    key: str
    matter: Matter
    rule: str
    """The sentence's number in the controller's guidelines."""
    goes: bool
    """Whether the policy has the account removed, or a person look at it."""

    def __repr__(self) -> str:
        return f"Breach({self.matter}, {self.rule}, goes={self.goes})"


_MATTERS: Final[Mapping[Asks, Matter]] = {
    Asks.LEAVER_GOES: Matter.LEFT,
    Asks.COURSE_OVER_GOES: Matter.COURSE_OVER,
    Asks.ONE_PERSON_EACH: Matter.SHARED,
    Asks.NO_WIDER_THAN_NEEDED: Matter.TOO_WIDE,
    Asks.TRAINED_FIRST: Matter.UNTRAINED,
}


def review(
    policy: Policy,
    system: str,
    accounts: Iterable[Access],
    staff: Sequence[Member],
    *,
    today: date,
) -> list[Breach]:
    """Every account of `system` that a rule of the policy speaks against; `today`: local day.

    An account goes only where it is certain: its holder is on the list with a last day that is
    over, or the account's own course is. Who is on no list is told, never removed: a list may be
    incomplete. Of two lines of one person the later end counts, and an open one before all.
    """
    rules = [rule for rule in policy.access if system in rule.systems]
    known: dict[str, list[Member]] = {}
    for member in staff:
        known.setdefault(_spelled(member.holder), []).append(member)
    levels = _levels(policy, system)
    found = []
    for account in accounts:
        lines = known.get(_spelled(account.holder), []) if account.holder.strip() else []
        for rule in rules:
            matter = _breaks(rule, account, lines, bool(staff), levels, system, today)
            if matter is not None:
                named = rule.source.id or rule.id
                found.append(Breach(account.key, matter, named, removes(rule, matter)))
    return found


def removes(rule: AccessRule, matter: str) -> bool:
    """Whether an account with which that is wrong is removed by this rule, and not told only."""
    return rule.then == "remove" and matter in {Matter.LEFT, Matter.COURSE_OVER}


def _breaks(
    rule: AccessRule,
    account: Access,
    lines: list[Member],
    has_staff: bool,
    levels: Mapping[str, int],
    system: str,
    today: date,
) -> Matter | None:
    nobody = account.shared or not account.holder.strip()
    matter = _MATTERS[rule.asks]
    breaks = False
    match rule.asks:
        case Asks.ONE_PERSON_EACH:
            breaks = nobody
        case Asks.COURSE_OVER_GOES:
            applies = not rule.roles or bool(_folded(rule.roles) & _roles(account, lines))
            breaks = applies and account.course_ends is not None and account.course_ends < today
        case Asks.LEAVER_GOES if not nobody and has_staff:
            if not lines:
                return Matter.UNKNOWN_HOLDER
            breaks = _has_left(lines, today)
        case Asks.NO_WIDER_THAN_NEEDED if lines:
            has = max((levels.get(role, 0) for role in _folded(account.roles)), default=0)
            breaks = has > max(_may_have(levels, member) for member in lines)
        case Asks.TRAINED_FIRST if lines:
            breaks = not any(system in member.trained_in for member in lines)
        case _:
            pass
    return matter if breaks else None


def _has_left(lines: list[Member], today: date) -> bool:
    return all(member.ends is not None and member.ends < today for member in lines)


def _levels(policy: Policy, system: str) -> dict[str, int]:
    """Both the level's name and the work of those who may have it → its number."""
    found: dict[str, int] = {}
    for level in policy.systems[system].levels:
        found[_spelled(level.called)] = level.level
        for work in level.used_by:
            found[_WORK + _spelled(work)] = level.level
    return found


_WORK: Final = "work of "


def _may_have(levels: Mapping[str, int], member: Member) -> int:
    """The level that a member's work needs; 0: the policy gives such work none."""
    return levels.get(_WORK + _spelled(member.role), 0)


def _roles(account: Access, lines: list[Member]) -> set[str]:
    return _folded(account.roles) | {_spelled(member.role) for member in lines}


def _folded(words: Iterable[str]) -> set[str]:
    return set(_each(words))


def _each(words: Iterable[str]) -> Iterator[str]:
    return (_spelled(word) for word in words)


def _spelled(text: str) -> str:
    return " ".join(text.split()).casefold()
