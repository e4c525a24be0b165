"""The words of a language: frames of sentences for all controllers, and the terms of one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Final, Literal

from pydantic import Field, model_validator

from lifecycle.configuration.problems import PolicyError
from lifecycle.configuration.validated import Part, validated
from lifecycle.policy.beside import read_beside
from lifecycle.policy.notices import Language
from lifecycle.policy.values import Name, Sentence

FOLDER: Final = "notices"
"""Beside the policy files, in a folder of its own: a file there is no policy."""
PHRASES: Final = "phrases"
MASTER: Final[Language] = "sv"
"""The language that the frames were written in first; the others follow it."""


class Lengths(Part):
    """How a length of time is written: the forms that the language's grammar asks for."""

    year: dict[str, str]
    month: dict[str, str]
    day: dict[str, str]
    joined: str

    @model_validator(mode="after")
    def _always_one_that_fits(self) -> Lengths:
        for unit in (self.year, self.month, self.day):
            if "other" not in unit:
                raise ValueError("the form `other` is missing: it is for every number left over")
            for form in unit.values():
                if not _gaps_or_none(form) <= {"n"}:
                    raise ValueError(f"'{form}' has another gap than {{n}}")
        if _gaps_or_none(self.joined) != {"a", "b"}:
            raise ValueError(f"joined: '{self.joined}' needs the gaps {{a}} and {{b}}")
        return self


class Reviewed(Part):
    """Who has read a translation, whose mother tongue it is: an office, never a name."""

    by: Sentence
    on: date


class Phrases(Part):
    """One language's frames, for every controller."""

    version: Literal[1]
    language: Language
    name: Sentence = Field(description="what the language calls itself")
    direction: Literal["ltr", "rtl"]
    follows: str | None = Field(
        default=None, description="the version of the Swedish frames that these were made from"
    )
    reviewed: Reviewed | None = None
    digits: str | None = Field(
        default=None, min_length=10, max_length=10, description="for lengths of time: 0 to 9"
    )
    lengths: Lengths
    between: str = Field(description="what stands between the things of a list")
    phrases: dict[Name, str]

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits: what a translation of these frames follows."""
        return _fingerprint(self.phrases)


class Translated(Part):
    """A word of a controller's, beside the words that it translates."""

    of: Sentence = Field(description="what the governing language says")
    says: Sentence


class Terms(Part):
    """One language's words for the parts of one policy."""

    version: Literal[1]
    language: Language
    reviewed: Reviewed | None = None
    terms: dict[Name, dict[Name, str | Translated]]


def gaps(phrase: str) -> frozenset[str]:
    """The names of the gaps in a phrase. Raises `ValueError` for a brace without its fellow."""
    return frozenset(name for _, name, _, _ in Formatter().parse(phrase) if name is not None)


def _gaps_or_none(phrase: str) -> frozenset[str]:
    try:
        return gaps(phrase)
    except ValueError:
        raise ValueError(f"'{phrase}' has a brace {{ or }} that stands alone") from None


def load_phrases(policies: Path, language: Language) -> Phrases:
    """The frames of `language`. Raises `PolicyError`, also for a file that cannot be read."""
    text = read_beside(policies, FOLDER, f"{PHRASES}/{language}.yaml")
    found = validated(Phrases, text, error=PolicyError)
    problems = []
    if found.language != language:
        problems.append(text.problem(("language",), f"the file's name says {language}"))
    for key, phrase in found.phrases.items():
        try:
            gaps(phrase)
        except ValueError:
            problems.append(text.problem(("phrases", key), "a brace { or } stands alone"))
    if problems:
        raise PolicyError(problems)
    return found


def load_terms(policies: Path, folder: str, language: Language) -> Terms:
    """A controller's words in `language`, of the folder that the notice names as its `text`.

    Raises `PolicyError`, also for a file that cannot be read.
    """
    text = read_beside(policies, FOLDER, f"{folder}/{language}.yaml")
    found = validated(Terms, text, error=PolicyError)
    if found.language != language:
        raise PolicyError([text.problem(("language",), f"the file's name says {language}")])
    return found


def _fingerprint(phrases: Mapping[str, str]) -> str:
    text = json.dumps(dict(phrases), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
