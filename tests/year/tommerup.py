"""What happens to a school between one summer and the next."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lifecycle.identifiers import NATIONAL_ID
from lifecycle.incident.words import Consequence, Likelihood, Topic
from lifecycle.references import SUBJECT, to_reference
from lifecycle.rights import Came, Given, Outcome, Right, Shown
from records.engines import reading
from records.lookups import subjects_by
from tasks.erasing.holds import place_hold, release_hold
from tasks.incidents import people as incidents
from tasks.rights import register as requests
from tasks.rights import steps as request_steps
from tasks.rights.extract import extract
from tests.factories import tommerup_school as pupils
from tests.factories.tommerup_school import ANNE, BO, CARLA, CPR, LATER, SHARED
from tests.year.backups import Backup
from tests.year.simulation import Happening, Year

BEGIN, END = date(2026, 7, 1), date(2027, 7, 31)
AT_THE_END = {
    "certificate-archive": [ANNE, BO],
    "finance": [ANNE],
    "optagelse-dk": [],
    "school-administration": [ANNE, BO, CARLA, SHARED],
    "skoleintra": [CARLA, SHARED],
    "uni-login": [CARLA],
    "waiting-list": [LATER],
    "website-statistics": [],
}
"""Who still stands where: certificates for ever, accounts for five years, and whoever is there."""


@dataclass
class School:
    """The school's own systems, and what a later day comes back to."""

    home: Path
    backup: Backup
    open: dict[str, str] = field(default_factory=dict)

    @property
    def systems(self) -> Path:
        """Where the systems' own files lie."""
        return self.home / "systems" / "tommerup"

    def begins(self, year: Year) -> None:
        """The systems are there, with pupils, parents and accounts of five years."""
        with year.office.house() as house:
            for system in house.systems.values():
                list(system.records())  # which makes the stand-ins
        pupils.fill(self.systems)
        with closing(sqlite3.connect(self.systems / "finance.db")) as db, db:
            for table in ("elevkonti", "posteringer"):  # went last winter
                db.execute(f"DELETE FROM {table} WHERE kontonummer = 'K2020'")

    def ref(self, year: Year, name: str) -> str:
        """Somebody's reference."""
        with year.office.house() as house, reading(house.engine) as connection:
            digest = house.vault.index_digest(NATIONAL_ID, CPR[name])  # a number that nobody has
            [number] = subjects_by(connection, kind=NATIONAL_ID, digest=digest)
            return to_reference(SUBJECT, number)

    def hold(self, year: Year) -> None:
        """A complaint about a grade is not decided: nothing of Bo goes."""
        with year.office.house() as house:
            self.open["hold"] = place_hold(
                house, [self.ref(year, BO)], reason="proceeding",
                review_on=date(2027, 1, 20), **year.office.by(),
            )  # fmt: skip

    def release(self, year: Year) -> None:
        """It is decided."""
        with year.office.house() as house:
            release_hold(house, self.open.pop("hold"), **year.office.by())

    def asks(self, year: Year) -> None:
        """Carla's mother wants to see what the school has."""
        with year.office.house() as house:
            line = requests.open_request(
                house, Right.ACCESS, about=self.ref(year, CARLA), came=Came.MAIL,
                received_on=year.day,
            )  # fmt: skip
            request_steps.identify(house, line.ref, Shown.GUARDIAN, **year.office.by())
            extract(house, line.ref, **year.office.by())
            self.open["request"] = line.ref

    def answers(self, year: Year) -> None:
        """A week later it is handed over."""
        with year.office.house() as house:
            request_steps.answer(
                house, self.open.pop("request"), Outcome.GRANTED, given=Given.IN_PERSON,
                read_through=True, **year.office.by(),
            )  # fmt: skip

    def breach(self, year: Year) -> None:
        """A list lay open for an hour: no risk, written down all the same."""
        with year.office.house() as house:
            rules = house.policy.incidents
            assert rules is not None
            ref = incidents.open_incident(house, kind=min(rules.kinds), text="En liste lå fremme.")
            for topic in (Topic.DISCOVERED, Topic.DONE):
                incidents.note(house, ref, topic=topic, text="Listen lå på et bord i en time.")
            incidents.assess(
                house, ref, consequence=Consequence.NEGLIGIBLE, likelihood=Likelihood.UNLIKELY,
                sensitive=False, risk=None, text="Kun ansatte var i rummet.", **year.office.by(),
            )  # fmt: skip
            incidents.decide_report(house, ref, yes=False, text="Ingen risiko.", **year.office.by())
            incidents.decide_telling(
                house, ref, yes=False, text="Ingen risiko.", **year.office.by()
            )
            incidents.close(house, ref, **year.office.by())

    def leaves(self, year: Year) -> None:
        """Carla's school year is over."""
        with closing(sqlite3.connect(self.systems / "school-administration.db")) as db, db:
            db.execute(
                "UPDATE elever SET udmeldt = ? WHERE navn = ?", (year.day.isoformat(), CARLA)
            )

    def calendar(self) -> dict[date, list[Happening]]:
        """What happens on which day."""
        return {
            BEGIN: [self.begins],
            date(2026, 10, 1): [self.hold],
            date(2026, 11, 16): [self.asks],
            date(2026, 11, 23): [self.answers],
            date(2026, 12, 10): [self.backup.take],
            date(2027, 1, 12): [self.backup.put_back],
            date(2027, 2, 22): [self.release],
            date(2027, 4, 13): [self.breach],
            date(2027, 6, 18): [self.leaves],
        }
