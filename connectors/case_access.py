"""Three permission levels: a coach sees the participants assigned to him or her, a supervisor
(arbetsledare) those of a project, an administrator all (A-105, A-106, A-107)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from connectors.base import CaseKey
from lifecycle.errors import Refused


class Level(IntEnum):
    """The permission levels of the policy, lowest first."""

    COACH = 1
    SUPERVISOR = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A member of staff who wants to read."""

    level: Level
    ref: str
    """Opaque reference of the account, the same that cases are assigned to."""
    projects: frozenset[str] = frozenset()
    """The projects that a supervisor leads; without meaning at the other levels."""

    def __post_init__(self) -> None:
        if not self.ref:
            raise Refused("reader_without_reference")


@dataclass(frozen=True, slots=True)
class OneCase:
    """A single case."""

    key: CaseKey


@dataclass(frozen=True, slots=True)
class OneProject:
    """Every case of a project."""

    project: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """Every case assigned to the reader."""


@dataclass(frozen=True, slots=True)
class EveryCase:
    """Every case in the system."""


Scope: TypeAlias = OneCase | OneProject | Assigned | EveryCase


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader may see of a scope, as plain conditions; None: no condition."""

    key: CaseKey | None = None
    coach: str | None = None
    projects: frozenset[str] | None = None


def sight_of(scope: Scope, *, as_: Reader) -> Sight:
    """What `as_` may see of `scope`; raises `Refused("not_permitted")` where that is nothing."""
    led = as_.projects if as_.level is Level.SUPERVISOR else None
    match scope:
        case OneCase(key):
            coach = as_.ref if as_.level is Level.COACH else None
            return Sight(key=key, coach=coach, projects=led)
        case Assigned():
            return Sight(coach=as_.ref, projects=led)
        case OneProject(project) if as_.level is Level.ADMINISTRATOR or (
            as_.level is Level.SUPERVISOR and project in as_.projects
        ):
            return Sight(projects=frozenset({project}))
        case EveryCase() if as_.level is Level.ADMINISTRATOR:
            return Sight()
        case _:
            raise Refused("not_permitted")
