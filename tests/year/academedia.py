"""What happens to a unit of adult education between one summer and the next."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from console.sample_people import invent_people
from console.test_numbers import is_coordination_number, official_test_numbers
from lifecycle.disclosure_condition import Condition
from lifecycle.incident.words import Consequence, Likelihood, Topic
from lifecycle.rights import Came, Given, Outcome, Right, Shown
from tasks.consents.registering import withdraw
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.holds import Told, place_hold, release_hold
from tasks.incidents import people as incidents
from tasks.incidents import register as incident_register
from tasks.incidents.form import filled
from tasks.incidents.reports import note_reported
from tasks.incidents.telling import draw_list
from tasks.incidents.who import keep, scope
from tasks.rights import carried
from tasks.rights import register as requests
from tasks.rights import steps as request_steps
from tasks.rights.corrected import correct
from tasks.rights.extract import extract
from tasks.sharing.disclosures import Selection, prepare
from tasks.sharing.judging import Wish
from tests.year.backups import Backup
from tests.year.simulation import Happening, Year
from tests.year.unit import Participant, drop, export_of, participants

BEGIN, END = date(2026, 7, 1), date(2027, 7, 31)
_FIRST_MONTH = date(2026, 3, 1)
_LONG_AGO = timedelta(days=190)
"""Who left so long ago is gone: six months, and the days until the plan was carried out."""


@dataclass
class Unit:
    """Everybody who ever takes part, and whose data is treated in a way of its own."""

    home: Path
    everybody: list[Participant]
    backup: Backup
    holds: dict[int, str] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    """References that a later day comes back to."""
    asked_to_go: set[int] = field(default_factory=set)
    came: set[int] = field(default_factory=set)
    """Case numbers that stood in a list."""

    @property
    def staging(self) -> Path:
        return self.home / "staging"

    @property
    def novo(self) -> Path:
        """The learning platform's own file."""
        return self.home / "systems" / "academedia" / "novo.db"

    # --- what comes in --------------------------------------------------------------------------

    def bring(self, year: Year) -> None:
        """Monday's list out of the portal."""
        lines = export_of(self.everybody, year.day)
        self.came |= {one.case for one in self.everybody if one.line in lines}
        if year.day == date(2026, 9, 14):
            lines[-1] = lines[-1].replace(self._last(year.day).person.national_id, "198507099800")
        drop(self.staging, f"lista-{year.day}.csv", lines, at=year.clock())
        self._write_down_in_novo(year.day)

    def bring_rubbish(self, year: Year) -> None:
        """A file that nobody can read."""
        rubbish = b"PK\x03\x04" + bytes(range(200))
        drop(self.staging, "trasig.xlsx", rubbish, at=year.clock())

    def bring_again(self, year: Year) -> None:
        """The same list a second time."""
        lines = export_of(self.everybody, year.day - timedelta(days=1))
        drop(self.staging, "igen.csv", lines, at=year.clock())

    def _last(self, day: date) -> Participant:
        *_, last = [one for one in self.everybody if one.line in export_of(self.everybody, day)]
        return last

    def _write_down_in_novo(self, day: date) -> None:
        """Whoever takes part has an account; of whoever has left the day is noted."""
        with closing(sqlite3.connect(self.novo)) as db, db:
            for one in self.everybody:
                if one.began <= day <= one.leaves:
                    values = (one.case, one.person.given_name, one.person.family_name,
                              one.person.national_id, one.person.mail)  # fmt: skip
                    db.execute(
                        "INSERT INTO anvandare (id, roll, fornamn, efternamn, personnummer, epost)"
                        " SELECT ?, 'deltagare', ?, ?, ?, ?"
                        " WHERE NOT EXISTS (SELECT 1 FROM anvandare WHERE id = ?)",
                        (*values, one.case),
                    )
                elif one.leaves < day:
                    left = one.leaves.isoformat()
                    db.execute("UPDATE anvandare SET slutade = ? WHERE id = ?", (left, one.case))

    # --- what people want -----------------------------------------------------------------------

    def asks(self, year: Year, right: Right, number: int) -> None:
        """Somebody asks, is who they say, and is answered within the week."""
        with year.office.house() as house:
            about = self.ref(year, number)
            line = requests.open_request(
                house, right, about=about, came=Came.LETTER, received_on=year.day
            )
            ref = line.ref
            request_steps.identify(house, ref, Shown.ID_DOCUMENT, **year.office.by())
            if right in (Right.ACCESS, Right.PORTABILITY):
                extract(house, ref, **year.office.by())
            elif right is Right.RECTIFICATION:
                correct(house, ref, "contact", "phone", "0701740699", **year.office.by())
            elif right is Right.ERASURE:
                carried.erase(house, ref, **year.office.by())
                self.asked_to_go.add(number)
            elif right is Right.RESTRICTION:
                review = year.day + timedelta(days=60)
                hold = carried.restrict(house, ref, review_on=review, **year.office.by())
                self.open["restriction"] = hold
            elif right is Right.OBJECTION:
                carried.object_to(house, ref, mailing="*", **year.office.by())
            self.open[f"request {right}"] = ref

    def answers(self, year: Year, right: Right) -> None:
        """The answer goes; what was asked for is done."""
        with year.office.house() as house:
            request_steps.answer(
                house,
                self.open[f"request {right}"],
                Outcome.GRANTED,
                given=Given.LETTER,
                read_through=True,
                **year.office.by(),
            )
            year.office.tally[f"answered {right}"] += 1

    def lift(self, year: Year) -> None:
        """The restriction ends, and the person is told before."""
        with year.office.house() as house:
            told = Told(Given.LETTER, year.day)
            release_hold(house, self.open.pop("restriction"), told=told, **year.office.by())

    def takes_back(self, year: Year, number: int) -> None:
        """A consent is taken back."""
        with year.office.house() as house:
            assert withdraw(house, self.ref(year, number), "image.participant")

    # --- what must be kept ----------------------------------------------------------------------

    def hold(self, year: Year, number: int, *, until: date) -> None:
        """A proceeding: nothing of this person goes."""
        with year.office.house() as house:
            people, who = [self.ref(year, number)], year.office.by()
            ref = place_hold(house, people, reason="proceeding", review_on=until, **who)
            self.holds[number] = ref

    def release(self, year: Year, number: int) -> None:
        """It is over."""
        with year.office.house() as house:
            release_hold(house, self.holds.pop(number), **year.office.by())

    # --- what goes wrong, and out ---------------------------------------------------------------

    def breach(self, year: Year) -> None:
        """A mail to the wrong person: weighed, reported within 72 hours, people told."""
        office = year.office
        with office.house() as house:
            ref = incidents.open_incident(
                house, kind="mail-to-wrong-person", text="Ett mejl gick till fel skola."
            )
            for topic in (Topic.DISCOVERED, Topic.CONSEQUENCES, Topic.DONE,
                          Topic.PEOPLE_HAPPENED, Topic.PEOPLE_CONSEQUENCES,
                          Topic.PEOPLE_MEASURES):  # fmt: skip
                incidents.note(house, ref, topic=topic, text="Ett mejl gick till fel skola.")
            keep(house, ref, [scope(house, "system", "gallra")])
            incidents.assess(
                house, ref, consequence=Consequence.SEVERE, likelihood=Likelihood.LIKELY,
                sensitive=False, risk=None, text="Om flera personer.", **office.by(),
            )  # fmt: skip
            incidents.decide_report(house, ref, yes=True, text=None, **office.by())
            incidents.decide_telling(house, ref, yes=True, text=None, **office.by())
            self.open["incident"] = ref

    def report_breach(self, year: Year) -> None:
        """The authority's form, a day later, and the list of whom to tell."""
        with year.office.house() as house:
            filled(house, self.open["incident"], **year.office.by())
            note_reported(house, self.open["incident"], **year.office.by())
            draw_list(house, self.open["incident"], **year.office.by())

    def close_breach(self, year: Year) -> None:
        """Everybody was told."""
        with year.office.house() as house:
            [line] = incident_register.lines(house)
            incidents.close(house, line.ref, **year.office.by())
            year.office.tally["incidents closed"] += 1

    def share(self, year: Year, number: int) -> None:
        """Somebody's identity goes to the employment service for six weeks."""
        with year.office.house() as house:
            wish = Wish(
                recipient="arbetsformedlingen", contact="desk", categories=("identity",),
                purpose="assignment", channel="usb-stick", container="zip",
                until=year.day + timedelta(days=42), condition=Condition.NONE,
            )  # fmt: skip
            selection = Selection(references=(self.ref(year, number),))
            who = year.office.by()
            prepare(house, wish, selection, by=who["officer"], code=who["code"])

    def put_off_witness(self, year: Year) -> None:
        """The witness's volume is away for a night."""
        (self.home / "witness").rename(self.home / "witness.away")
        (self.home / "witness").touch()

    def put_back_witness(self, year: Year) -> None:
        (self.home / "witness").unlink()
        (self.home / "witness.away").rename(self.home / "witness")

    # ---

    def ref(self, year: Year, number: int) -> str:
        """Somebody's reference."""
        with year.office.house() as house:
            found = find_by_national_id(house, self.everybody[number].person.national_id)
            return found[0].ref

    def calendar(self) -> dict[date, list[Happening]]:
        """What happens on which day."""
        found: dict[date, list[Happening]] = {}

        def on(day: date, happening: Happening) -> None:
            found.setdefault(day, []).append(happening)

        day = BEGIN
        while day <= END:
            if day.weekday() == 0:
                on(day, self.bring)
            day += timedelta(days=1)
        on(date(2026, 10, 6), self.bring_rubbish)
        on(date(2026, 11, 3), self.bring_again)
        for right, number, asked in (
            (Right.ACCESS, 12, date(2026, 10, 12)),
            (Right.RECTIFICATION, 13, date(2026, 10, 19)),
            (Right.COMPLAINT, 14, date(2026, 12, 7)),
            (Right.PORTABILITY, 15, date(2027, 1, 11)),
            (Right.RESTRICTION, 21, date(2027, 2, 1)),
            (Right.OBJECTION, 22, date(2027, 3, 8)),
            (Right.ERASURE, 24, date(2027, 5, 17)),
        ):
            on(asked, lambda year, right=right, number=number: self.asks(year, right, number))
            weeks = timedelta(days=21 if right is Right.ERASURE else 7)
            on(asked + weeks, lambda year, right=right: self.answers(year, right))
        on(date(2027, 3, 1), self.lift)
        on(date(2027, 2, 15), lambda year: self.takes_back(year, 10))
        on(date(2026, 9, 1), lambda year: self.hold(year, 3, until=date(2026, 12, 1)))
        on(date(2027, 4, 12), lambda year: self.release(year, 3))
        on(date(2026, 11, 10), self.breach)
        on(date(2026, 11, 11), self.report_breach)
        on(date(2026, 11, 23), self.close_breach)
        on(date(2026, 12, 9), lambda year: self.share(year, 16))
        on(date(2027, 5, 11), self.put_off_witness)
        on(date(2027, 5, 12), self.put_back_witness)
        on(date(2027, 3, 10), self.backup.take)
        on(date(2027, 3, 24), self.backup.put_back)
        # The backup does not know that it was answered, nor that the list of this Monday came.
        on(date(2027, 3, 25), lambda year: self.answers(year, Right.OBJECTION))
        on(date(2027, 3, 25), self.bring)
        return found


def unit(home: Path) -> Unit:
    """The unit as the year begins."""
    numbers = [one for one in official_test_numbers() if not is_coordination_number(one)]
    people = list(invent_people(numbers[:60], random.Random(1)))
    return Unit(home, participants(people, _FIRST_MONTH, 14), Backup(home))
