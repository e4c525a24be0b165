"""What is written about an incident names nobody by number or address (A-29, art. 33(3))."""

from __future__ import annotations

from datetime import date

import pytest

from console.test_numbers import official_test_numbers
from lifecycle.incident.naming import (
    ABOUT_WHAT_HAPPENED,
    CONTACT,
    NUMBER,
    names_somebody,
)
from lifecycle.incident.words import Topic

TODAY = date(2026, 11, 22)
NUMBERS = official_test_numbers()
ONE = next(number for number in NUMBERS if number.startswith("19"))
LATER = next(number for number in NUMBERS if number.startswith("20") and int(number[6:8]) > 60)
CPR = "010157-5014"


def judged(text: str, topic: Topic = Topic.HAPPENED, country: str = "SE") -> str | None:
    ours = ("dataskydd@example.se", "08-123 45 67")
    return names_somebody(text, topic, country=country, today=TODAY, ours=ours)


SPELLINGS = [
    "{0}",
    "{0:.8}-{1}",
    "{2}-{1}",
    "{2}{1}",
    "{2} {1}",
    "{0:.8} {1}",
    "{2} - {1}",
    "{2}–{1}",
    "{2}\n{1}",
    "({2}-{1})",
    "personnummer:{2}{1},",
    "{2}\u00ad-{1}",
]


@pytest.mark.parametrize("spelled", SPELLINGS)
@pytest.mark.parametrize("number", [ONE, LATER], ids=["personnummer", "samordningsnummer"])
def test_a_swedish_number_is_known_however_it_is_typed(number: str, spelled: str) -> None:
    typed = spelled.format(number, number[8:], number[2:8])
    for topic in Topic:
        assert judged(f"Mejlet om {typed} gick fel.", topic) == NUMBER


def test_in_digits_of_another_alphabet_too() -> None:
    assert judged(ONE.translate({ord(str(n)): 0x0660 + n for n in range(10)})) == NUMBER
    assert judged(ONE.translate({ord(str(n)): 0xFF10 + n for n in range(10)})) == NUMBER


@pytest.mark.parametrize("typed", [CPR, "0101575014", "010157 5014", "010157 – 5014"])
def test_a_danish_number_is_known_however_it_is_typed(typed: str) -> None:
    assert judged(f"Mailen om {typed} blev sendt forkert.", country="DK") == NUMBER


def test_the_other_countrys_number_counts_where_nobody_would_write_anything_else_so() -> None:
    assert judged(CPR) == NUMBER
    assert judged(f"{ONE[:8]}-{ONE[8:]}", country="DK") == NUMBER


@pytest.mark.parametrize(
    "typed",
    [
        "en.person@example.se",
        "<En.Person@example.dk>",
        "070-123 45 67",
        "0701234567",
        "+46 70 123 45 67",
        "0046701234567",
        "08-765 43 21",
        "031-12 34 56",
        "+45 12 34 56 78",
        "22 33 44 55",
    ],
)
def test_a_mailbox_and_a_telephone_are_refused_where_it_tells_what_happened(typed: str) -> None:
    for topic in Topic:
        wanted = CONTACT if topic in ABOUT_WHAT_HAPPENED else None
        assert judged(f"Det gick till {typed}.", topic) == wanted, topic


@pytest.mark.parametrize(
    "text",
    [
        "Mejlet gick ut 2026-11-02 kl 08:15 och drogs tillbaka 2026-11-03.",
        "Mellan 2026-11-02 - 2026-11-05, 07.30-08.15, i sal 12-34.",
        "412 elever, 1 250 000 rader, fil 20261102.xlsx, ärende DI-2026-12345.",
        "Organisationsnummer 556677-8899 och 212000-0142.",
        "Skriv till dataskydd@example.se eller ring 08-123 45 67.",
        "Server 192.168.10.12, version 3.11.4, port 8443.",
        "Referens B-0123456789ABC och P-2T441P0KJ5AQ8.",
        f"{ONE[:8]}",
        f"{ONE[:11]}{(int(ONE[11]) + 1) % 10}",
    ],
)
def test_days_hours_counts_and_references_name_nobody(text: str) -> None:
    for country in ("SE", "DK"):
        assert judged(text, country=country) is None
