"""The watchdog: it sees what no scheduler sees, once, and writes it down."""

from __future__ import annotations

import dataclasses
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from connectors.memory import MemoryStaging
from records import alarms, to_dos
from records.engines import reading
from records.tables import alarm as alarm_table
from records.tables import ledger_event
from tasks.house.parts import House
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.importing.purge import purge
from tasks.proving.proof import witness
from tasks.watching.daily import watch
from tasks.watching.overview import overview
from tests.factories.houses import PEOPLE, Builder, build, dialect, export, house, row, surroundings
from tests.factories.keys import StandingClock

__all__ = ["build", "dialect", "house", "surroundings"]

TUVA = PEOPLE["Tuva"]


@pytest.fixture
def twin(house: House, standing_clock: StandingClock) -> House:
    """The house with a staging folder whose clock stands, on either database."""
    staging = MemoryStaging(place=house.staging.place, now=standing_clock)
    return dataclasses.replace(house, staging=staging)


def drop(house: House, name: str, data: bytes = b"x", *, at: datetime | None = None) -> None:
    assert isinstance(house.staging, MemoryStaging)
    house.staging.drop(name, data, arrived_at=at)


def unreachable(house: House, yes: bool) -> None:
    assert isinstance(house.staging, MemoryStaging)
    house.staging.failures.unreachable = yes


def kinds(house: House) -> list[str]:
    """The kinds of the alarms that stand after a look."""
    return [alarm.kind for alarm in watch(house).standing]


def told(house: House, kind: str) -> int:
    with reading(house.engine) as connection:
        bodies = connection.execute(select(ledger_event.c.body)).scalars().all()
    return sum(orjson.loads(bytes(body))["kind"] == kind for body in bodies)


# --- how long a file lies there --------------------------------------------------------------


def test_a_quiet_house_has_no_alarm(twin: House, standing_clock: StandingClock) -> None:
    for _ in range(3):
        standing_clock.pass_time(minutes=15)
        assert kinds(twin) == []
    assert told(twin, "watch.looked") == 3, "a look that finds nothing can be proven too"


def test_twenty_hours_and_not_a_minute_less(twin: House, standing_clock: StandingClock) -> None:
    drop(twin, "a.csv")
    watch(twin)
    standing_clock.pass_time(hours=19, minutes=59)
    witness(twin)
    assert kinds(twin) == []
    standing_clock.pass_time(minutes=1)
    assert kinds(twin) == ["staged_too_long"]
    purge(twin)
    assert kinds(twin) == []
    assert (told(twin, "alarm.raised"), told(twin, "alarm.cleared")) == (1, 1)


@pytest.mark.parametrize("hours", [19.9, 20, 100])
def test_a_file_that_nobody_had_seen_is_as_old_as_the_folder_says(
    twin: House, standing_clock: StandingClock, hours: float
) -> None:
    """Everything stood still: the first look knows it only from the folder."""
    drop(twin, "a.csv", at=standing_clock() - timedelta(hours=hours))
    assert kinds(twin) == (["staged_too_long"] if hours >= 20 else [])


def test_a_time_brought_along_from_elsewhere_never_makes_a_file_younger(
    twin: House, standing_clock: StandingClock
) -> None:
    drop(twin, "from tomorrow.csv", at=standing_clock() + timedelta(days=1))
    watch(twin)
    standing_clock.pass_time(hours=20)
    witness(twin)
    assert kinds(twin) == ["staged_too_long"]


@pytest.mark.parametrize(("surroundings", "alarms"), [("sqlite", 1)])
@pytest.mark.parametrize(("brought", "expected"), [(-3, 1), (3, 0)])
def test_in_a_real_folder_too(
    house: House, standing_clock: StandingClock, alarms: int, brought: int, expected: int
) -> None:
    standing_clock.instant = datetime.now(UTC) + timedelta(seconds=5)
    witness(house)
    house.staging.put("a.csv", b"x")
    folder = Path(house.settings.home) / "staging" / "a.csv"
    moment = (standing_clock.instant + timedelta(days=brought)).timestamp()
    os.utime(folder, (moment, moment))
    assert len(kinds(house)) == expected * alarms
    standing_clock.pass_time(hours=20)
    assert kinds(house) == ["staged_too_long"]


def test_a_file_that_is_overwritten_again_and_again_is_one_file_that_lies_there(
    twin: House, standing_clock: StandingClock
) -> None:
    for hour in range(25):
        drop(twin, "export.csv", f"version {hour}".encode())
        seen = watch(twin)
        witness(twin)
        assert len(seen.standing) == (hour >= 20), hour
        standing_clock.pass_time(hours=1)
    assert told(twin, "alarm.raised") == 1
    (waiting,) = overview(twin).files
    assert waiting.hours == 25
    purge(twin)
    drop(twin, "export.csv", b"another day")
    assert kinds(twin) == [], "the name was free in between"
    (waiting,) = overview(twin).files
    assert waiting.hours == 0


def test_an_overwritten_file_keeps_its_age_while_its_first_version_is_being_deleted(
    twin: House, standing_clock: StandingClock
) -> None:
    drop(twin, "export.csv", b"one")
    watch(twin)
    standing_clock.pass_time(hours=19)
    assert isinstance(twin.staging, MemoryStaging)
    twin.staging.failures.change_before_deletion = b"two"
    twin.staging.failures.refuse_deletion = True
    with pytest.raises(Exception, match=r"deletion_refused|folder_not_empty"):
        purge(twin)
    standing_clock.pass_time(hours=1)
    assert kinds(twin) == ["staged_too_long"]


def test_a_purge_before_the_first_look_leaves_the_alarm_for_it(
    twin: House, standing_clock: StandingClock
) -> None:
    drop(twin, "a.csv")
    standing_clock.pass_time(hours=30)
    purge(twin)
    assert told(twin, "alarm.raised") == 1
    assert overview(twin).alarms != ()
    seen = watch(twin)
    assert (seen.standing, seen.cleared) == ((), 1)


def test_an_import_that_deletes_late_leaves_it_too(
    twin: House, standing_clock: StandingClock
) -> None:
    drop(twin, "a.csv", export(row("1000000001", TUVA)))
    standing_clock.pass_time(hours=21)
    for ref in begin_import(twin):
        import_file(twin, ref)
    assert delete_imported(twin).gone == 1
    assert told(twin, "alarm.raised") == 1


# --- what cannot be known --------------------------------------------------------------------


def test_an_unreachable_folder_is_an_alarm_and_never_an_empty_one(
    twin: House, standing_clock: StandingClock
) -> None:
    drop(twin, "a.csv")
    watch(twin)
    unreachable(twin, yes=True)
    standing_clock.pass_time(hours=1)
    assert kinds(twin) == ["staging_unreachable"]
    standing_clock.pass_time(hours=19)
    witness(twin)
    assert set(kinds(twin)) == {"staging_unreachable", "staged_too_long"}
    unreachable(twin, yes=False)
    assert kinds(twin) == ["staged_too_long"], "it lies there still"
    purge(twin)
    unreachable(twin, yes=True)
    assert set(kinds(twin)) == {"staging_unreachable", "staged_too_long"}, "not cleared unseen"


@pytest.mark.parametrize("back_by", [0.2, 5, 19, 40])
def test_a_clock_that_is_set_back_is_an_alarm_until_what_lay_there_is_gone(
    twin: House, standing_clock: StandingClock, back_by: float
) -> None:
    drop(twin, "a.csv")
    watch(twin)
    standing_clock.pass_time(hours=15)
    assert kinds(twin) == []
    standing_clock.pass_time(hours=-back_by)
    assert kinds(twin) == ["clock_went_back"]
    standing_clock.pass_time(hours=back_by + 1)
    witness(twin)
    assert kinds(twin) == ["clock_went_back"], "the file's age is not certain any more"
    purge(twin)
    assert kinds(twin) == []


def test_the_clock_is_not_taken_for_right_because_another_run_wrote_since(
    twin: House, standing_clock: StandingClock
) -> None:
    watch(twin)
    standing_clock.pass_time(hours=-3)
    witness(twin)
    assert kinds(twin) == ["clock_went_back"]


def test_a_clock_that_runs_ahead_alarms_early_and_a_mere_correction_not(
    twin: House, standing_clock: StandingClock
) -> None:
    drop(twin, "a.csv")
    watch(twin)
    standing_clock.pass_time(minutes=-4)
    assert kinds(twin) == []
    standing_clock.pass_time(hours=24)
    witness(twin)
    assert kinds(twin) == ["staged_too_long"]


# --- runs that died, a silent witness --------------------------------------------------------


def test_an_import_that_stays_unproven_is_an_alarm(
    twin: House, standing_clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(twin, "a.csv", export(row("1000000001", TUVA)))
    with monkeypatch.context() as broken:
        broken.setattr(type(twin.case_system), "read_back", lambda *_: iter(()))
        with pytest.raises(Exception, match="cases_not_verified"):
            import_file(twin, begin_import(twin)[0])
        standing_clock.pass_time(hours=3, minutes=59)
        assert kinds(twin) == []
        standing_clock.pass_time(minutes=1)
        assert kinds(twin) == ["import_stuck"]
    begin_import(twin)
    assert kinds(twin) == []


def test_a_silent_witness_is_an_alarm_after_a_day(
    twin: House, standing_clock: StandingClock
) -> None:
    assert kinds(twin) == [], "a house that has just begun was not silent"
    standing_clock.pass_time(hours=25, minutes=59)
    assert kinds(twin) == []
    standing_clock.pass_time(minutes=1)
    assert kinds(twin) == ["witness_silent"]
    witness(twin)
    assert kinds(twin) == []


# --- several at once -------------------------------------------------------------------------


def test_two_watchdogs_raise_an_alarm_once(
    twin: House, build: Builder, standing_clock: StandingClock
) -> None:
    for number in range(5):
        drop(twin, f"{number}.csv", at=standing_clock() - timedelta(hours=30))
    houses = [twin, *(dataclasses.replace(build(), staging=twin.staging) for _ in range(2))]
    start = threading.Barrier(len(houses))
    failures: list[Exception] = []

    def look(house: House) -> None:
        try:
            start.wait()
            watch(house)
        except Exception as error:  # noqa: BLE001 -- shown below
            failures.append(error)

    threads = [threading.Thread(target=look, args=(each,)) for each in houses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading(twin.engine) as connection:
        assert connection.execute(select(func.count()).select_from(alarm_table)).scalar_one() == 5
        assert len(alarms.standing(connection, controller=twin.controller)) == 5
    assert told(twin, "alarm.raised") == 5
    assert len(overview(twin).files) == 5


def test_a_look_never_takes_a_file_away_from_an_import_that_just_found_it(
    twin: House, build: Builder
) -> None:
    """The import registers the file just after the watchdog asked what is known."""
    other = dataclasses.replace(build(), staging=twin.staging)
    drop(twin, "a.csv", export(row("1000000001", TUVA)))
    refs: list[str] = []

    class Interrupted(MemoryStaging):
        def list_items(self):  # type: ignore[no-untyped-def]
            if not refs:
                refs.extend(begin_import(other))
            return other.staging.list_items()

    watch(dataclasses.replace(twin, staging=Interrupted(place=twin.staging.place)))
    assert len(refs) == 1
    assert import_file(other, refs[0]).outcome == "imported"
    assert delete_imported(other).gone == 1
    with reading(twin.engine) as connection:
        assert to_dos.open_to_dos(connection, controller=twin.controller) == []


def test_a_witness_of_days_to_come_is_a_silent_one(
    twin: House, standing_clock: StandingClock
) -> None:
    """The clock ran ahead for a start and was put right: nobody would miss it till then."""
    standing_clock.pass_time(days=400)
    witness(twin)
    standing_clock.pass_time(days=-400)
    assert "witness_silent" in kinds(twin)
    witness(twin)
    assert "witness_silent" not in kinds(twin)
