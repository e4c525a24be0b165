"""Which words tell of what: a file for each language, as data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from lifecycle.configuration.problems import PolicyError
from lifecycle.configuration.text import read_text
from lifecycle.configuration.validated import Part, validated
from lifecycle.policy.beside import content_beside
from lifecycle.policy.data import DataClass
from lifecycle.policy.placement import Sign

FOLDER: Final = "wording"
"""Beside the policy files, in a folder of its own: a file there is no policy."""
_PHRASE: Final = re.compile(r"[=*]?[\w-]+( [\w-]+)*\*?")


def _phrase(value: object) -> str:
    if not isinstance(value, str) or not _PHRASE.fullmatch(value) or value != value.lower():
        raise ValueError(
            f"'{value}' is not a pattern: small letters; word, word*, *word, =word, or words apart "
            "by a blank"
        )
    return value


Phrase = Annotated[str, BeforeValidator(_phrase)]
"""`word` with the language's endings, `word*` with anything after it, `*word` with anything before
it, `=word` as it stands."""


class SignWords(Part):
    """The words of one sign."""

    data_class: DataClass = Field(alias="class")
    surely: tuple[Phrase, ...] = Field(description="tells of somebody by itself")
    of_somebody: tuple[Phrase, ...] = Field(
        description="only in a sentence that tells of one person"
    )
    never: tuple[Phrase, ...] = Field(default=(), description="looks like it and is not")
    absent_because: tuple[Phrase, ...] = Field(
        default=(), description="health: what may not stand beside an absence"
    )


class Wording(Part):
    """What the words of one language tell of."""

    version: Literal[1]
    language: Literal["sv", "da"]
    country: Literal["SE", "DK"]
    endings: tuple[str, ...] = Field(min_length=1)
    somebody: tuple[str, ...] = Field(description="words for one person")
    acts: tuple[str, ...] = Field(description="a capitalised word before one of these is a name")
    nobody: tuple[str, ...] = Field(description="... unless it is one of these")
    identity_labels: tuple[str, ...]
    other_number_labels: tuple[str, ...] = Field(description="what is no identity number")
    absence: tuple[Phrase, ...]
    signs: dict[Sign, SignWords]

    @model_validator(mode="after")
    def _every_sign_once(self) -> Wording:
        # These two are told without words of their own.
        wanted = set(Sign) - {Sign.IDENTITY_NUMBER, Sign.ABSENCE}
        if missing := sorted(wanted - set(self.signs)):
            raise ValueError(f"signs: {missing[0]} has no words; write it, if only with []")
        if spare := sorted(set(self.signs) - wanted):
            raise ValueError(f"signs: {spare[0]} has no words of its own; take it away")
        return self

    def class_of(self, sign: Sign) -> DataClass:
        """How much harm what a sign tells can do (A-62, A-66)."""
        if sign is Sign.IDENTITY_NUMBER:
            return DataClass.INTEGRITY_SENSITIVE
        if sign is Sign.ABSENCE:
            return self.signs[Sign.HEALTH].data_class
        return self.signs[sign].data_class


def parse_wording(content: bytes, *, name: str) -> Wording:
    """The words in the bytes of a file called `name`; raises `PolicyError`."""
    return validated(Wording, read_text(content, name=name, error=PolicyError), error=PolicyError)


def load_wording(policies: Path, country: str) -> Wording:
    """The words of a country's language, from the folder `wording` beside the policies.

    Raises `PolicyError`, also when the file cannot be read.
    """
    name = "da.yaml" if country == "DK" else "sv.yaml"
    return parse_wording(content_beside(policies, FOLDER, name), name=name)
