"""What runs on a day, and in which order: as `prefect.yaml` says, on the clocks of the place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml
from cronsim import CronSim

from tests.factories.houses import ROOT

OFTEN = 3
"""What runs more often on a day than this runs at its first, its middle and its last time: in
between nothing has happened."""


class Run(NamedTuple):
    """A scheduled run."""

    at: datetime
    """UTC."""
    entrypoint: str


class Timetable:
    """The deployments of one controller."""

    def __init__(self, controller: str) -> None:
        text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
        deployed: list[dict[str, Any]] = yaml.safe_load(text)["deployments"]
        self._schedules = [
            (each["entrypoint"], schedule["cron"], ZoneInfo(schedule["timezone"]))
            for each in deployed
            if each["parameters"]["controller"] == controller
            for schedule in each["schedules"]
        ]

    @property
    def entrypoints(self) -> set[str]:
        """Every flow that ever runs by itself."""
        return {entrypoint for entrypoint, _, _ in self._schedules}

    def of(self, day: date) -> list[Run]:
        """The runs of a local day, in their order."""
        times: dict[str, list[datetime]] = {}
        for entrypoint, cron, zone in self._schedules:
            times.setdefault(entrypoint, []).extend(_times(cron, zone, day))
        return sorted(Run(at, name) for name, every in times.items() for at in _few(sorted(every)))


def _times(cron: str, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    begin = datetime.combine(day, time(), zone) - timedelta(seconds=1)
    for found in CronSim(cron, begin):
        if found.date() != day:
            return
        yield found.astimezone(UTC)


def _few(times: list[datetime]) -> list[datetime]:
    if len(times) <= OFTEN:
        return times
    return [times[0], times[len(times) // 2], times[-1]]
