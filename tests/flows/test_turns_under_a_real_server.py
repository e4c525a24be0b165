"""One import or purge per folder, shown by the server: who comes second waits, and whoever was
killed keeps nobody waiting; not even when the server was killed as well."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from prefect.client.schemas.objects import WorkerStatus

from flows.calling_in import calling_in
from flows.session import prefect_session
from tasks.house import children
from tasks.house.settings import Settings
from tasks.house.wiring import open_house, read_bindings, read_policy
from tasks.serving.prefect_settings import environment
from tasks.serving.processes import start_worker
from tests.factories.houses import ROOT
from tests.flows.serving import Runs, Serving, drop, left_long_ago
from tests.privacy.prefect_client import Api

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(900)]
IMPORT: Final = "import-af/import-af-academedia"
PURGE: Final = "purge-staging/purge-staging-academedia"
WHO: Final = ("19890201-2396", "Test", "Testsson")
LEASE: Final = 60.0


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    made = Serving(tmp_path_factory.mktemp("turns"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


def folder_limit(home: Path) -> str:
    settings = Settings.from_environment({"GALLRA_HOME": str(home)})
    bindings = read_bindings(settings, read_policy(settings, "academedia"))
    assert bindings.staging is not None
    return bindings.limits()[bindings.staging.place].name


def take(api: Api, name: str) -> str:
    """A slot, as a run takes it; its lease is not renewed."""
    body = {"names": [name], "slots": 1, "mode": "concurrency", "lease_duration": LEASE}
    answer = api.post("/v2/concurrency_limits/increment-with-lease", body)
    return str(answer.raise_for_status().json()["lease_id"])


def occupied(api: Api, name: str) -> int:
    return int(api.get(f"/v2/concurrency_limits/{name}")["active_slots"])


def said(api: Api, run: str) -> list[str]:
    body = {"logs": {"flow_run_id": {"any_": [run]}}, "limit": 200}
    return [one["message"] for one in api.post("/logs/filter", body).raise_for_status().json()]


def until_it_waits(api: Api, runs: Runs, run: str) -> None:
    end = time.monotonic() + 120
    while not any(line.startswith("Waits for its turn at gallra-") for line in said(api, run)):
        assert time.monotonic() < end, (runs.read(run)["state"], said(api, run))
        time.sleep(0.5)
    assert runs.read(run)["state"]["type"] == "RUNNING"


def worked(api: Api, run: str) -> tuple[str, str]:
    """From the beginning of its first step to the end of its last one."""
    body = {"task_runs": {"flow_run_id": {"any_": [run]}}, "limit": 200}
    steps: list[dict[str, Any]] = api.post("/task_runs/filter", body).raise_for_status().json()
    assert steps
    return min(one["start_time"] for one in steps), max(one["end_time"] for one in steps)


def test_two_started_at_once_on_one_folder_run_one_after_the_other(serving: Serving) -> None:
    drop(serving.home, "export.csv", left_long_ago("310000001", WHO))
    name = folder_limit(serving.home)
    with Api(serving.home) as api:
        runs = Runs(api)
        lease = take(api, name)
        both = [runs.start(IMPORT), runs.start(PURGE)]
        for run in both:
            until_it_waits(api, runs, run)
        freed = api.post(
            "/v2/concurrency_limits/decrement-with-lease", {"lease_id": lease}
        ).raise_for_status()
        assert freed.status_code == 204
        for run in both:
            runs.until(run, "Completed")
        (first, second) = sorted(worked(api, run) for run in both)
        assert first[1] <= second[0], "both worked in the folder at once"
        assert occupied(api, name) == 0
    assert list((serving.home / "staging").iterdir()) == []


def test_workers_that_are_called_in_take_what_there_is(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that is over, with nothing left to share."""
    monkeypatch.setattr("flows.calling_in.get_run_logger", lambda: pytest.importorskip("logging"))
    settings = Settings.from_environment({"GALLRA_HOME": str(serving.home)})
    with prefect_session(serving.home) as server:
        assert calling_in("academedia")("I-0000000000001", 6) == 0, "there is nobody else"
        more = environment(serving.home, port=server.port) | {"PYTHONPATH": str(ROOT)}
        worker = start_worker(serving.home, more)
        try:
            with Api(serving.home) as api, open_house("academedia", settings=settings):
                end = time.monotonic() + 120
                while True:
                    found = api.post("/work_pools/gallra/workers/filter", {}).json()
                    if sum(one["status"] == WorkerStatus.ONLINE for one in found) == 2:
                        break
                    assert time.monotonic() < end
                    time.sleep(0.5)
                assert calling_in("academedia")("I-0000000000001", 6) == 1
                body = {"deployments": {"name": {"any_": ["execute-part-academedia"]}}}
                (run,) = api.post("/flow_runs/filter", body).raise_for_status().json()
                assert run["parameters"] == {
                    "controller": "academedia",
                    "work": "I-0000000000001",
                    "part": 4,
                }
                Runs(api).until(run["id"], "Completed")
                wrong = {"parameters": {"work": "19890201-2396", "part": 1}}
                there = api.deployment("execute-part/execute-part-academedia")
                refused = api.post(f"/deployments/{there}/create_flow_run", wrong)
                assert refused.status_code in (409, 422)
        finally:
            children.stop(worker)


def test_a_killed_runs_turn_comes_back_though_the_server_was_killed_too(serving: Serving) -> None:
    name = folder_limit(serving.home)
    with Api(serving.home) as api:
        take(api, name)
        assert occupied(api, name) == 1
    serving.kill()
    serving.start()
    with Api(serving.home) as api:
        runs = Runs(api)
        runs.until(runs.start(PURGE), "Completed")
        assert occupied(api, name) == 0
