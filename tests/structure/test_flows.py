"""Every flow is deployed, keeps the policy's hours, and can be given nothing that is a person."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import sys
import typing
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from prefect import Flow, Task
from prefect.server.schemas.schedules import CronSchedule

from flows.neutral import StepFailed
from flows.parameters import (
    KNOWN_CONTROLLERS,
    Controller,
    FileReference,
    PartNumber,
    PlanReference,
    WorkReference,
)
from lifecycle.intake.outcomes import FileReason
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy
from tasks.remedies.every import listed_codes, remedy_for

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "flows").glob("*.py") if path.stem != "__init__")
PLAIN = (bool, int)
REFERENCES = (Controller, FileReference, PartNumber, PlanReference, WorkReference)
CALLED_IN = "flows.execute_part.execute_part"
"""Another run starts it, and says what it helps with."""
STARTED = (CALLED_IN, "flows.tell_operator.tell_operator")
"""They have no hours of their own: another run starts them, or an automation."""


def _deployments() -> list[dict[str, Any]]:
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    deployments: list[dict[str, Any]] = yaml.safe_load(text)["deployments"]
    return deployments


def _objects(kind: type) -> dict[str, Any]:
    found = {}
    for name in MODULES:
        module = importlib.import_module(f"flows.{name}")
        for each in vars(module).values():
            if isinstance(each, kind):
                found[f"{each.fn.__module__}.{each.fn.__name__}"] = each
    return found


FLOWS = _objects(Flow)
TASKS = _objects(Task)
DEPLOYMENTS = {each["name"]: each for each in _deployments()}


def _policy(name: str) -> Policy:
    return load_policy(ROOT / "policies" / f"{name}.yaml")


def _needed(policy: Policy) -> list[str]:
    """The flows that the policy gives something to do."""
    without: set[str] = set()
    if policy.staging is None:
        without |= {"flows.import_af.import_af", "flows.purge_staging.purge_staging"}
    if policy.erasure.year_end is None:
        without.add("flows.year_end.year_end")
    if not any(notice.by_hand for notice in policy.notices):
        without.add("flows.inform.inform")
    if not policy.consents:
        without.add("flows.register_consent.register_consent")
    if policy.incidents is None:
        without.add("flows.incident.incident")
    return [entrypoint for entrypoint in FLOWS if entrypoint not in without]


def test_every_flow_is_deployed_where_the_policy_needs_it_and_nothing_else_is() -> None:
    deployed = [(each["entrypoint"], each["parameters"]["controller"]) for each in _deployments()]
    wanted = [(entry, name) for name in KNOWN_CONTROLLERS for entry in _needed(_policy(name))]
    assert len(FLOWS) >= 9
    assert len(KNOWN_CONTROLLERS) == 4
    assert sorted(deployed) == sorted(wanted)
    assert len(DEPLOYMENTS) == len(deployed)
    for each in _deployments():
        work = each["entrypoint"].rpartition(".")[2].replace("_", "-")
        assert each["name"] == f"{work}-{each['parameters']['controller']}"


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS.keys())
def test_a_deployment_is_guarded_and_described(deployment: dict[str, Any]) -> None:
    flow = FLOWS[deployment["entrypoint"]]
    assert deployment["enforce_parameter_schema"] is True
    several = deployment["entrypoint"] == CALLED_IN
    # One look sees everything: another one that is asked for meanwhile would only take a place.
    tells = deployment["entrypoint"] == "flows.tell_operator.tell_operator"
    strategy = "CANCEL_NEW" if tells else "ENQUEUE"
    limit = {"limit": 7 if several else 1, "collision_strategy": strategy}
    assert deployment["concurrency_limit"] == limit
    assert deployment["work_pool"] == {"name": "gallra"}
    given = set(deployment["parameters"]) | ({"work", "part"} if several else set())
    assert given == set(inspect.signature(flow.fn).parameters)
    assert bool(deployment["schedules"]) is (deployment["entrypoint"] not in STARTED)
    assert deployment["description"]
    schema = flow.parameters.properties["controller"]
    assert schema["enum"] == list(KNOWN_CONTROLLERS)
    assert schema["description"]
    assert schema["title"]
    assert flow.timeout_seconds
    assert flow.persist_result is False
    assert flow.log_prints is False


@pytest.mark.parametrize("name", KNOWN_CONTROLLERS)
def test_everything_keeps_the_policys_hours_in_the_policys_zone(name: str) -> None:
    policy = _policy(name)
    if policy.staging is not None:
        schedules = DEPLOYMENTS[f"purge-staging-{name}"]["schedules"]
        wanted = [f"{at.minute} {at.hour} * * *" for at in policy.staging.purge_at]
        assert [each["cron"] for each in schedules] == wanted
    hours = policy.schedules
    crons = {
        "take-inventory": hours.inventory.cron,
        "archive-erase": hours.archive_erase.cron,
        "follow-up": hours.follow_up.cron,
        "verify-ledger": hours.verify_ledger.cron,
        "witness-ledger": hours.checkpoint.cron,
        "rotate-keys": hours.rotate_keys.cron,
        "forget-runs": hours.run_history.cron,
    }
    if hours.rights is not None:
        crons["rights-request"] = hours.rights.cron
    if hours.import_af is not None:
        crons["import-af"] = hours.import_af.cron
    if hours.inform is not None:
        crons["inform"] = hours.inform.cron
    if hours.incident is not None:
        every = [each["cron"] for each in DEPLOYMENTS[f"incident-{name}"]["schedules"]]
        assert every == list(hours.incident.crons)
    if hours.year_end is not None and policy.erasure.year_end is not None:
        month, day = map(int, policy.erasure.year_end.split("-"))
        crons["year-end"] = hours.year_end.cron.replace("* * *", f"{day} {month} *")
    for work, cron in crons.items():
        first = DEPLOYMENTS[f"{work}-{name}"]["schedules"][0]["cron"]
        assert first == cron.replace("1,2,3,4,5", "1-5"), work
    for deployment in _deployments():
        if deployment["parameters"]["controller"] == name and deployment["schedules"]:
            zones = {each["timezone"] for each in deployment["schedules"]}
            assert zones == {policy.controller.time_zone}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_nothing_runs_in_the_hour_that_one_night_does_not_have(name: str) -> None:
    for each in DEPLOYMENTS[name]["schedules"]:
        assert "2" not in _hours(each["cron"]), each


def _hours(cron: str) -> set[str]:
    first, _, last = cron.split()[1].partition("-")
    return {str(hour) for hour in range(int(first), int(last or first) + 1)}


@pytest.mark.parametrize("change", ["2027-03-28", "2026-10-25", "2026-11-21"])
def test_clocks_are_looked_at_in_every_hour_of_every_day(change: str) -> None:
    """No reminder waits for Monday, and none for two hours but in the night without three."""
    before = (datetime.fromisoformat(change) - timedelta(days=1)).date().isoformat()
    for name in KNOWN_CONTROLLERS:
        moments = _moments(f"incident-{name}", before, 3)
        gaps = [later - earlier for earlier, later in pairwise(moments)]
        assert max(gaps) <= timedelta(hours=3)
        assert sum(gap > timedelta(hours=2) for gap in gaps) <= 1
        assert sorted(gaps)[len(gaps) // 2] == timedelta(hours=1)


def test_a_plan_is_drawn_after_the_inventory_and_reminded_of_every_day() -> None:
    for name in KNOWN_CONTROLLERS:
        inventory, erasure = (
            _moments(f"{work}-{name}", "2026-11-21", 1)[0]
            for work in ("take-inventory", "archive-erase")
        )
        assert timedelta(minutes=30) < erasure - inventory < timedelta(hours=2)
        days = {each.date() for each in _moments(f"follow-up-{name}", "2026-11-21", 7)}
        assert len(days) == 7


def _moments(deployment: str, first: str, days: int) -> list[datetime]:
    """When it runs from local midnight of `first` on, as Prefect itself works it out."""
    zone = ZoneInfo("Europe/Stockholm")
    start = datetime.fromisoformat(first).replace(tzinfo=zone)
    end = start + timedelta(days=days)
    found: set[datetime] = set()
    for each in DEPLOYMENTS[deployment]["schedules"]:
        schedule = CronSchedule(cron=each["cron"], timezone=each["timezone"])
        found |= set(asyncio.run(schedule.get_dates(n=60 * days, start=start, end=end)))
    return sorted(found)


@pytest.mark.parametrize("change", ["2027-03-28", "2026-10-25"])
def test_both_nights_when_the_clock_changes_keep_the_rules(change: str) -> None:
    zone = ZoneInfo("Europe/Stockholm")
    before = (datetime.fromisoformat(change) - timedelta(days=1)).date().isoformat()
    purges = _moments("purge-staging-academedia", before, 3)
    gaps = [later - earlier for earlier, later in pairwise(purges)]
    assert len(purges) == 6
    assert max(gaps) < timedelta(hours=20)
    nights = [each.astimezone(zone) for each in _moments("verify-ledger-academedia", before, 3)]
    assert len(nights) == 3
    assert {(each.hour, each.minute) for each in nights} == {(4, 30)}


def test_an_import_comes_just_before_every_purge() -> None:
    imports = _moments("import-af-academedia", "2026-11-21", 2)
    for purge in _moments("purge-staging-academedia", "2026-11-21", 2):
        assert any(timedelta() < purge - run <= timedelta(minutes=5) for run in imports)


def _is_harmless(annotation: Any) -> bool:
    if annotation in REFERENCES or annotation in PLAIN:
        return True
    if typing.get_origin(annotation) is typing.Literal:
        return True
    return isinstance(annotation, type) and issubclass(annotation, Enum)


@pytest.mark.parametrize("name", [*FLOWS, *TASKS])
def test_no_parameter_can_carry_a_person(name: str) -> None:
    function = inspect.unwrap((FLOWS | TASKS)[name].fn)
    hints = typing.get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert _is_harmless(hints[parameter.name]), f"{name}({parameter.name})"


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("value", ["19850709-9805", "Anna", None, 1, ["academedia"], {"a": "b"}])
def test_a_flow_called_in_process_refuses_before_prefect_stores(name: str, value: Any) -> None:
    with pytest.raises(StepFailed, match=r"^controller_unknown: ") as caught:
        FLOWS[name].serialize_parameters({"controller": value})
    assert caught.value.__context__ is None
    stored = FLOWS[name].serialize_parameters({"controller": "academedia"})
    assert stored == {"controller": "academedia"}


@pytest.mark.parametrize(
    "given",
    [
        {"work": "19850709-9805"},
        {"work": "S-0000000000000"},
        {"work": "P-0000000000000 Anna"},
        {"work": None},
        {"part": "Anna"},
        {"part": 1.5},
        {"part": 198507099805},
        {"part": 0},
        {"name": "Anna"},
    ],
)
def test_a_run_that_is_called_in_takes_references_only(given: dict[str, Any]) -> None:
    with pytest.raises(StepFailed, match=r"^reference_malformed: ") as caught:
        FLOWS[CALLED_IN].serialize_parameters({"controller": "academedia", **given})
    assert caught.value.__context__ is None
    right = {"controller": "academedia", "work": "P-2T441P0KJ5AQ8", "part": 3}
    assert FLOWS[CALLED_IN].serialize_parameters(right) == right
    work = FLOWS[CALLED_IN].parameters.properties["work"]
    assert work["pattern"] == "^[PI]-[0-9A-HJKMNP-TV-Z]{13}$"
    part = FLOWS[CALLED_IN].parameters.properties["part"]
    assert (part["minimum"], part["maximum"]) == (1, 9_999), "the server refuses another, too"


def test_the_check_itself_knows_what_can_carry_a_person() -> None:
    for annotation in (str, bytes, dict[str, str], Any, list[str], Path, str | None):
        assert not _is_harmless(annotation)


@pytest.mark.parametrize("name", TASKS)
def test_a_step_stores_nothing_and_caches_nothing(name: str) -> None:
    task = TASKS[name]
    assert task.persist_result is False
    assert task.log_prints is False
    assert type(task.cache_policy).__name__ == "_None"
    assert task.timeout_seconds
    assert (task.retries == 0) or (task.retry_jitter_factor and task.retry_condition_fn)


@pytest.mark.parametrize("name", [*FLOWS, *TASKS])
def test_every_flow_and_step_is_neutral(name: str) -> None:
    wrapped = (FLOWS | TASKS)[name].fn
    assert wrapped.__code__.co_filename.endswith("flows/neutral.py")


@pytest.mark.parametrize("name", FLOWS)
def test_every_field_of_a_runs_form_says_what_it_is(name: str) -> None:
    schema = FLOWS[name].parameters
    assert set(schema.required) == set(schema.properties)
    for field in schema.properties.values():
        assert field["title"]
        assert field["description"].endswith(".")
    assert schema.properties["controller"]["enum"] == list(KNOWN_CONTROLLERS)
    assert FLOWS[name].description


@pytest.mark.parametrize("name", FLOWS)
def test_every_flow_tells_of_itself_at_its_end(name: str) -> None:
    layers = []
    layer = FLOWS[name].fn
    while layer is not None:
        layers.append(Path(layer.__code__.co_filename).name)
        layer = getattr(layer, "__wrapped__", None)
    assert layers[:2] == ["neutral.py", "endings.py"]


def test_what_tells_of_failures_is_not_told_of_by_itself() -> None:
    """Automations take the runs with a controller's tag: its own failure would start it again."""
    for name, each in DEPLOYMENTS.items():
        tells = each["entrypoint"] == "flows.tell_operator.tell_operator"
        assert (each["parameters"]["controller"] in each["tags"]) is not tells, name


def test_what_may_send_a_checkpoint_by_mail_is_never_retried() -> None:
    for name in ("delete_imported", "purge", "witness", "rotate_keys_if_due"):
        assert TASKS[f"flows.steps.{name}"].retries == 0
    assert TASKS["flows.tell_operator.look"].retries == 0
    for name in ("carry_out", "remind", "what_is_left", "hear_answers"):
        assert TASKS[f"flows.erasure_steps.{name}"].retries == 0


def test_no_module_of_flows_is_named_like_the_standard_library() -> None:
    assert not set(MODULES) & set(sys.stdlib_module_names)


def test_every_reason_of_a_file_has_sentences_of_its_own() -> None:
    assert {reason.value for reason in FileReason} <= listed_codes()
    for code in listed_codes():
        assert all(sentence.endswith((".", ")")) for sentence in remedy_for(code))


def test_every_error_that_is_raised_by_name_has_a_remedy_of_its_code_or_class() -> None:
    unknown = remedy_for("unexpected_error")
    raised = 0
    for package in ("tasks", "connectors", "records", "lifecycle", "flows"):
        for path in (ROOT / package).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(call, ast.Raise) and isinstance(call.exc, ast.Call)):
                    continue
                made = call.exc
                if isinstance(made.func, ast.Name) and made.args:
                    code = made.args[0]
                    if isinstance(code, ast.Constant) and made.func.id in _error_classes():
                        raised += 1
                        remedy = remedy_for(str(code.value), kind=made.func.id)
                        assert remedy != unknown, f"{path.name}: {code.value}"
    assert raised > 20


def _error_classes() -> set[str]:
    module = importlib.import_module("lifecycle.errors")
    return {name for name, each in vars(module).items() if isinstance(each, type)} - {"GallraError"}


def test_no_flow_tells_the_name_of_an_errors_class() -> None:
    """A class that is made while running could be named after anybody: `quiet.place_of` names
    those that stand in a module."""
    told = [
        line.strip()
        for file in sorted((ROOT / "flows").glob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if "get_run_logger" in line
    ]
    assert len(told) > 20
    assert [line for line in told if "__name__" in line] == []
