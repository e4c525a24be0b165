"""The flows under a real Prefect server, worker and deployments: closed, scheduled, neutral."""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psutil
import pytest
from prefect import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import Artifact, FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import State

from connectors.folder import FolderStaging
from console.sample import Sample, write_sample
from flows import steps
from flows.archive_erase import archive_erase
from flows.follow_up import follow_up
from flows.import_af import import_af
from flows.neutral import StepFailed
from flows.parameters import KNOWN_CONTROLLERS
from flows.purge_staging import purge_staging
from flows.rotate_keys import rotate_keys
from flows.take_inventory import take_inventory
from flows.verify_ledger import verify_ledger
from flows.witness_ledger import witness_ledger
from flows.year_end import year_end
from lifecycle.errors import NotProven, Unreachable
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.importing import intake, stock
from tasks.serving.openness import answers, openings
from tasks.serving.prefect_place import here
from tests.factories.houses import PEOPLE
from tests.flows.conftest import Served
from tests.flows.serving import Runs, drop, enrol_by_phone, left_long_ago
from tests.privacy.prefect_client import Api
from tests.structure.test_flows import DEPLOYMENTS

pytestmark = [
    pytest.mark.server,
    pytest.mark.timeout(420),
]
CANARY = "19850709-9805"
NAME = re.compile(r"academedia (import|purge|ledger verification) \d{4}-\d\d-\d\d \d\d:\d\d")


def _artifacts(key: str) -> list[Artifact]:
    with get_client(sync_client=True) as client:
        answer = client._client.post(
            "/artifacts/filter",
            json={"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC"},
        )
        answer.raise_for_status()
        return [Artifact.model_validate(each) for each in answer.json()]


def _code(cell: str) -> str:
    """The program's own word, which stands in parentheses after the readable one."""
    return cell.rpartition("(")[2].rstrip(")")


def _deployment(name: str) -> DeploymentResponse:
    with get_client(sync_client=True) as client:
        return client.read_deployment_by_name(name)


def _scheduled_hours(name: str, entrypoint: str) -> set[str]:
    """The local hours at which the server has runs of this deployment waiting."""
    flow = entrypoint.rpartition(".")[2].replace("_", "-")
    wanted = FlowRunFilter.model_validate(
        {
            "deployment_id": {"any_": [_deployment(f"{flow}/{name}").id]},
            "state": {"name": {"any_": ["Scheduled"]}},
        }
    )
    with get_client(sync_client=True) as client:
        starts = [run.expected_start_time for run in client.read_flow_runs(flow_run_filter=wanted)]
    zone = ZoneInfo("Europe/Stockholm")
    return {f"{start.astimezone(zone):%H:%M}" for start in starts if start}


def _last_run(state: State[Any]) -> FlowRun:
    with get_client(sync_client=True) as client:
        assert state.state_details.flow_run_id is not None
        return client.read_flow_run(state.state_details.flow_run_id)


def _sample(served: Served, *, seed: int, rows: int = 60) -> Sample:
    path = served.home / f"sample-{seed}.xlsx"
    made = write_sample(path, rows=rows, seed=seed)
    (served.staging / path.name).write_bytes(path.read_bytes())
    return made


def test_the_server_is_closed_and_the_operator_is_told_where(session: Served) -> None:
    said = session.said.read_text()
    password = (session.home / "prefect" / "auth").read_text()
    assert re.search(r"Prefect UI: http://127\.0\.0\.1:\d+\n", said)
    assert password not in said
    address = re.findall(r"http://127\.0\.0\.1:\d+", said)[0]
    user, _, secret = password.partition(":")
    with httpx.Client(base_url=f"{address}/api", trust_env=False) as anyone:
        assert anyone.post("/flow_runs/filter", json={}).status_code in (401, 403)
        assert anyone.get("/admin/settings").status_code == 401
        # The password alone, as a hostile page in the operator's browser would send it.
        assert anyone.post("/flows/", json={"name": "x"}, auth=(user, secret)).status_code == 403
        cross = {"Origin": "https://example.se", "Access-Control-Request-Method": "POST"}
        answer = anyone.options("/flows/", headers=cross)
        assert "access-control-allow-origin" not in answer.headers
    place = here(session.home, int(address.rpartition(":")[2]))
    assert (answers(place), list(openings(place))) == (True, [])
    parent = psutil.Process(session.process.pid)
    listening = {
        connection.laddr.ip
        for process in [parent, *parent.children(recursive=True)]
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_scheduled_runs_really_appear_at_the_right_local_hours(session: Served) -> None:
    # Prefect plans a hundred days ahead: in summer the turn of the year is beyond that.
    daily = {
        name: deployment["entrypoint"]
        for name, deployment in DEPLOYMENTS.items()
        if deployment.get("schedules") and not name.startswith("year-end")
    }
    waiting = dict(daily)
    end = time.monotonic() + 120
    while waiting and time.monotonic() < end:
        waiting = {name: at for name, at in waiting.items() if not _scheduled_hours(name, at)}
        time.sleep(1)
    assert waiting == {}
    hours = {name: _scheduled_hours(name, at) for name, at in daily.items()}
    assert hours["purge-staging-academedia"] == {"18:00", "23:30"}
    assert hours["verify-ledger-academedia"] == {"04:30"}
    assert {"17:55", "23:25"} <= hours["import-af-academedia"]
    assert hours["archive-erase-tommerup"] == {"05:25"}
    year_end = DEPLOYMENTS["year-end-tommerup"]["entrypoint"]
    assert _scheduled_hours("year-end-tommerup", year_end) <= {"05:55"}


def test_an_unknown_controller_is_refused_before_it_is_stored(session: Served) -> None:
    deployment = _deployment("import-af/import-af-academedia")
    schema = deployment.parameter_openapi_schema
    assert schema is not None
    assert schema["properties"]["controller"]["enum"] == list(KNOWN_CONTROLLERS)
    assert deployment.enforce_parameter_schema
    for parameters in ({"controller": CANARY}, {"person": CANARY}):
        with (
            pytest.raises(PrefectHTTPStatusError) as caught,
            get_client(sync_client=True) as client,
        ):
            client.create_flow_run_from_deployment(deployment.id, parameters=parameters)
        assert caught.value.response.status_code in (409, 422)


def test_a_worker_runs_the_import_and_its_page_shows_no_person(session: Served) -> None:
    sample = _sample(session, seed=1)
    run = run_deployment("import-af/import-af-academedia", timeout=180, poll_interval=1)
    assert run.state is not None
    assert run.state.is_completed(), run.state.message
    assert "import-academedia" in str(run.state.message)
    assert "today-academedia" in str(run.state.message)
    assert NAME.fullmatch(run.name)
    assert list(session.staging.iterdir()) == []
    (page,) = json.loads(str(_artifacts("import-academedia")[0].data))
    outcomes = [str(outcome) for outcome, _ in sample.expected.values()]
    assert page["Utfall · Outcome"] == "importerad (imported)"
    assert page["Godkända · Accepted"] == outcomes.count("accepted")
    assert page["I karantän · Quarantined"] == outcomes.count("quarantined")
    to_mend = json.loads(str(_artifacts("rows-to-mend-academedia")[0].data))
    wanted = {
        (sheet, row, str(outcome), str(reason))
        for (sheet, row), (outcome, reason) in sample.expected.items()
        if outcome in ("quarantined", "duplicate")
    }
    told = {
        (*list(line.values())[1:3], *(_code(cell) for cell in list(line.values())[3:]))
        for line in to_mend
    }
    assert told == wanted
    shown = json.dumps([page, to_mend])
    assert not re.search(r"\d{6}[-+ ]?\d{4}|@|sample", shown)


def test_the_other_runs_complete_with_readable_names(session: Served) -> None:
    (session.staging / "Anna Berg 19850709-9805.pdf").write_bytes(b"%PDF-1.7 no export")
    counts = {
        flow.name: flow("academedia")
        for flow in (purge_staging, verify_ledger, witness_ledger, rotate_keys)
    }
    assert counts["purge-staging"] == {"files": 1, "files_deleted": 1, "never_imported": 1}
    assert counts["verify-ledger"]["events"] > 5
    assert counts["witness-ledger"] == {"witnesses": 1}
    assert counts["rotate-keys"] == {"rotated": 0}
    assert list(session.staging.iterdir()) == []
    (page,) = json.loads(str(_artifacts("purge-academedia")[0].data))
    linked = str(_artifacts("purge-academedia")[0].description)
    assert "[today](/artifacts/key/today-academedia)" in linked
    assert "[import](/artifacts/key/import-academedia)" in linked
    assert "export-again" not in linked  # which no run had written then
    assert page["Raderade · Deleted"] == 1
    (again,) = json.loads(str(_artifacts("export-again-academedia")[0].data))
    assert re.fullmatch(r"F-[0-9A-Z]{13}", again["Fil · File"])


def test_an_erasure_waits_for_people_goes_on_when_one_agrees_and_is_followed_up(
    session: Served,
) -> None:
    """Everyday; tests/flows/test_approval_form.py tries every way around it."""
    assert archive_erase("bergqvist")["outcome"] == "nothing to do"
    (page,) = json.loads(str(_artifacts("plan-bergqvist")[0].data))
    assert page == {"Utfall · Outcome": "Inget att göra · nothing to do", "Personer · People": 0}
    assert year_end("tommerup")["outcome"] == "nothing to do"
    with pytest.raises(StepFailed, match="year_end_not_planned"):
        year_end("bergqvist")
    systems = take_inventory("bergqvist")["systems"]
    assert len(json.loads(str(_artifacts("inventory-bergqvist")[0].data))) == systems > 0

    drop(session.home, "left.csv", left_long_ago("417000001", PEOPLE["Tuva"]))
    assert import_af("academedia")["accepted"] == 1
    settings = Settings.from_environment({"GALLRA_HOME": str(session.home)})
    with open_house("academedia", settings=settings) as house:
        phone = enrol_by_phone(house, "chef-test")
    # In a terminal nothing can wait: the plan does.
    assert archive_erase("academedia")["outcome"] == "waits for approval"
    with Api(session.home) as api:
        runs = Runs(api)
        run = runs.start("archive-erase/archive-erase-academedia")
        runs.until(run, "Suspended")
        runs.answer(
            run, "Completed", officer="chef-test", code=phone.fresh(), decision="approve"
        )  # fmt: skip
        assert runs.inputs(run) == {}
    lines = json.loads(str(_artifacts("erased-academedia")[0].data))
    assert {line["Utfall · Outcome"] for line in lines} == {"pågår (executing)"}
    told = follow_up("academedia")
    assert told["plans"] == 1
    assert told["waiting"] > 0
    lines = json.loads(str(_artifacts("left-to-do-academedia")[0].data))
    assert len(lines) == told["left"]
    assert {"work_order", "read_back_later"} <= {
        _code(line["Väntar på · Waits for"]) for line in lines
    }


def test_a_failing_step_fails_neutrally_and_the_rerun_succeeds(
    session: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sample(session, seed=2)

    def breaks(*_: object, **__: object) -> None:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(f"cannot read {CANARY} of anna.berg@example.se") from error

    with monkeypatch.context() as patch:
        patch.setattr(intake, "import_file", breaks)
        state = import_af("academedia", return_state=True)
    run = _last_run(state)
    assert run.state is not None
    assert run.state.is_failed()
    message = str(run.state.message)
    assert "unexpected_error" in message
    assert "ValueError at" in message
    assert "what was not proven was not deleted. Rerun." in message
    assert "9805" not in message
    assert len(list(session.staging.iterdir())) == 1
    told = str(_artifacts("failed-import-af-academedia")[0].data)
    assert "unexpected_error" in told
    assert "Så kör du om · How to run it again" in told
    assert "RÖTT · RED" in str(_artifacts("today-academedia")[0].data)

    totals = import_af("academedia")
    assert totals["files_deleted"] == 1
    assert totals["accepted"] > 0
    assert list(session.staging.iterdir()) == []
    assert "Inget att göra" in str(_artifacts("failed-import-af-academedia")[0].data)
    today = str(_artifacts("today-academedia")[0].data)
    assert "failed-import-af" not in today
    assert f"rader importerade i dag · rows imported today | {totals['accepted']}" in today or (
        totals["accepted"] < int(today.split("rows imported today | ")[1].split()[0])
    )
    assert "[import-af](/deployments/deployment/" in today


def test_what_time_mends_is_tried_again_and_nothing_else_is(
    session: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def unreachable_twice(_: object) -> list[str]:
        tries.append("look")
        if len(tries) < 3:
            raise Unreachable("folder_not_reachable")
        return []

    quick = steps.take_stock.with_options(retry_delay_seconds=0.01)
    monkeypatch.setattr(steps, "take_stock", quick)
    monkeypatch.setattr(stock, "take_stock", unreachable_twice)
    assert import_af("academedia")["files"] == 0
    assert len(tries) == 3

    def refuses(_: object) -> list[str]:
        tries.append("refused")
        raise NotProven("cases_not_verified")

    monkeypatch.setattr(stock, "take_stock", refuses)
    with pytest.raises(StepFailed, match="cases_not_verified"):
        import_af("academedia")
    assert tries.count("refused") == 1


def test_a_purge_that_cannot_delete_says_what_to_do_today(
    session: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sample(session, seed=3)

    def held(*_: object) -> None:
        raise NotProven("deletion_refused")

    with monkeypatch.context() as patch:
        patch.setattr(FolderStaging, "delete_permanently", held)
        with pytest.raises(StepFailed, match=r"deletion_refused.*lift the hold"):
            purge_staging("academedia")
    assert len(list(session.staging.iterdir())) == 1
    purge_staging("academedia")
    assert list(session.staging.iterdir()) == []


def test_a_run_without_masked_logs_is_refused(
    session: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = logging.getLogger("prefect.flow_runs").handlers[0]
    monkeypatch.setattr(handler, "filters", [])
    with pytest.raises(StepFailed, match="log_redaction_missing"):
        import_af("academedia")


def test_nothing_that_was_forced_on_prefect_is_in_its_files(session: Served) -> None:
    """Runs last: database, storage, logs of the server and the worker, and the log API."""
    with get_client(sync_client=True) as client:
        logs = client._client.post("/logs/filter", json={"limit": 200}).json()
    assert any("unexpected_error" in entry["message"] for entry in logs)
    found = []
    looked_at = 0
    for path in (session.home / "prefect").rglob("*"):
        if path.is_file():
            looked_at += 1
            data = path.read_bytes()
            found += [
                path.name for each in (CANARY, "198507099805", "anna.berg") if each.encode() in data
            ]
            assert path.stat().st_mode & 0o077 == 0, path
    assert looked_at > 5
    assert not found
    assert CANARY not in json.dumps(logs)


def test_sigterm_stops_everything_that_was_started(session: Served) -> None:
    family = [
        session.process.pid,
        *(p.pid for p in psutil.Process(session.process.pid).children(True)),
    ]
    assert len(family) >= 3
    session.process.terminate()
    assert session.process.wait(timeout=60) == 0
    assert "Stopping" in session.said.read_text()
    assert not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in family
    )
