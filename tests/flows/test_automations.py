"""What Prefect does when a run goes wrong, on a real server: it is put there once, and it acts."""

from __future__ import annotations

import copy
import dataclasses
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tasks.house.settings import Settings
from tasks.serving import automations
from tasks.serving.automations import upsert
from tasks.serving.prefect_api import PrefectApi
from tasks.serving.prefect_place import Place, here
from tasks.serving.prefect_server import local_server
from tasks.serving.prefect_settings import environment
from tasks.serving.processes import deploy, read_deployed
from tests.flows.automation_listener import listener
from tests.flows.serving import ROOT

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(600)]

LIMIT = 240.0
WITNESS = "witness-ledger-academedia"
TELLS = "tell-operator-academedia"


@dataclass
class Server:
    """A server with every deployment, no worker, and somebody who listens."""

    home: Path
    place: Place
    settings: Settings
    heard: list[dict[str, Any]] = field(default_factory=list)

    @property
    def api(self) -> PrefectApi:
        return PrefectApi(self.place)

    def ours(self) -> dict[str, dict[str, Any]]:
        found = self.api.filter("automations", {})
        assert len({each["name"] for each in found}) == len(found), "one of them stands twice"
        return {each["name"]: each for each in found}

    def deployment(self, name: str) -> str:
        (found,) = self.api.filter("deployments", {"deployments": {"name": {"any_": [name]}}})
        return str(found["id"])

    def ends(self, kind: str, name: str = WITNESS) -> str:
        """A run that is under way, and then ends so."""
        path = f"/deployments/{self.deployment(name)}/create_flow_run"
        run = str(self.api.change("POST", path, {"state": {"type": "RUNNING"}})["id"])
        if kind != "RUNNING":
            body = {"state": {"type": kind, "message": "a message"}, "force": True}
            self.api.change("POST", f"/flow_runs/{run}/set_state", body)
        return run

    def tellings(self) -> int:
        wanted = {"deployments": {"name": {"any_": [TELLS]}}}
        return int(self.api.asked("/flow_runs/count", wanted))

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.25)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("automations")
    heard: list[dict[str, Any]] = []
    with listener(heard) as address, local_server(home) as started:
        deploy(home, environment(home, port=started.port) | {"PYTHONPATH": str(ROOT)})
        told = {**os.environ, "GALLRA_HOME": str(home), "GALLRA_OPERATOR_WEBHOOK": address}
        settings = Settings.from_environment(told)
        yield Server(home, here(home, started.port), settings, heard)


def test_they_are_put_there_once_and_what_is_taken_out_goes(server: Server) -> None:
    other = {"type": "event", "posture": "Reactive", "expect": ["x.y"], "within": 0}
    for name in ("Gallra: of an earlier version", "Somebody else's"):
        body = {"name": name, "trigger": other, "actions": [{"type": "do-nothing"}]}
        server.api.change("POST", "/automations/", body)
    number = upsert(server.place, server.settings)
    assert number == 3 * 4 + 1
    first = server.ours()
    assert {"Somebody else's", "Gallra: no worker", "Gallra: a run hangs, tommerup"} <= set(first)
    assert "Gallra: of an earlier version" not in first
    assert len(first) == number + 1
    assert upsert(server.place, server.settings) == number
    assert {n: each["id"] for n, each in server.ours().items()} == {
        n: each["id"] for n, each in first.items()
    }


def test_a_failed_run_is_told_of_without_what_it_was_given_or_said(server: Server) -> None:
    upsert(server.place, server.settings)
    _wait_until_they_act(server)
    before = server.tellings()
    run = server.ends("FAILED")
    server.until(lambda: any(each["run"] == run for each in server.heard))
    (told,) = [each for each in server.heard if each["run"] == run]
    page = told.pop("page")
    assert page.endswith(run)
    assert told == {
        "flow": "witness-ledger",
        "deployment": WITNESS,
        "state": "Failed",
        "run": run,
    }
    server.until(lambda: server.tellings() > before)
    crashed = server.ends("CRASHED")
    server.until(lambda: any(each["run"] == crashed for each in server.heard))
    # One that went well, and the one that tells: nobody is called.
    well, telling = server.ends("COMPLETED"), server.ends("FAILED", TELLS)
    last = server.ends("FAILED")
    server.until(lambda: any(each["run"] == last for each in server.heard))
    assert not {well, telling} & {each["run"] for each in server.heard}


def _wait_until_they_act(server: Server) -> None:
    """A server takes up a new automation within seconds."""

    runs: set[str] = set()

    def acts() -> bool:
        runs.add(server.ends("FAILED"))
        time.sleep(2)
        return any(each["run"] in runs for each in server.heard)

    server.until(acts)


def test_a_run_that_is_not_heard_of_any_more_crashes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = copy.deepcopy(read_deployed("automations.yaml"))
    for each in soon["automations"]:
        if "silent_for" in each:
            assert each["silent_for"] == 120
            each["silent_for"] = 10
    monkeypatch.setattr(automations, "read_deployed", lambda name: soon)
    upsert(server.place, server.settings)
    time.sleep(3)
    # One is killed before its first beat, one after it, one goes on, and one has ended well.
    at_once, later, alive = (server.ends("RUNNING") for _ in range(3))
    ended = server.ends("COMPLETED")
    _beat(server, later)

    def crashed() -> bool:
        _beat(server, alive)
        time.sleep(1)
        return {_state(server, run) for run in (at_once, later)} == {"CRASHED"}

    server.until(crashed)
    assert _state(server, alive) == "RUNNING"
    assert _state(server, ended) == "COMPLETED"
    server.until(lambda: {at_once, later} <= {each["run"] for each in server.heard})


def _state(server: Server, run: str) -> str:
    return str(server.api.get(f"/flow_runs/{run}")[1]["state_type"])


def _beat(server: Server, run: str) -> None:
    """A heartbeat as Prefect's own engine sends it, of a process that is killed then."""

    event = {
        "id": str(uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": "prefect.flow-run.heartbeat",
        "resource": {"prefect.resource.id": f"prefect.flow-run.{run}"},
        "related": [
            {"prefect.resource.id": "prefect.tag.academedia", "prefect.resource.role": "tag"}
        ],
        "payload": {},
    }
    server.api.change("POST", "/events", [event])  # type: ignore[arg-type]


def test_the_address_is_in_no_file_in_clear_and_goes_when_it_is_taken_out(server: Server) -> None:
    upsert(server.place, server.settings)
    files = [each for each in (server.home / "prefect").rglob("*") if each.is_file()]
    assert any(each.name == "prefect.db" for each in files)
    assert not [each for each in files if b"very-secret-word" in each.read_bytes()]
    without = dataclasses.replace(server.settings, operator_webhook=None)
    assert upsert(server.place, without) == 3 * 4
    assert "Gallra: no worker" not in server.ours(), "nobody would be told by it"
    with closing(sqlite3.connect(server.home / "prefect" / "prefect.db")) as database:
        (left,) = database.execute("SELECT count(*) FROM block_document").fetchone()
    assert left == 0
