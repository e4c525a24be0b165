"""A unit of adult education: each month people begin, and some of those who are there leave."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from console.sample_people import Person
from tests.factories.houses import HEADER

_BEGIN_EACH_MONTH = 3


@dataclass
class Participant:
    """Somebody who takes part, and their case."""

    person: Person
    case: int
    began: date
    leaves: date
    street: str

    @property
    def line(self) -> str:
        """As Arbetsförmedlingen's export has it."""
        who = self.person
        fields = (
            *(str(self.case), who.given_name, who.family_name, who.national_id, self.street),
            *(who.postcode, who.town, who.phone, who.mail, "Rusta och matcha"),
            *(self.began.isoformat(), self.leaves.isoformat(), "", "Exempelenhet Nord"),
        )
        return ";".join(fields)


def participants(people: list[Person], first_month: date, months: int) -> list[Participant]:
    """Three begin on the fifth of each month and stay for two to six months, or much longer."""
    rng = random.Random(4)
    found = []
    for number, person in enumerate(people[: months * _BEGIN_EACH_MONTH]):
        month = first_month.month - 1 + number // _BEGIN_EACH_MONTH
        began = date(first_month.year + month // 12, month % 12 + 1, 5)
        stays = 700 if number % 11 == 10 else rng.randrange(60, 180)
        leaves = began + timedelta(days=stays)
        found.append(Participant(person, 430_000_000 + number, began, leaves, person.street))
    return found


def export_of(everybody: list[Participant], day: date) -> list[str]:
    """Who takes part on that day, or left within two weeks."""
    fortnight = timedelta(days=14)
    return [one.line for one in everybody if one.began <= day <= one.leaves + fortnight]


def drop(staging: Path, name: str, content: bytes | list[str], *, at: datetime) -> None:
    """The office puts a file into the folder, by the clocks of that day."""
    staging.mkdir(mode=0o700, exist_ok=True)
    if not isinstance(content, bytes):
        content = "\r\n".join((HEADER, *content, "")).encode("utf-8-sig")
    (staging / name).write_bytes(content)
    os.utime(staging / name, (at.timestamp(), at.timestamp()))
