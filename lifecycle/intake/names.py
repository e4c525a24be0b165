"""A person's name as far as it tells a wholly different person: folded words in any order."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from lifecycle.intake.fields import FAMILY_NAME, GIVEN_NAME
from lifecycle.intake.text import CLOSER_LOOK, WORDS_LATIN_1, fold_words


def name_tokens(name: str) -> str:
    """The folded words of a name, each once, sorted, joined by one space."""
    try:
        words = name.encode("latin-1").translate(WORDS_LATIN_1).decode("latin-1")
    except UnicodeEncodeError:
        words = CLOSER_LOOK
    parts = fold_words(name) if CLOSER_LOOK in words else words.split()
    return " ".join(sorted(set(parts)))


def names_of_identity(identity: bytes, /) -> str:
    """The same of an opened identity holding."""
    kept = orjson.loads(identity)
    return name_tokens(f"{kept.get(GIVEN_NAME, '')} {kept.get(FAMILY_NAME, '')}")


class PlaceholderPersons:
    """The persons that Arbetsförmedlingen puts where it has none, e.g. Felaktig Sokandeld."""

    __slots__ = ("_hints", "_names")

    def __init__(self, names: Iterable[str]) -> None:
        self._names = [words for name in names if (words := frozenset(fold_words(name)))]
        self._hints = [max(words, key=len) for words in self._names]

    def matches(self, tokens: str) -> bool:
        """Whether the name words `tokens` hold all words of a placeholder's name."""
        for hint in self._hints:
            if hint in tokens:
                words = frozenset(tokens.split())
                return any(name <= words for name in self._names)
        return False
