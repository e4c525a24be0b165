"""No file lies for 24 hours without an alarm at 20: every drop time, both nights of the clock,
purges that fail and a stop of everything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy import select

from connectors.memory import MemoryCaseSystem, MemoryStaging
from lifecycle.references import STAGED_FILE, to_reference
from records.engines import reading
from records.tables import ledger_event, staged_file
from tasks.house.parts import House
from tasks.house.wiring import open_house
from tasks.importing.purge import purge
from tasks.importing.stock import place_digest
from tasks.proving.proof import witness
from tasks.watching.daily import STAGED_TOO_LONG, watch
from tests.factories.databases import NewDatabase
from tests.factories.houses import test_settings
from tests.factories.keys import StandingClock

ZONE = ZoneInfo("Europe/Stockholm")
UTC = ZoneInfo("UTC")
_LONG_HOURS = [pytest.param(hour, marks=pytest.mark.long) for hour in (0, 2, 5, 9, 13, 20, 23)]
ALARM, LONGEST = timedelta(hours=20), timedelta(hours=24)
SPRING, AUTUMN, ORDINARY = date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 18)
EVERY_DAY = pytest.mark.parametrize(
    "day", [SPRING, AUTUMN, pytest.param(ORDINARY, marks=pytest.mark.long)], ids=str
)
DAYS = pytest.mark.parametrize(
    "day",
    [AUTUMN, *(pytest.param(day, marks=pytest.mark.long) for day in (SPRING, ORDINARY))],
    ids=str,
)
STEPS = pytest.mark.parametrize("minutes", [60, pytest.param(10, marks=pytest.mark.long)])
"""Between two files that are dropped: the everyday suite takes whole hours, CI ten minutes."""


def local(day: date, at: time = time()) -> datetime:
    return datetime.combine(day, at, tzinfo=ZONE).astimezone(UTC)


@dataclass
class Days:
    """Three days around one, minute by minute as it matters: what is dropped, purged, looked at."""

    house: House
    clock: StandingClock
    dropped: dict[str, datetime] = field(default_factory=dict)
    oldest: timedelta = timedelta()
    """The oldest that any file became, alarm or not."""
    late_without_alarm: list[str] = field(default_factory=list)
    alarmed: set[str] = field(default_factory=set)

    def run(
        self,
        day: date,
        *,
        drop_every: int,
        look_every: int = 0,
        purge_works: Callable[[datetime], bool] = lambda _: True,
        is_up: Callable[[datetime], bool] = lambda _: True,
        purge_first: bool = False,
    ) -> None:
        """Minutes; looks come as often as files, but every 30 at most, where nothing is said.
        `is_up`: false while everything stands still; what was due then runs at the return."""
        first, last = local(day - timedelta(days=1)), local(day + timedelta(days=2))
        begin_looks = first + timedelta(minutes=7)
        due: list[tuple[datetime, int, Callable[[], None]]] = []
        for number, at in enumerate(_every(first + timedelta(minutes=1), last, drop_every)):
            due.append((at, 0, lambda name=f"{number}.csv": self.drop(name)))
        for at in _every(begin_looks, last, look_every or max(30, drop_every)):
            if is_up(at):
                due.append((at, 2 if purge_first else 1, self.look))
        for shift in range(-1, 3):
            due.append((local(day + timedelta(days=shift), time(6, 30)), 3, self.witness))
            for hour in self.house.policy.staging.purge_at:
                at = local(day + timedelta(days=shift), hour)
                if first <= at < last and purge_works(at):
                    while not is_up(at):
                        at += timedelta(minutes=1)
                    due.append((at, 1 if purge_first else 2, self.purge))
        for at, _, act in sorted(due, key=lambda event: event[:2]):
            self.clock.instant = at
            act()

    def drop(self, name: str) -> None:
        assert isinstance(self.house.staging, MemoryStaging)
        self.house.staging.drop(name, name.encode())
        self.dropped[name] = self.clock.instant

    def ages(self) -> dict[str, timedelta]:
        """How long each file lies there, by elapsed time."""
        now = self.clock.instant
        return {item.key: now - self.dropped[item.key] for item in self.house.staging.list_items()}

    def look(self) -> None:
        ages = self.ages()
        self.oldest = max([self.oldest, *ages.values()])
        seen = watch(self.house)
        standing = {alarm.ref for alarm in seen.standing if alarm.kind == STAGED_TOO_LONG}
        names = self.names(standing)
        self.alarmed |= names
        due = {name for name, age in ages.items() if age >= ALARM}
        assert names == due, "the alarm stands for those and for no others"

    def witness(self) -> None:
        witness(self.house)

    def purge(self) -> None:
        ages = self.ages()
        self.oldest = max([self.oldest, *ages.values()])
        purge(self.house)
        alarmed = self.names(self.ever_alarmed())
        self.late_without_alarm += [
            name for name, age in ages.items() if age >= ALARM and name not in alarmed
        ]
        self.alarmed |= alarmed

    def names(self, refs: set[str]) -> set[str]:
        with reading(self.house.engine) as connection:
            rows = connection.execute(select(staged_file.c.id, staged_file.c.item_digest)).all()
        of_digest = {place_digest(self.house, name): name for name in self.dropped}
        return {
            of_digest[bytes(row.item_digest)]
            for row in rows
            if to_reference(STAGED_FILE, row.id) in refs
        }

    def ever_alarmed(self) -> set[str]:
        with reading(self.house.engine) as connection:
            bodies = connection.execute(select(ledger_event.c.body)).scalars().all()
        events = [orjson.loads(bytes(body)) for body in bodies]
        return {e["ref"] for e in events if e["kind"] == "alarm.raised" and "ref" in e}


def _every(first: datetime, last: datetime, minutes: int) -> Iterator[datetime]:
    while first < last:
        yield first
        first += timedelta(minutes=minutes)


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def days(
    new_database: NewDatabase, tmp_path: Path, standing_clock: StandingClock
) -> Iterator[Days]:
    standing_clock.instant = local(SPRING - timedelta(days=2))
    settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    with open_house("academedia", settings=settings, now=standing_clock) as house:
        staging = MemoryStaging(place=house.staging.place, now=standing_clock)
        cases = MemoryCaseSystem(house.vault.fingerprint, system="workbuster")
        yield Days(dataclasses.replace(house, staging=staging, case_system=cases), standing_clock)


@EVERY_DAY
@STEPS
def test_with_every_purge_no_file_grows_old_whenever_it_comes(
    days: Days, day: date, minutes: int
) -> None:
    days.run(day, drop_every=minutes)
    assert days.alarmed == set()
    assert timedelta(hours=17) < days.oldest < ALARM
    assert len(days.dropped) * minutes >= 71 * 60, "files came at every hour of three days"


def test_on_the_long_night_a_file_waits_nineteen_and_a_half_hours(days: Days) -> None:
    days.run(AUTUMN, drop_every=30)
    assert days.oldest == timedelta(hours=19, minutes=29), "it came a minute after 23:30"
    assert days.alarmed == set()


@DAYS
@STEPS
def test_a_purge_that_fails_for_a_day_raises_the_alarm_for_each_file_in_time(
    days: Days, day: date, minutes: int
) -> None:
    failing = local(day), local(day + timedelta(days=1))
    days.run(day, drop_every=minutes, purge_works=lambda at: not failing[0] <= at < failing[1])
    assert days.oldest > LONGEST
    assert days.alarmed
    assert days.late_without_alarm == []


@DAYS
def test_a_purge_that_fails_for_two_days_raises_the_alarm_too(days: Days, day: date) -> None:
    failing = local(day - timedelta(days=1)), local(day + timedelta(days=1))
    days.run(day, drop_every=60, purge_works=lambda at: not failing[0] <= at < failing[1])
    assert days.oldest > timedelta(hours=40)
    assert days.late_without_alarm == []


@DAYS
@pytest.mark.parametrize("purge_first", [False, True])
@pytest.mark.parametrize("from_hour", [17, *_LONG_HOURS])
def test_after_a_stop_of_everything_the_first_look_raises_the_alarm(
    days: Days, day: date, from_hour: int, purge_first: bool
) -> None:
    """20 hours; what was due meanwhile comes at the return, the purge before or after the look."""
    stop = local(day, time(from_hour))
    back = stop + timedelta(hours=20)
    days.run(
        day,
        drop_every=60,
        is_up=lambda at: not stop <= at < back,
        purge_first=purge_first,
    )
    assert days.late_without_alarm == []
    if days.oldest >= ALARM:
        assert days.alarmed


def test_a_look_just_inside_every_four_hours_is_enough(days: Days) -> None:
    """Between the alarm at 20 hours and the 24 that the policy allows lie four."""
    longest_without: list[timedelta] = []
    days.look = _remembering(days, longest_without)  # type: ignore[method-assign]
    days.run(AUTUMN, drop_every=60, look_every=239, purge_works=lambda _: False)
    assert len(longest_without) > 10
    assert max(longest_without) < LONGEST


def _remembering(days: Days, ages: list[timedelta]) -> Callable[[], None]:
    def look() -> None:
        fresh = [age for name, age in days.ages().items() if name not in days.alarmed]
        Days.look(days)
        ages.append(max(fresh, default=timedelta()))

    return look
