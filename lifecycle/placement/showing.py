"""What a text shows of people: identity numbers, health, absence with its reason, other things that
article 9 protects. It is told in kinds and counts; no word of the text is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from lifecycle.placement.identity_numbers import identity_numbers
from lifecycle.placement.wording import Wording
from lifecycle.placement.words import Words
from lifecycle.policy.placement import Sign

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|[\r\n\f\v]+")
_TOKEN: Final = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_REMEMBERED: Final = 50_000
"""Words of which it is known whether they can tell anything."""
_NAME: Final = re.compile(r"[^\W\d_]{2,}")


class Reader:
    """Reads texts of one language. Made once: the lists are laid out here."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        ends = wording.endings
        self._surely = {sign: Words(words.surely, ends) for sign, words in wording.signs.items()}
        self._of_somebody = {
            sign: Words(words.of_somebody, ends) for sign, words in wording.signs.items()
        }
        self._never = {sign: Words(words.never, [""]) for sign, words in wording.signs.items()}
        health = wording.signs[Sign.HEALTH]
        self._absence = Words(wording.absence, [""])
        self._because = Words(health.absent_because, [""])
        self._somebody = frozenset(wording.somebody)
        self._acts = frozenset(wording.acts)
        self._nobody = frozenset(wording.nobody)
        every = (self._surely, self._of_somebody, self._never)
        self._lists = tuple(words for lists in every for words in lists.values())
        self._telling: dict[str, bool] = {}
        self._labels = frozenset(wording.identity_labels)
        self._others = frozenset(wording.other_number_labels)

    def shows(self, text: str, *, today: date, of_somebody: bool = False) -> Counter[Sign]:
        """How often a text shows what. `of_somebody`: the whole text is about one person (a field
        of that person's record), so that words alone are enough. `today`: the local day, for
        identity numbers with two digits of the year."""
        found: Counter[Sign] = Counter()
        for sentence in _SENTENCE.split(text):
            if sentence:
                found.update(self._of_sentence(sentence, today, of_somebody))
        return found

    def _of_sentence(self, sentence: str, today: date, of_somebody: bool) -> Iterator[Sign]:
        for _ in identity_numbers(
            sentence,
            country=self.wording.country,
            today=today,
            labels=self._labels,
            others=self._others,
        ):
            yield Sign.IDENTITY_NUMBER
        spelled = _TOKEN.findall(sentence)
        words = [word.lower() for word in spelled]
        if not words:
            return
        signs: list[Sign] = []
        if any(map(self._may_tell, words)):
            told_of = of_somebody or self._tells_of_somebody(spelled, words)
            signs = list(self._signs(words, told_of))
        if self._absence.anywhere(words) and (
            Sign.HEALTH in signs or self._because.anywhere(words)
        ):
            signs = [sign for sign in signs if sign is not Sign.HEALTH]
            yield Sign.ABSENCE
        yield from signs

    def _signs(self, words: list[str], told_of: bool) -> Iterable[Sign]:
        for sign, surely in self._surely.items():
            lists = [surely, self._of_somebody[sign]] if told_of else [surely]
            never = self._never[sign]
            position = 0
            while position < len(words):
                if not self._may_tell(words[position]):
                    position += 1
                elif skipped := never.at(words, position):
                    position += skipped
                elif length := max(each.at(words, position) for each in lists):
                    yield sign
                    position += length
                else:
                    position += 1

    def _may_tell(self, word: str) -> bool:
        """Whether any pattern begins with this word: hardly ever, so it is remembered."""
        known = self._telling.get(word)
        if known is None:
            if len(self._telling) >= _REMEMBERED:
                self._telling.clear()
            known = self._telling[word] = any(each.may_begin(word) for each in self._lists)
        return known

    def _tells_of_somebody(self, spelled: list[str], words: list[str]) -> bool:
        if not self._somebody.isdisjoint(words):
            return True
        named = [_is_capitalised(word) for word in spelled]
        for position in range(len(words) - 1):
            if not named[position] or words[position] in self._nobody:
                continue
            # "Tuva Exempelsson …", or "Omar har …".
            if named[position + 1] or words[position + 1] in self._acts:
                return True
        return False


def _is_capitalised(word: str) -> bool:
    return word[0].isupper() and word[1:].islower() and _NAME.fullmatch(word) is not None
