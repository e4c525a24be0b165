"""A year of one unit and one school: nothing is overdue at its end, nobody stands anywhere who is
gone, everybody who is there can be read, and the books agree with what is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing as closing_
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from lifecycle.errors import GallraError, LedgerFailure
from lifecycle.policy.values import Period
from lifecycle.retention.calendar import add_period
from tasks.erasing.finding import find_by_national_id
from tasks.reporting.accountability import report
from tasks.reporting.words import WORDS
from tests.factories import tommerup_school as pupils
from tests.year import academedia, closing, tommerup
from tests.year.academedia import Unit
from tests.year.backups import Backup
from tests.year.installing import installed
from tests.year.simulation import NO_SERVER, Year
from tests.year.tommerup import School
from tests.year.unit import Participant

SIX_MONTHS = Period.parse("P6M")
KEY_EPOCHS = 12
"""A new key-encryption key every thirty days."""
WINTER = date(2026, 11, 27), date(2027, 1, 8)
"""Six weeks, and the turn of the year in the midst of them."""


@contextmanager
def lived(tmp_path: Path, controller: str, begin: date, zone: str) -> Iterator[Year]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in installed(tmp_path).items():
            patch.setenv(name, value)
        with Year(controller, home, begin, zone) as year:
            yield year
            print(f"{controller}: {dict(year.ran)}\n{dict(year.office.tally)}")
            ran = {f"flows.{name}.{name}" for name in year.ran} | {NO_SERVER}
            assert ran >= year.entrypoints, "every run of prefect.yaml, but for the server's own"
            print(f"red: {dict(year.red)}; alarms: {dict(year.alarms)}")


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_a_year_of_a_unit_of_adult_education(tmp_path: Path) -> None:
    with lived(tmp_path, "academedia", academedia.BEGIN, "Europe/Stockholm") as year:
        year.out = {date(2026, 11, 24), date(2026, 11, 25)}
        unit = academedia.unit(year.home)
        year.live(academedia.END, unit.calendar())
        _closed(year)
        _gone_and_there(year, unit)
        assert unit.backup.replayed is not None
        # One night without a witness; the morning after, a shorter file than it should have.
        assert set(year.red) == {
            "purge_staging no_witness",
            "witness_ledger no_witness",
            "verify_ledger witness_shortened",
        }
        _as_the_books_say(year, unit)
        _each_look_sees_what_is_wrong(year, unit)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_a_year_of_a_school(tmp_path: Path) -> None:
    with lived(tmp_path, "tommerup", tommerup.BEGIN, "Europe/Copenhagen") as year:
        school = School(year.home, Backup(year.home))
        year.live(tommerup.END, school.calendar())
        _closed(year)
        assert pupils.names_in(school.systems) == tommerup.AT_THE_END
        assert pupils.count(school.systems, "finance", "elevkonti") == 4
        assert school.backup.replayed is not None
        assert year.red == {}


@pytest.mark.timeout(300)
def test_the_weeks_around_the_turn_of_a_year(tmp_path: Path) -> None:
    begin, end = WINTER
    with lived(tmp_path, "tommerup", begin, "Europe/Copenhagen") as year:
        school = School(year.home, Backup(year.home))
        year.live(end, {begin: [school.begins]})
        _closed(year)
        assert (year.red, year.alarms) == ({}, {})
        assert pupils.names_in(school.systems) == tommerup.AT_THE_END


def _closed(year: Year) -> None:
    """What the registers, the ledger, the certificates and the report say."""
    with year.office.house() as house:
        closing.nothing_is_overdue(house)
        closing.the_ledger_is_whole(house)
        assert closing.certified(house, year)
        closing.told(house, year)


def _gone(year: Year, unit: Unit) -> list[Participant]:
    """By our own book: whose six months are over, or who asked to go."""
    last = year.day - timedelta(days=1)
    return [
        one
        for number, one in enumerate(unit.everybody)
        if one.case in unit.came
        and (number in unit.asked_to_go or add_period(one.leaves, SIX_MONTHS) <= last)
    ]


def _gone_and_there(year: Year, unit: Unit) -> None:
    """By our own book of who left when, held against every byte and every record."""
    last = year.day - timedelta(days=1)
    gone = _gone(year, unit)
    there = [
        one
        for number, one in enumerate(unit.everybody)
        if one.case in unit.came
        and number not in unit.asked_to_go
        and add_period(one.leaves, SIX_MONTHS) > last + timedelta(days=14)
    ]
    assert len(gone) > 10
    assert len(there) > 10
    values = [one.person.national_id for one in gone]
    assert list(closing.traces(year.home, values)) == []
    with year.office.house() as house:
        for one in gone:
            assert find_by_national_id(house, one.person.national_id) == []
        for one in there:
            [found] = find_by_national_id(house, one.person.national_id)
            assert found.ref
    numbers = [one.person.national_id for one in there]
    seen = {value for _, value in closing.traces(year.home / "systems", numbers)}
    assert seen == set(numbers), "Novo still knows whoever takes part"


def _as_the_books_say(year: Year, unit: Unit) -> None:
    """The report of the year, and what was counted while it was lived, are the same."""
    with year.office.house() as house:
        made = report(house, since=year.begin)
        certificates = closing.certified(house, year)
        assert house.keyring.status().epoch >= KEY_EPOCHS
    figures = {one.label: one.value for part in made.parts for one in part.figures}
    words = WORDS["sv"]
    # The one that people wrote down; what Gallra drafted was looked at and was none.
    happened = [words[name] for name in ("happened", "reported", "told")]
    assert [figures[label] for label in happened] == ["1", "1", "1"]
    assert year.office.tally["incidents closed"] == 1
    assert year.office.tally["drafts dismissed"] >= 1
    erased = next(plot for plot in made.plots if plot.title == words["plot_erased"])
    assert sum(sum(month.values) for month in erased.months) >= len(certificates)
    people = {ref for one in certificates for ref in one.statement["people"]}
    assert len(people) >= len(_gone(year, unit))


def _each_look_sees_what_is_wrong(year: Year, unit: Unit) -> None:
    """None of the looks above is blind."""
    [first, *_] = _gone(year, unit)
    with closing_database(unit.novo) as novo:
        novo.execute(
            "INSERT INTO anvandare (id, roll, personnummer) VALUES (1, 'deltagare', ?)",
            (first.person.national_id,),
        )
    with pytest.raises(AssertionError):
        _gone_and_there(year, unit)
    unit.bring(year)
    year.clock.pass_time(hours=30)
    with year.office.house() as house:
        with pytest.raises(AssertionError):
            closing.nothing_is_overdue(house)
        certificate = min(house.certificates.glob("*.json"))
        certificate.write_bytes(certificate.read_bytes().replace(b"1", b"2"))
        with pytest.raises((AssertionError, GallraError)):
            closing.certified(house, year)
    year.houses.close()
    with closing_database(unit.home / "records" / "records.db") as records:
        records.execute("DELETE FROM ledger_event WHERE position = 7")
    with year.office.house() as house, pytest.raises(LedgerFailure):
        closing.the_ledger_is_whole(house)


@contextmanager
def closing_database(file: Path) -> Iterator[sqlite3.Connection]:
    with closing_(sqlite3.connect(file)) as database, database:
        yield database
