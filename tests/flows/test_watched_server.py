"""The watchdog asks a real server from outside: what is missing, hangs, waits or failed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.house import children
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.serving.prefect_api import PrefectApi
from tasks.serving.prefect_place import here
from tasks.serving.prefect_server import local_server
from tasks.serving.prefect_settings import WORK_POOL, environment
from tasks.serving.processes import deploy, start_worker
from tasks.watching import scheduler
from tasks.watching.daily import watch
from tests.flows.serving import ROOT

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(600)]

LIMIT = 180.0
WITNESS = "witness-ledger-academedia"
PURGE = "purge-staging-academedia"
IMPORT = "import-af-academedia"
VERIFY = "verify-ledger-academedia"


@dataclass
class Watched:
    """A house, its server, and a clock that can be put forward."""

    home: Path
    api: PrefectApi
    later: timedelta = timedelta(0)

    def settings(self) -> Settings:
        return Settings.from_environment({**os.environ, "GALLRA_HOME": str(self.home)})

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    def look(self, **later: float) -> set[tuple[str, str]]:
        """What is wrong, seen from so much later."""
        self.later = timedelta(**later)
        with open_house("academedia", settings=self.settings(), now=self.now) as house:
            return set(scheduler.look(house).seen)

    def watch(self) -> set[str]:
        """The alarms that stand after a look of the whole watchdog."""
        self.later = timedelta(0)
        with open_house("academedia", settings=self.settings(), now=self.now) as house:
            return {alarm.kind for alarm in watch(house).standing}

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.5)

    def deployment(self, name: str) -> str:
        (found,) = self.api.filter("deployments", {"deployments": {"name": {"any_": [name]}}})
        return str(found["id"])

    def run(self, name: str, **state: Any) -> str:
        body = {"state": state} if state else {}
        path = f"/deployments/{self.deployment(name)}/create_flow_run"
        return str(self.api.change("POST", path, body)["id"])

    def becomes(self, run: str, kind: str) -> None:
        body = {"state": {"type": kind}, "force": True}
        assert self.api.change("POST", f"/flow_runs/{run}/set_state", body)["status"] == "ACCEPT"

    def state(self, run: str) -> str:
        return str(self.api.get(f"/flow_runs/{run}")[1]["state_type"])


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    home = tmp_path_factory.mktemp("watched")
    with local_server(home) as server:
        settings = environment(home, port=server.port) | {"PYTHONPATH": str(ROOT)}
        deploy(home, settings)
        found = Watched(home, PrefectApi(here(home, server.port)))
        assert found.watch() == set()
        assert found.look(hours=1) == set(), "nobody serves here: nobody is missed"
        worker = start_worker(home, settings)
        try:
            (home / "prefect" / "served").touch()
            found.until(lambda: found.look() == set())
            assert found.watch() == set()
            done = found.run(WITNESS)
            found.until(lambda: found.state(done) == "COMPLETED")
            assert found.look() == set()
            assert _has_beaten(found, done)
        finally:
            children.stop(worker)
        yield found


def _has_beaten(watched: Watched, run: str) -> bool:
    """A real run's heartbeat has the name and the resource that the watchdog asks for."""
    body = {"id": run}
    watched.until(lambda: scheduler._beats(watched.api, body, datetime.now(UTC)))
    return not scheduler._beats(watched.api, {"id": watched.deployment(PURGE)}, datetime.now(UTC))


def test_a_worker_that_died_is_missed_within_two_minutes(watched: Watched) -> None:
    assert watched.look(seconds=100) == {(scheduler.WORKER_MISSING, WORK_POOL)}


def test_a_run_that_nobody_works_at_hangs(watched: Watched) -> None:
    run = watched.run(IMPORT, type="RUNNING")
    assert (scheduler.RUN_STUCK, IMPORT) not in watched.look()
    assert (scheduler.RUN_STUCK, IMPORT) in watched.look(seconds=100)
    watched.becomes(run, "PENDING")
    assert (scheduler.RUN_STUCK, IMPORT) not in watched.look(minutes=4)
    assert (scheduler.RUN_STUCK, IMPORT) in watched.look(minutes=6)
    watched.becomes(run, "CANCELLED")
    assert (scheduler.RUN_STUCK, IMPORT) not in watched.look(minutes=6)


def test_a_run_that_does_not_begin_is_late(watched: Watched) -> None:
    run = watched.run(PURGE)
    late = (scheduler.RUN_LATE, PURGE)
    assert late not in watched.look(minutes=9)
    assert late in watched.look(minutes=11)
    watched.becomes(run, "CANCELLED")
    assert late not in watched.look(minutes=11)


def test_a_failure_stands_until_a_later_run_goes_well(watched: Watched) -> None:
    failed = (scheduler.RUN_FAILED, VERIFY)
    for kind in ("FAILED", "CRASHED"):
        for _ in range(2):
            watched.becomes(watched.run(VERIFY, type="RUNNING"), kind)
        assert failed in watched.look()
        watched.becomes(watched.run(VERIFY, type="RUNNING"), "CANCELLED")
        assert failed in watched.look(), "one that was called off mends nothing"
        watched.becomes(watched.run(VERIFY, type="RUNNING"), "COMPLETED")
        assert failed not in watched.look()


def test_what_is_switched_off_or_gone_is_named(watched: Watched) -> None:
    number = watched.deployment(PURGE)
    watched.api.change("PATCH", f"/deployments/{number}", {"paused": True})
    assert (scheduler.DEPLOYMENT_PAUSED, PURGE) in watched.look()
    watched.api.change("PATCH", f"/deployments/{number}", {"paused": False})
    assert (scheduler.DEPLOYMENT_PAUSED, PURGE) not in watched.look()
    watched.api.change("PATCH", f"/work_pools/{WORK_POOL}", {"is_paused": True})
    assert (scheduler.DEPLOYMENT_PAUSED, WORK_POOL) in watched.look()
    watched.api.change("PATCH", f"/work_pools/{WORK_POOL}", {"is_paused": False})
    watched.api.change("DELETE", f"/deployments/{watched.deployment(VERIFY)}")
    assert (scheduler.DEPLOYMENT_MISSING, VERIFY) in watched.look()


def test_a_scheduler_that_plans_nothing_is_seen(watched: Watched) -> None:
    assert (scheduler.SCHEDULE_IDLE, WITNESS) not in watched.look(minutes=30)
    # As Prefect would look if its scheduler had stopped long ago.
    idle = {name for kind, name in watched.look(days=120) if kind == scheduler.SCHEDULE_IDLE}
    assert {WITNESS, IMPORT} <= idle


def test_a_silent_server_is_an_alarm_and_ends_no_other(watched: Watched) -> None:
    before = watched.watch()
    assert scheduler.DEPLOYMENT_MISSING in before
    note = watched.home / "prefect" / "server.json"
    port = note.read_text()
    note.write_text('{"port": 9}')  # nobody listens there
    assert watched.watch() == before | {scheduler.SCHEDULER_SILENT}
    note.write_text(port)
    assert watched.watch() == before


def test_where_workers_are_expected_a_missing_server_is_missed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, "GALLRA_HOME": str(home)}

    def seen(**more: str) -> set[tuple[str, str]]:
        settings = Settings.from_environment(environment | more)
        with open_house("academedia", settings=settings) as house:
            return set(scheduler.look(house).seen)

    assert seen() == set()
    assert seen(GALLRA_WORKERS="1") == {(scheduler.SCHEDULER_SILENT, "prefect")}
    elsewhere = {"GALLRA_PREFECT_API": "http://127.0.0.1:9/api"}
    assert seen(**elsewhere) == {(scheduler.SCHEDULER_SILENT, "prefect")}
