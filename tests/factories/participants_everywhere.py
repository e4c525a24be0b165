"""Participants who stand in an export, in Novo and in Omnius: some left long ago, some did not."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from console.sample_people import Person
from tasks.erasing.inventory import take_inventory
from tasks.house.parts import House
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tests.factories.houses import export

LEFT = "2026-03-31"
"""More than six months before the standing clock's 2 November 2026."""
STAYS = "2027-04-01"


def line(case: int, person: Person, *, end: str) -> str:
    """Somebody's line in an export, with everything that the person alone has."""
    fields = (
        *(str(case), person.given_name, person.family_name, person.national_id, person.street),
        *(person.postcode, person.town, person.phone, person.mail),
        *("Rusta och matcha", "2026-01-07", end, "", "Exempelenhet Nord"),
    )
    return ";".join(fields)


def bring(house: House, leavers: Sequence[Person], stayers: Sequence[Person]) -> None:
    """All of them are imported, stand in both systems, and the inventory has seen them."""
    lines = [line(410_000_000 + n, person, end=LEFT) for n, person in enumerate(leavers)]
    lines += [line(420_000_000 + n, person, end=STAYS) for n, person in enumerate(stayers)]
    house.staging.put(f"{leavers[0].national_id}.csv", export(*lines))
    for ref in begin_import(house):
        import_file(house, ref)
    delete_imported(house)
    folder = systems_of(house)
    for number, people in ((1, leavers), (1_000_001, stayers)):
        end = LEFT if people is leavers else STAYS
        in_novo(folder / "novo.db", people, first=number, end=end)
        in_omnius(folder / "omnius.db", people, first=number, end=end)
    take_inventory(house)


def systems_of(house: House) -> Path:
    """Where the outer systems' own files lie."""
    return house.settings.home / "systems" / "academedia"


def in_novo(file: Path, people: Sequence[Person], *, first: int, end: str) -> None:
    """They have an account of a participant."""
    with closing(sqlite3.connect(file)) as db, db:
        db.executemany(
            "INSERT INTO anvandare (id, roll, fornamn, efternamn, personnummer, adress, telefon,"
            " epost, kurser, meddelanden, slutade) VALUES (?,'deltagare',?,?,?,?,?,?,?,?,?)",
            [
                (
                    *(number, p.given_name, p.family_name, p.national_id, p.street, p.phone),
                    *(p.mail, "Svenska 1", f"Hej {p.given_name}, ring {p.phone}", end),
                )
                for number, p in enumerate(people, start=first)
            ],
        )


def in_omnius(file: Path, people: Sequence[Person], *, first: int, end: str) -> None:
    """They are pupils of a course too."""
    with closing(sqlite3.connect(file)) as db, db:
        db.executemany(
            "INSERT INTO elever (id, fornamn, efternamn, personnummer, epost, betyg, slutade)"
            " VALUES (?,?,?,?,?,?,?)",
            [
                (number, p.given_name, p.family_name, p.national_id, p.mail, "A", end)
                for number, p in enumerate(people, start=first)
            ],
        )
