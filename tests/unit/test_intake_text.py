"""The fast ways of looking at text give what the slow ones give, for every character."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.intake.names import name_tokens
from lifecycle.intake.text import clean, fold, fold_row, fold_words, has_control

_BLANKS = "\t\r\n"
_BIDI = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


def test_every_control_and_bidi_character_is_found_and_no_letter_is() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        category = unicodedata.category(char)
        found = has_control(f"Prov{char}berg")
        if category in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in _BIDI:
            assert found is (char not in _BLANKS), hex(code)
        elif category[0] in "LMNPZ":
            assert not found, hex(code)


@pytest.mark.parametrize("escaped", ["_x0000_", "_x0007_", "_x001B_", "_x001b_", "_x202E_"])
def test_control_characters_as_xlsx_escapes_them_are_found(escaped: str) -> None:
    assert has_control(f"Prov{escaped}berg")


@pytest.mark.parametrize("text", ["_x000A_", "_x000D_", "_x0041_", "fil_x00", "Prov\u00a0berg"])
def test_escaped_line_breaks_and_letters_are_no_control_characters(text: str) -> None:
    assert not has_control(text)


LATIN_1 = st.text(st.characters(max_codepoint=255))


@given(LATIN_1)
def test_name_words_are_the_same_beyond_latin_1(name: str) -> None:
    assert name_tokens(name) == " ".join(sorted(set(fold_words(name))))
    assert name_tokens(f"{name} Łódź").split() == sorted({*name_tokens(name).split(), "łodz"})


@given(st.text(), st.sampled_from(["skydd", "SKYDD", "Förmedlingsuppdrag", "fo\u0308rmedling"]))
def test_a_word_is_found_whatever_stands_around_it(text: str, word: str) -> None:
    folded, _ = fold_row(f"{text}|{word}|{text}")
    assert fold(word) in folded


@given(st.text())
def test_a_plain_row_needs_no_more_than_trimming(text: str) -> None:
    _, plain = fold_row(text)
    if plain:
        assert clean(text) == text.strip() == unicodedata.normalize("NFC", text.strip())
        assert not has_control(text)
        assert text.isprintable() or "\u00a0" in text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Prov\r\nsjö\t", "Prov sjö"),
        ("A\u030asa", "Åsa"),
        ("\ufeffProv\u200bsjö", "Provsjö"),
        ("\u200b \u00a0Prov", "Prov"),
    ],
)
def test_text_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
