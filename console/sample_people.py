"""Invented people for samples: nobody is called this, lives there or answers these phones."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_GIVEN: Final = _words(
    "Anna Björn Cecilia David Elin Fredrik Gunilla Håkan Ingrid Jonas Karin Lars Maria Nils "
    "Olof Petra Rikard Sofia Tomas Ulrika Viktor Åsa Örjan Amina Yusuf Fatima Omar Leila Hassan "
    "Zahra Ali Mariam Ibrahim Hodan Abdi Selam Tesfaye Rahel Yonas Parisa Reza Shirin Navid "
    "Olena Andrij Oksana Dmytro Jelena Goran Mirjana Zoran Agnieszka Piotr Thanh Minh Siriporn "
    "Somchai Carmen José Renée François Zoë Günther Maja-Lena Karl-Erik Per-Åke Anna-Karin"
)
_STEMS: Final = _words(
    "Exempel Prov Påhitts Låtsas Sago Dikt Fiktiv Tänke Övnings Mönster Skugg Luft Halm "
    "Papp Pappers Drömme Nonsens Skämt"
)
_ENDINGS: Final = _words(
    "son berg ström lund qvist gren dal vik zadeh yan ovic oglu ski ani wala pour nen mäki"
)
_PREFIXES: Final = ("", "", "", "", "", "", "Al-", "El ", "von ", "Abu ", "Ben ", "Da ")
_STREETS: Final = _words(
    "Påhittsgatan Exempelvägen Låtsasgränd Sagostigen Provtorget Övningsbacken Luftslottsvägen "
    "Mönstergatan Drömgränd Nonsensplan"
)
_TOWNS: Final = _words(
    "Exempelköping Provsjö Låtsasby Påhittsvik Sagoberga Övningstorp Mönsterby Diktafors"
)
_LANGUAGES: Final = _words("Arabiska Dari Somaliska Tigrinja Ukrainska Persiska Thailändska Polska")
_PHONES: Final = (
    ("070-174", 605, 95, "0{:03d}"),
    ("031-390", 600, 100, "0{:03d}"),
    ("040-628", 400, 100, "0{:03d}"),
    ("08-465", 400, 100, "00{:03d}"),
    ("0980-319", 200, 100, "{:03d}"),
)
"""The number ranges that PTS keeps free for books and films."""


class Person(NamedTuple):
    """Someone in a sample export; every value is text as an office would see it."""

    national_id: str
    """Twelve digits, an official test number."""
    given_name: str
    family_name: str
    street: str
    postcode: str
    town: str
    phone: str
    mail: str
    language: str
    """Language support; "" if none."""


def invent_people(numbers: Sequence[str], rng: random.Random) -> Iterator[Person]:
    """One invented person for each of `numbers`, the same ones for the same `rng` state.

    A number has the same name whatever that state: it is one person in every sample.
    """
    for position, number in enumerate(numbers):
        own = random.Random(number)  # noqa: S311 -- a name must come out the same every time
        given = own.choice(_GIVEN)
        family = own.choice(_PREFIXES) + own.choice(_STEMS) + own.choice(_ENDINGS)
        place = rng.randrange(len(_TOWNS))
        street, stairs = rng.choice(_STREETS), rng.choice(("", "", " A", " B"))
        yield Person(
            national_id=number,
            given_name=given,
            family_name=family,
            street=f"{street} {rng.randrange(1, 90)}{stairs}",
            postcode=f"{100 + place * 7:03d} {rng.randrange(10, 99)}",
            town=_TOWNS[place],
            phone=_phone(rng),
            mail=f"{_ascii(given)}.{_ascii(family)}.{position}@example.se",
            language=rng.choice(_LANGUAGES) if rng.random() < 0.4 else "",
        )


def _phone(rng: random.Random) -> str:
    prefix, first, count, form = rng.choice(_PHONES)
    return prefix + form.format(rng.randrange(first, first + count))


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "")
