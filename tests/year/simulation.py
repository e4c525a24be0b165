"""One loop: for each day of the year what people do, and each scheduled run at its hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.neutral import StepFailed
from tasks.watching.daily import watch
from tests.factories.keys import StandingClock
from tests.year.office import Office
from tests.year.timetable import Run, Timetable
from tests.year.without_a_server import Houses, without_a_server

MORNING = time(8, 30)
NO_SERVER = "flows.forget_runs.forget_runs"
"""Tidies the server's own history, and there is none here."""

Happening = Callable[["Year"], None]


class Year:
    """One controller's year."""

    def __init__(self, controller: str, home: Path, begin: date, zone: str) -> None:
        self.controller = controller
        self.home = home
        self.zone = ZoneInfo(zone)
        self.begin = self.day = begin
        self.clock = StandingClock(datetime.combine(begin, time(7), self.zone).astimezone(UTC))
        self.houses = Houses(self.clock)
        self.red: Counter[str] = Counter()
        """Runs that failed, by flow and reason."""
        self.alarms: Counter[str] = Counter()
        """Days on which the watchdog had something to say, by kind."""
        self.ran: Counter[str] = Counter()
        self.out: set[date] = set()
        """Days on which nothing runs and nobody works."""
        self._stack = ExitStack()

    def __enter__(self) -> Year:
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("GALLRA_HOME", str(self.home))
        self._flows = self._stack.enter_context(without_a_server(self.houses))
        self._timetable = Timetable(self.controller)
        self.office = Office(self.houses, self.controller)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def live(self, until: date, happenings: Mapping[date, list[Happening]]) -> None:
        """Every day up to and with `until`."""
        while self.day <= until:
            if self.day not in self.out:
                self._live_a_day(happenings.get(self.day, []))
            self.day += timedelta(days=1)

    @property
    def entrypoints(self) -> set[str]:
        """Every flow that is scheduled for this controller."""
        return self._timetable.entrypoints

    def run(self, flow: str) -> None:
        """A person starts a flow by hand."""
        self._run(f"flows.{flow}.{flow}")

    def _live_a_day(self, happens: list[Happening]) -> None:
        morning = datetime.combine(self.day, MORNING, self.zone).astimezone(UTC)
        early = [run for run in self._timetable.of(self.day) if run.at < morning]
        late = [run for run in self._timetable.of(self.day) if run.at >= morning]
        for run in early:
            self._scheduled(run)
        self.clock.instant = max(self.clock.instant, morning)
        self._watch()
        for happening in happens:
            happening(self)
        if self.day.weekday() < 5:
            self.office.works()
        for run in late:
            self._scheduled(run)
        self._watch()

    def _scheduled(self, run: Run) -> None:
        self.clock.instant = max(self.clock.instant + timedelta(seconds=1), run.at)
        self._run(run.entrypoint)

    def _run(self, entrypoint: str) -> None:
        if entrypoint == NO_SERVER:
            return
        name = entrypoint.rpartition(".")[2]
        self.ran[name] += 1
        try:
            self._flows[entrypoint].fn(self.controller)
        except StepFailed as failed:
            self.red[f"{name} {failed.code}"] += 1

    def _watch(self) -> None:
        with self.houses.lend(self.controller) as house:
            for alarm in watch(house).standing:
                self.alarms[alarm.kind] += 1
