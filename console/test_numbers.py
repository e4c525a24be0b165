"""Only Skatteverket's official test numbers stand in for people: no living person has one."""

from __future__ import annotations

import gzip
from functools import cache
from importlib import resources

COORDINATION_DAY = 60
"""A samordningsnummer is written with the day of birth plus this."""


@cache
def official_test_numbers() -> tuple[str, ...]:
    """Every number that Skatteverket publishes for tests: twelve digits each, ascending,
    personnummer and samordningsnummer together."""
    packed = resources.files("console").joinpath("test_numbers.txt.gz").read_bytes()
    return tuple(gzip.decompress(packed).decode("ascii").split())


def is_coordination_number(number: str) -> bool:
    """Whether a twelve-digit number is a samordningsnummer."""
    return int(number[6:8]) >= COORDINATION_DAY


def is_partly_unknown(number: str) -> bool:
    """Whether a samordningsnummer leaves the month or the day of birth open (00, 60)."""
    return number[4:6] == "00" or number[6:8] == "60"


def check_digit(nine_digits: str) -> int:
    """The tenth digit by Luhn's rule, for the deliberately wrong numbers of a sample."""
    total = 0
    for place, digit in enumerate(nine_digits):
        product = int(digit) * (2 - place % 2)
        total += product - 9 if product > 9 else product
    return -total % 10
