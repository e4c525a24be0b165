"""Words are found whole, with the endings of their language, and never within another word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_EXACT = "="
_ANYTHING = "*"
_REMEMBERED = 50_000
"""Words of which it is remembered whether a pattern can begin with them: hardly ever."""


class Words:
    """A list of patterns, ready to be looked for at any place of a text."""

    def __init__(self, phrases: Iterable[str], endings: Sequence[str]) -> None:
        self._single: set[str] = set()
        self._begins: dict[int, set[str]] = {}
        self._ends: dict[int, set[str]] = {}
        self._may: dict[str, bool] = {}
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            if " " in phrase:
                words = tuple(phrase.split())
                self._phrases.setdefault(words[0], []).append(words)
            elif phrase.endswith(_ANYTHING):
                stem = phrase[:-1]
                self._begins.setdefault(len(stem), set()).add(stem)
            elif phrase.startswith(_ANYTHING):
                self._ends.setdefault(len(phrase) - 1, set()).add(phrase[1:])
            elif phrase.startswith(_EXACT):
                self._single.add(phrase[1:])
            else:
                self._single.update(phrase + ending for ending in endings)

    def at(self, words: Sequence[str], position: int) -> int:
        """How many words from `position` on are one of the patterns; 0: none. `words` are in
        small letters. The longest one counts."""
        first = words[position]
        longest = 0
        for phrase in self._phrases.get(first, ()):
            end = position + len(phrase)
            if len(phrase) > longest and _fits(phrase, words[position:end]):
                longest = len(phrase)
        if longest:
            return longest
        if first in self._single:
            return 1
        return int(
            any(first[:length] in stems for length, stems in self._begins.items())
            or any(first[-length:] in tails for length, tails in self._ends.items())
        )

    def may_begin(self, word: str) -> bool:
        """Whether a pattern can begin with this word."""
        known = self._may.get(word)
        if known is None:
            if len(self._may) >= _REMEMBERED:
                self._may.clear()
            known = self._may[word] = bool(self.at((word,), 0)) or word in self._phrases
        return known

    def anywhere(self, words: Sequence[str]) -> bool:
        """Whether any of the patterns is among the words."""
        return any(
            self.at(words, position) for position, word in enumerate(words) if self.may_begin(word)
        )


def _fits(phrase: tuple[str, ...], words: Sequence[str]) -> bool:
    if len(words) != len(phrase):
        return False
    *whole, last = phrase
    if tuple(words[:-1]) != tuple(whole):
        return False
    if last.endswith(_ANYTHING):
        return words[-1].startswith(last[:-1])
    return words[-1] == last
