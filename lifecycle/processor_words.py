"""How offices write their lists of processors: headers and words, as data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

from pydantic import model_validator

from lifecycle.configuration.problems import PolicyError
from lifecycle.configuration.validated import Part, validated
from lifecycle.policy.beside import read_beside

FOLDER: Final = "lists"
"""Beside the policy files, in a folder of its own: a file there is no policy."""
_NAME: Final = "processors.yaml"
_NOTHING: Final = re.compile(r"[\s.\-–_/()]+")

Column = Literal[
    "called",
    "policy_name",
    "kind",
    "does",
    "systems",
    "agreement",
    "agreement_from",
    "agreement_until",
    "instruction_on",
    "suitability",
    "suitability_on",
    "audit_on",
    "country",
    "ground",
    "sub_processors",
    "decision",
    "decided_on",
    "recommended",
    "compulsory",
]
Vocabulary = Literal["kind", "agreement", "suitability", "decision", "yes_no", "ground", "country"]


def plain(text: str) -> str:
    """Two spellings of the same header or word are the same: case, blanks, dots, dashes, slashes
    and brackets do not count."""
    return _NOTHING.sub("", text.casefold())


class ListWords(Part):
    """The words of such lists."""

    version: Literal[1]
    columns: dict[Column, tuple[str, ...]]
    words: dict[Vocabulary, dict[str, tuple[str, ...]]]
    nothing: tuple[str, ...]
    unnamed: tuple[str, ...]
    within_eea: tuple[str, ...]

    @model_validator(mode="after")
    def _each_once(self) -> ListWords:
        seen: dict[str, str] = {}
        for column, aliases in self.columns.items():
            for alias in aliases:
                if seen.setdefault(plain(alias), column) != column:
                    raise ValueError(f"columns: '{alias}' means two things; keep it once")
        for name, meanings in self.words.items():
            seen = {}
            for meaning, words in meanings.items():
                for word in words:
                    if seen.setdefault(plain(word), meaning) != meaning:
                        raise ValueError(f"words.{name}: '{word}' means two things; keep it once")
        for word in self.nothing:
            if self.is_unnamed(word):
                raise ValueError(f"unnamed: '{word}' means two things; keep it once")
        return self

    def column_of(self, header: str) -> Column | None:
        """What a header means; None: a column that is not taken in."""
        wanted = plain(header)
        for column, aliases in self.columns.items():
            if any(plain(alias) == wanted for alias in aliases):
                return column
        return None

    def meaning(self, vocabulary: Vocabulary, word: str) -> str | None:
        """What a word means; None where nobody knows it."""
        wanted = plain(word)
        for meaning, words in self.words.get(vocabulary, {}).items():
            if plain(meaning) == wanted or any(plain(each) == wanted for each in words):
                return meaning
        return None

    def title_of(self, column: Column, header: str = "") -> str:
        """A column's known title: as `header` writes it, else the first that is known."""
        titles = self.columns.get(column, (column,))
        return next((each for each in titles if plain(each) == plain(header)), titles[0])

    def is_nothing(self, word: str) -> bool:
        """Whether it says that there is none, or nothing at all: `Nej`, `inga`, `–`, `?`."""
        told = any(char.isalnum() for char in word)
        return not told or plain(word) in {plain(each) for each in self.nothing}

    def is_unnamed(self, word: str) -> bool:
        """Whether it says that there is one, and not which or when: `Ja`."""
        return plain(word) in {plain(each) for each in self.unnamed}

    def is_within_eea(self, word: str) -> bool:
        """Whether it says no more than that data stays in the European Economic Area."""
        return plain(word) in {plain(each) for each in self.within_eea}


def load_list_words(policies: Path) -> ListWords:
    """The words from the folder `lists` beside the policies. Raises `PolicyError`, also when the
    file cannot be read."""
    return validated(ListWords, read_beside(policies, FOLDER, _NAME), error=PolicyError)
