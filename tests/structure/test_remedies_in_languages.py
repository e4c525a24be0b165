"""The Swedish and the Danish sentences say what the English ones say: the same codes, the same
commands, and nothing left out."""

from __future__ import annotations

import re
from typing import Final

import pytest

from lifecycle.accountability.report import Language
from tasks.house.redaction import mask
from tasks.remedies.danish import every as danish
from tasks.remedies.every import Remedy, listed_codes, listed_kinds, remedy_for
from tasks.remedies.swedish import every as swedish

LANGUAGES: Final[tuple[Language, ...]] = ("sv", "da")
TO_TYPE: Final = re.compile(
    r"`[^`]+`"  # a command, a field of a policy or of the bindings
    r"|\b[A-Z]+(?:_[A-Z]+)+\b(?:=\w+)?"  # a setting
    r"|chmod \d+|--[a-z-]+|\b[\w-]+/[\w./-]+|https?://\S+"
)
"""What a person types or looks up, the same in every language."""
ENGLISH: Final = re.compile(
    r"\b(the|and|then|rerun|nothing|was|were|with|been|ledger|witness|staging|"
    r"is|of|not|this|that|which|anew|recipient)\b",
    re.IGNORECASE,
)
ONLY_SWEDISH: Final = re.compile(r"[äö]|\b(och|inte|inget|för att|kör om)\b", re.IGNORECASE)
ONLY_DANISH: Final = re.compile(r"[æø]|\b(og|ikke|intet|af|hvad)\b", re.IGNORECASE)
CODES: Final = sorted(listed_codes("sv"))


def typed(remedy: Remedy) -> set[str]:
    """What the three sentences together tell to type."""
    return set(TO_TYPE.findall(" ".join(remedy)))


def test_what_is_listed_in_one_language_is_listed_in_the_other() -> None:
    assert listed_codes("sv") == listed_codes("da")
    assert len(CODES) >= 50


def test_each_is_a_code_that_there_is() -> None:
    assert listed_codes("sv") <= listed_codes()


def test_every_class_of_errors_has_both() -> None:
    assert listed_kinds("sv") == listed_kinds("da") == listed_kinds()


def test_no_list_of_codes_takes_a_code_from_another() -> None:
    for language in (swedish, danish):
        assert len(language.BY_CODE) == sum(map(len, language.LISTS))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_the_three_sentences_say_the_same_to_type(code: str, language: Language) -> None:
    _is_well_said(remedy_for(code, language=language), remedy_for(code), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(listed_kinds()))
def test_those_of_a_class_likewise(kind: str, language: Language) -> None:
    own, english = (remedy_for("any_code", kind=kind, language=each) for each in (language, "en"))
    _is_well_said(own, english, language)


def _is_well_said(own: Remedy, english: Remedy, language: Language) -> None:
    assert len(own) == 3
    for sentence in own:
        assert sentence.strip() == sentence
        assert sentence.endswith(".")
        words = TO_TYPE.sub("", sentence)
        assert not ENGLISH.search(words), sentence
        other = ONLY_DANISH if language == "sv" else ONLY_SWEDISH
        assert not other.search(words.replace("Arbetsförmedlingen", "")), sentence
        assert mask(sentence) == sentence  # what a page would blacken
    assert typed(own) == typed(english)
    assert not any("*" in sentence for sentence in english)  # set in italics on the page
    assert own != english


def test_a_code_without_words_of_its_own_is_told_by_its_class() -> None:
    for language in LANGUAGES:
        told = remedy_for("nobody_words_this", kind="KeyFailure", language=language)
        assert told == remedy_for("", kind="KeyFailure", language=language)
        assert told != remedy_for("nobody_words_this", kind="KeyFailure")
        unknown = remedy_for("unexpected_error", language=language)
        assert remedy_for("nobody_words_this", language=language) == unknown
        assert remedy_for("nobody_words_this", kind="KeyError", language=language) == unknown


def test_a_code_that_only_english_knows_is_not_told_by_what_its_class_says_in_general() -> None:
    [code, *_] = sorted(listed_codes() - listed_codes("sv"))
    assert remedy_for(code, kind="Refused", language="sv") == remedy_for(code)


def test_the_check_itself_finds_a_command_that_is_missing() -> None:
    one = Remedy("A.", "B.", "Run `gallra doctor` in GALLRA_HOME, chmod 600.")
    assert typed(one) == {"`gallra doctor`", "GALLRA_HOME", "chmod 600"}
