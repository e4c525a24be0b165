"""Every answer says what was decided, why, and where to complain, in each of three languages."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import get_args

import pytest

from lifecycle.opening import Language
from lifecycle.rights import Because, Longer, Outcome, Right, reasons_for
from lifecycle.rights_letter import EXTENDED, RECEIVED, REFUSED, Facts, letter

LANGUAGES: tuple[Language, ...] = get_args(Language)
FACTS = Facts(
    ref="Q-0123456789ABC",
    company="Exempelskolan AB",
    mailbox="dataskydd@example.se",
    authority="Integritetsskyddsmyndigheten",
    authority_contact="www.example.se/klaga",
    received_on=date(2026, 11, 2),
    due_on=date(2026, 12, 2),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_letter_for_every_right_and_every_answer(language: Language) -> None:
    seen = set()
    for right in Right:
        for what in (*Outcome, REFUSED, EXTENDED, RECEIVED):
            because = sorted(reasons_for(right)) if what in {REFUSED, Outcome.PARTLY} else ()
            made = letter(language, right, what, FACTS, because=because, longer=Longer.COMPLEX)
            assert FACTS.ref in made.subject
            assert all(
                one in made.text
                for one in (FACTS.company, FACTS.mailbox, FACTS.authority, FACTS.authority_contact)
            )
            assert made.text.count("\n- ") == len(because)
            assert "{" not in made.text
            seen.add(made.text)
    assert len(seen) == len(Right) * 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_of_its_own(language: Language) -> None:
    texts = {
        letter(language, right, REFUSED, FACTS, because=[one]).text
        for right, one in product(Right, Because)
    }
    assert len(texts) == len(Right) * len(Because)


def test_who_waits_longer_is_told_until_when_and_why() -> None:
    made = letter("sv", Right.ACCESS, EXTENDED, FACTS, longer=Longer.MANY).text
    assert "senast den 2026-12-02" in made
    assert "vi har fått många begäranden" in made


def test_no_refusal_and_no_extension_goes_without_its_reason() -> None:
    for what in (REFUSED, Outcome.PARTLY, EXTENDED):
        with pytest.raises(ValueError, match="gives its reason"):
            letter("da", Right.ERASURE, what, FACTS)


def test_what_must_stay_is_said_in_a_refusal_and_in_no_yes() -> None:
    stays = ["betyg: sparas för alltid"]
    no = letter("sv", Right.ERASURE, REFUSED, FACTS, because=[Because.MUST_BE_KEPT], stays=stays)
    assert "- betyg: sparas för alltid" in no.text
    yes = letter("sv", Right.ERASURE, Outcome.GRANTED, FACTS, stays=stays)
    assert "betyg" not in yes.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_are_short(language: Language) -> None:
    """H-61: short, clear and plain: nobody has to read a sentence of more than thirty words."""
    for right in Right:
        text = letter(language, right, Outcome.GRANTED, FACTS).text
        for sentence in text.replace("\n", " ").split(". "):
            assert len(sentence.split()) <= 30, sentence
