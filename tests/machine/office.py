"""The world of the machine: a few people, and what an office does about them in its systems."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from connectors.memory_system import MemoryRecord
from console.test_numbers import official_test_numbers
from tests.factories import houses
from tests.machine.model import Atom
from tests.machine.school import School

_GROWN_UP = [number for number in official_test_numbers() if "1950" < number[:4] < "2000"]
PEOPLE = dict(zip(("ada", "ben", "pia", "per", "eva"), _GROWN_UP, strict=False))
"""Skatteverket's official test numbers."""
PARTICIPANTS = ("ada", "ben")
PUPILS = ("pia", "per")
RELATIVES = ("eva", "ada")
"""One of them is a participant too."""
KINDS = {
    ("novo", "participant"): PARTICIPANTS,
    ("novo", "pupil"): PUPILS,
    ("novo", "relative"): RELATIVES,
    ("finance", "participant"): PARTICIPANTS,
    ("finance", "pupil"): PUPILS,
    ("gallery", "pupil"): PUPILS,
}
"""Which records there can be, and about whom."""
PLACES = tuple(KINDS)
FIELDS = {
    "identity": ("name", "national_id"),
    "contact": ("address",),
    "grades": ("grade",),
    "notes": ("note",),
    "payment": ("payer", "amount"),
    "image": ("picture",),
    "consent": ("consenter", "answer"),
    "diploma": ("graduate", "degree"),
}
ALWAYS = {"novo": ("identity", "contact"), "finance": ("payment",), "gallery": ("consent",)}
PERHAPS = {"novo": ("grades", "notes"), "finance": (), "gallery": ("image", "diploma")}
_WHO = {"national_id", "payer", "consenter", "graduate"}


class Row(NamedTuple):
    """One line of an export."""

    case: str
    person: str
    street: str
    end: date | None
    broke_off: date | None
    start: date

    @property
    def left(self) -> date | None:
        return self.broke_off or self.end

    @property
    def text(self) -> str:
        return houses.row(
            self.case,
            (self.person.title(), "Exempelsson", PEOPLE[self.person]),
            street=self.street,
            start=self.start.isoformat(),
            end="" if self.end is None else self.end.isoformat(),
            broke_off="" if self.broke_off is None else self.broke_off.isoformat(),
        )


class Office:
    """Makes records, changes them, takes them away; every value it writes is a new one."""

    def __init__(self, school: School) -> None:
        self._school = school
        self._values = count(1)

    def value(self) -> str:
        return f"v{next(self._values)}"

    def row(self, case: int, person: str, today: date, end: int | None, broke: bool) -> Row:
        """A line of an export: the case ends (or was broken off) so many days from today."""
        last = None if end is None else today + timedelta(days=end)
        start = min(today, last or today) - timedelta(days=30)
        return Row(
            case=f"{PARTICIPANTS.index(person) + 1}0000000{case}",
            person=person,
            street=f"Provgatan {next(self._values)}",
            end=None if broke else last,
            broke_off=last if broke else None,
            start=start,
        )

    def write(
        self, system: str, kind: str, person: str, categories: tuple[str, ...],
        dates: dict[str, date | None], related: tuple[str, ...],
    ) -> tuple[str, set[Atom]]:  # fmt: skip
        """A record comes into being, or its fields are filled anew; its key and its values."""
        key = f"{kind}-{person}"
        self.take_away(system, key)
        fields = {
            category: {
                name: PEOPLE[person] if name in _WHO else self.value() for name in FIELDS[category]
            }
            for category in categories
        }
        self._school.systems[system].put(
            MemoryRecord(
                key=key, kind=kind, identifiers={"national_id": PEOPLE[person]},
                fields=fields, anchors=dict(dates), related=related,
            )
        )  # fmt: skip
        return key, {
            Atom(person, system, key, category, name, value)
            for category, told in fields.items()
            for name, value in told.items()
        }

    def take_away(self, system: str, key: str) -> None:
        """The record is deleted by the office itself."""
        records = self._school.systems[system]._records
        records[:] = [record for record in records if record.key != key]
