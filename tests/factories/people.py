"""People to plant: official test numbers, and names that occur nowhere else in the world."""

from __future__ import annotations

import random

from console.sample_people import Person
from console.test_numbers import is_coordination_number, official_test_numbers

_SYLLABLES = ("zör", "ky", "våx", "tru", "pläm", "gno", "sjöf", "bri", "kvå", "dwe", "hlo", "njä")
_ENDS = ("hjelm", "flarp", "quist", "snörp", "vrång", "zand")


def canaries(count: int, *, seed: int = 1) -> list[Person]:
    """`count` invented adults, one in ten with a samordningsnummer. Every name, street, mail
    address and number belongs to one of them only, so that a hit says whose data leaked;
    telephone numbers repeat after 95 people."""
    rng = random.Random(seed)
    grown_up = [n for n in official_test_numbers() if "1957" <= n < "1997"]
    plain = [n for n in grown_up if not is_coordination_number(n)]
    coordination = [n for n in grown_up if is_coordination_number(n)]
    numbers = rng.sample(plain, count)
    for position, number in zip(
        range(9, count, 10), rng.sample(coordination, count // 10), strict=True
    ):
        numbers[position] = number
    words = _words(3 * count, rng)
    return [
        Person(
            national_id=number,
            given_name=words[3 * i].capitalize(),
            family_name=words[3 * i + 1].capitalize() + _ENDS[i % len(_ENDS)],
            street=f"{words[3 * i + 2].capitalize()}gatan {17 + i}",
            postcode=f"{100 + i % 60} {10 + i % 90}",
            town="Exempelköping",
            phone=f"070-1740{605 + i % 95}",
            mail=f"{_ascii(words[3 * i])}.{_ascii(words[3 * i + 1])}{i}@example.se",
            language="Tigrinja",
        )
        for i, number in enumerate(numbers)
    ]


def _words(count: int, rng: random.Random) -> list[str]:
    # None of the words may lie inside another: a hit belongs to one person.
    found: list[str] = []
    while len(found) < count:
        word = "".join(rng.choice(_SYLLABLES) for _ in range(4))
        if not any(word in other or other in word for other in found):
            found.append(word)
    return found


def _ascii(word: str) -> str:
    return word.translate(str.maketrans("åäö", "aao"))
