"""What recipients are told, in each language, and that nobody stands in it."""

from __future__ import annotations

import itertools
import re
from datetime import date
from typing import get_args

import pytest

from lifecycle.opening import Language, Letter
from lifecycle.policy.values import Period, Term
from lifecycle.telling import Because, due_on
from lifecycle.telling_letter import telling_letter

REF = "X-0123456789ABC"
EVERY = [*itertools.product(get_args(Language), Because)]


def letter(language: Language, because: Because, *numbers: int) -> Letter:
    return telling_letter(
        language,
        because,
        ref=REF,
        company="Exempelskolan AB",
        mailbox="dataskydd@example.se",
        numbers=numbers,
    )


def test_an_erasure_in_swedish() -> None:
    told = letter("sv", Because.ERASED, 2, 5)
    assert told.subject == f"Underrättelse om {REF}"
    assert told.text == (
        "Hej!\n\n"
        f"Ni har fått filen {REF} från Exempelskolan AB. Det här gäller personerna nr 2, 5 i den."
        "\n\n"
        "Uppgifter som filen innehåller har raderats hos oss. Radera dem hos er också, i filen och "
        "överallt dit de har förts, om ni inte har en egen rättslig grund att behålla dem.\n\n"
        "Har ni lämnat uppgifterna vidare: underrätta den som fick dem. Har ni dem inte kvar "
        "behöver ni inte göra något.\n\n"
        "Detta är en underrättelse enligt artikel 19 i dataskyddsförordningen.\n\n"
        f"Frågor: dataskydd@example.se. Ange {REF} och numret, inga namn.\n"
    )


def test_a_restriction_in_danish_of_one() -> None:
    told = letter("da", Because.RESTRICTED, 1)
    assert told.subject == f"Underretning om {REF}"
    assert "Dette drejer sig om person nr. 1 i den." in told.text
    assert "Gem dem, men brug dem ikke" in told.text


@pytest.mark.parametrize("language", get_args(Language))
def test_of_whom_nobody_knows_any_more_it_says_so(language: Language) -> None:
    told = letter(language, Because.RECTIFIED)
    assert not re.search(r"n[ro]\.? [0-9]|[{}]", told.text)
    assert len(told.text) < len(letter(language, Because.RECTIFIED, *range(1, 40)).text)


@pytest.mark.parametrize(("language", "because"), EVERY)
def test_every_one_is_whole_and_short(language: Language, because: Because) -> None:
    told = letter(language, because, 3)
    assert REF in told.subject
    assert told.text.count(REF) == 2
    for fact in ("Exempelskolan AB", "dataskydd@example.se", "19", "3"):
        assert fact in told.text
    assert not re.search(r"[{}]", told.subject + told.text)
    assert len(told.text) < 1000


def test_each_tells_something_else() -> None:
    assert len({letter(*one, 3).text for one in EVERY}) == len(EVERY)


def test_a_last_day_is_counted_as_the_calendar_goes_or_there_is_none() -> None:
    assert due_on(date(2027, 1, 31), Period.parse("P1M")) == date(2027, 2, 28)
    assert due_on(date(2027, 1, 31), Period.parse("P14D")) == date(2027, 2, 14)
    assert due_on(date(2027, 1, 31), Term.UNDECIDED) is None
