"""A year of one unit and one school: nothing is overdue at its end, nobody stands anywhere who is
gone, everybody who is there can be read, and the books agree with what is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from lifecycle.policy.values import Period
from lifecycle.retention.calendar import add_period
from tasks.erasing.finding import find_by_national_id
from tests.factories import tommerup_school as pupils
from tests.year import academedia, closing, tommerup
from tests.year.academedia import Unit
from tests.year.backups import Backup
from tests.year.installing import installed
from tests.year.simulation import Year
from tests.year.tommerup import School

SIX_MONTHS = Period.parse("P6M")
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
        assert year.office.tally["incidents closed"] == 1


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


@pytest.mark.timeout(300)
def test_the_weeks_around_the_turn_of_a_year(tmp_path: Path) -> None:
    begin, end = WINTER
    with lived(tmp_path, "tommerup", begin, "Europe/Copenhagen") as year:
        school = School(year.home, Backup(year.home))
        year.live(end, {begin: [school.begins]})
        _closed(year)
        assert pupils.names_in(school.systems) == tommerup.AT_THE_END


def _closed(year: Year) -> None:
    """What the registers, the ledger, the certificates and the report say."""
    with year.office.house() as house:
        closing.nothing_is_overdue(house)
        closing.the_ledger_is_whole(house)
        assert closing.certified(house, year)
        closing.told(house, year)


def _gone_and_there(year: Year, unit: Unit) -> None:
    """By our own book of who left when, held against every byte and every record."""
    last = year.day - timedelta(days=1)
    gone = [
        one
        for number, one in enumerate(unit.everybody)
        if one.began <= last
        and (number in unit.asked_to_go or add_period(one.leaves, SIX_MONTHS) <= last)
    ]
    there = [
        one
        for number, one in enumerate(unit.everybody)
        if one.began <= last - timedelta(days=7)
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
