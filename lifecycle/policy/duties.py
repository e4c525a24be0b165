"""Each sentence of a controller's guidelines ends in exactly one place: what it asks, and where."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from lifecycle.configuration.problems import PolicyError
from lifecycle.configuration.text import read_text
from lifecycle.configuration.validated import Part, nearest, validated
from lifecycle.policy.beside import content_beside
from lifecycle.policy.load import SUFFIX
from lifecycle.policy.model import Policy
from lifecycle.policy.sources import places_of
from lifecycle.policy.values import Name, RequirementId, Sentence

FOLDER: Final = "duties"
"""Beside the policy files, in a folder of its own: a file there is no policy."""

Kind = Literal[
    "duty",
    "number",
    "deadline",
    "retention",
    "system",
    "role",
    "channel",
    "data",
    "basis",
    "purpose",
    "right",
    "prohibition",
    "recipient",
    "contact",
    "gap",
]
"""What sort of sentence it is; `gap`: it leaves something open."""

Command = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_-]*( [a-z][a-z_-]*)?$")]


class Lives(StrEnum):
    """Where a sentence ends: in exactly one of these."""

    POLICY = "policy"
    """A part of the policy file has it as its source."""
    FLOW = "flow"
    REPORT = "report"
    WORK_ORDER = "work_order"
    NOT_AUTOMATED = "not_automated"
    """People do it: `docs/not-automated.md` says why, who, and how one notices if nobody does."""


class Duty(Part):
    """One sentence of the guidelines."""

    kind: Kind
    says: Sentence = Field(description="what it asks for, in short")
    lives: Lives
    where: str | None = Field(
        default=None,
        max_length=100,
        description="flow: its module; report: the command without `gallra`; work_order: a system "
        "of the policy; not_automated: one of by_people; policy: left out, it is looked up",
    )

    @model_validator(mode="after")
    def _somewhere(self) -> Duty:
        if (self.lives is Lives.POLICY) != (self.where is None):
            raise ValueError("write where, but not with `lives: policy`: that is looked up")
        return self


class ByPeople(Part):
    """Something that people do, and why no machine does it."""

    called: Sentence
    built: Literal["not_yet", "never"] = Field(
        description="not_yet: a machine could do it and none is built; never: it is for people"
    )
    why: Sentence
    who: Sentence
    how: Sentence = Field(description="how it is done by hand")
    noticed: Sentence = Field(description="how one notices that it was not done")


class Beside(Part):
    """Something that no sentence asks for, and that Gallra needs from people."""

    what: Sentence
    why: Sentence
    who: Sentence


class Duties(Part):
    """Every sentence of one controller's document."""

    version: Literal[1]
    controller: Name
    document: Sentence = Field(description="the document's own title, and its date if it has one")
    duties: dict[RequirementId, Duty] = Field(min_length=1)
    by_people: dict[Name, ByPeople]
    beside: tuple[Beside, ...] = ()

    @model_validator(mode="after")
    def _by_people_fits(self) -> Duties:
        used = {d.where for d in self.duties.values() if d.lives is Lives.NOT_AUTOMATED}
        for number, duty in self.duties.items():
            if duty.lives is Lives.NOT_AUTOMATED and duty.where not in self.by_people:
                known = nearest(duty.where or "", self.by_people)
                raise ValueError(f"{number}: by_people has no '{duty.where}'{known}")
        if unused := [name for name in self.by_people if name not in used]:
            raise ValueError(f"no sentence ends in by_people.{unused[0]}; take it away")
        return self

    def left_to(self, topic: str) -> Iterator[tuple[str, Duty]]:
        """The sentences that end in this part of `by_people`, in the document's order."""
        for number, duty in self.duties.items():
            if duty.lives is Lives.NOT_AUTOMATED and duty.where == topic:
                yield number, duty


def unfounded(duties: Duties, policy: Policy) -> list[str]:
    """The sentences that should stand in the policy file, or be a work order of it, and do not."""
    stated = places_of(policy)
    by_hand = {name for name, system in policy.systems.items() if system.by_hand is not None}
    return [
        number
        for number, duty in duties.duties.items()
        if (duty.lives is Lives.POLICY and number not in stated)
        or (duty.lives is Lives.WORK_ORDER and duty.where not in by_hand)
    ]


def parse_duties(content: bytes, *, name: str) -> Duties:
    """The duties in the bytes of a file called `name`; raises `PolicyError`."""
    text = read_text(content, name=name, error=PolicyError)
    duties = validated(Duties, text, error=PolicyError)
    if name != duties.controller + SUFFIX:
        message = f"the file of '{duties.controller}' must be called {duties.controller}{SUFFIX}"
        raise PolicyError([text.problem(("controller",), message)])
    return duties


def load_duties(policies: Path, controller: str) -> Duties:
    """The duties of `controller`, from the folder `duties` beside its policy in `policies`.

    Raises `PolicyError`, also when the file cannot be read.
    """
    name = f"{controller}{SUFFIX}"
    return parse_duties(content_beside(policies, FOLDER, name), name=name)
