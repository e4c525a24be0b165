"""The rows of Arbetsförmedlingen's participant export as MSFA writes them, columns A to AD."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from console.sample_people import Person

Cell = str | int | float | date | None
Row = list[Cell]


class Col(IntEnum):
    """Positions of the columns, 0 = A."""

    CASE = 0
    ORDER = 1
    GIVEN = 2
    FAMILY = 3
    IDENTITY = 4
    HOME_ADDRESS = 5
    SITE_ADDRESS = 6
    POSTCODE = 7
    PHONE = 8
    MAIL = 9
    SERVICE = 10
    LEVEL = 11
    LANGUAGE_SUPPORT = 12
    START = 13
    END = 14
    SUPPLIER = 15
    ORGANISATION = 16
    TRACK = 17
    SITE = 18
    SITE_ID = 19
    OFFICE_ID = 20
    INTERPRETER = 21
    FREQUENCY = 22
    BROKE_OFF = 23
    EXPORTED_BEFORE = 24
    TOWN = 25
    SUPERVISOR = 26
    EXTENSION = 27
    FINAL_REPORT = 28
    RESULT_REPORT = 29


HEADER: Final = (
    "Genomförandereferens",
    "Ordernummer",
    "Förnamn",
    "Efternamn",
    "Personnummer",
    "Folkbokföringsadress",
    "Utförande adress",
    "Postnummer",
    "Telefon",
    "Mail",
    "Tillhörande tjänst",
    "Nivå",
    "Språkstöd",
    "Startdatum",
    "Slutdatum",
    "LeverantorsId",
    "Organisationsnummer",
    "Sparkod",
    "Utförande verksamhet",
    "UtforandeVerksamhetId",
    "AnsvarigtKontorId",
    "Tolkbehov",
    "Deltagandefrekvens",
    "Avbrott",
    "TidigareExporterad",
    "Postort",
    "Handledare",
    "Förlängning",
    "Inskickad slutredovisning",
    "Inskickad resultatredovisning",
)
"""The spellings of the portal, which mixes them itself."""

RESERVED_CASES: Final = 300_000_000
"""Ordinary rows count their cases up from here, special rows down from here."""
_RANGES: Final = 60
_CASES_OF_A_RANGE: Final = 10_000_000
"""More than the largest sample needs; nine digits are enough for all ranges."""


def first_case(seed: int) -> int:
    """Where the cases of a seed's sample begin: another seed's sample is about other cases."""
    return RESERVED_CASES + range_of(seed) * _CASES_OF_A_RANGE


def range_of(seed: int) -> int:
    """The number of a seed's range; seeds that differ by less than sixty never share one."""
    return seed % _RANGES


_SERVICES: Final = ("Rusta och matcha 2", "Karriärvägledning")
_SITES: Final = ("Provsjö lärcenter", "Exempelköpings lärcenter", "Diktafors kompetenscenter")
_SUPERVISORS: Final = ("Handledare Ett", "Handledare Två", "Handledare Tre")
_ORGANISATION: Final = "999999-0007"
_FIRST_START: Final = date(2025, 1, 7)
_LAST_DAY_OF_SAMPLE: Final = date(2026, 10, 30)


def base_row(person: Person, *, case: int, start: date, rng: random.Random) -> Row:
    """One order of one person, its first level, six months long."""
    site = rng.randrange(len(_SITES))
    end = start + timedelta(days=181)
    return [
        case,
        f"RM{start:%y%m}{case % 1_000_000:06d}",
        person.given_name,
        person.family_name,
        person.national_id,
        person.street,
        f"Kursgatan {site + 1}",
        person.postcode,
        person.phone,
        person.mail,
        _SERVICES[rng.random() < 0.15],
        "A",
        person.language,
        start.isoformat(),
        end.isoformat(),
        "L-0001",
        _ORGANISATION,
        f"A012SP{rng.randrange(1, 4)}",
        _SITES[site],
        7001 + site,
        801 + site,
        person.language and rng.choice(("Ja", "Nej", "Nej")),
        rng.choice(("Heltid", "Deltid 50 %", "Deltid 75 %")),
        None,
        "Nej",
        person.town,
        _SUPERVISORS[rng.randrange(3)],
        "Nej",
        None,
        None,
    ]


def ordinary_rows(
    people: Sequence[Person], count: int, rng: random.Random, *, case: int = RESERVED_CASES
) -> Iterator[Row]:
    """`count` acceptable rows; most people fill several: one order after the other, a level
    higher each time, some extended, some broken off. Their cases count up from `case`."""
    written = 0
    position = 0
    while written < count:
        person = people[position % len(people)]
        position += 1
        start = _FIRST_START + timedelta(days=rng.randrange(300))
        for level in "ABC"[: rng.choice((1, 2, 2, 3, 3))]:
            if written == count or start > _LAST_DAY_OF_SAMPLE:
                break
            row = base_row(person, case=case, start=start, rng=rng)
            row[Col.LEVEL] = level
            _vary(row, start, rng)
            yield row
            case += 1 + rng.randrange(7)
            written += 1
            start += timedelta(days=190)


def _vary(row: Row, start: date, rng: random.Random) -> None:
    chance = rng.random()
    if chance < 0.12:
        row[Col.EXTENSION] = "Ja"
        row[Col.END] = (start + timedelta(days=272)).isoformat()
    elif chance < 0.22:
        row[Col.BROKE_OFF] = (start + timedelta(days=rng.randrange(20, 150))).isoformat()
    elif chance < 0.5:
        row[Col.FINAL_REPORT] = (start + timedelta(days=180)).isoformat()
        row[Col.RESULT_REPORT] = (start + timedelta(days=181)).isoformat()
