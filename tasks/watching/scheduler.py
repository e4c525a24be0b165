"""What the orchestrator does not say of itself: that it is silent, has no worker, or forgot a run.

It is asked from outside, as an operator would ask it, and nothing is changed in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from lifecycle.errors import Misconfigured, Unreachable
from tasks.house.parts import House
from tasks.serving.prefect_api import PrefectApi
from tasks.serving.prefect_place import Place, place_of
from tasks.serving.prefect_settings import WORK_POOL
from tasks.serving.processes import deployed_names, is_served

SCHEDULER_SILENT: Final = "scheduler_silent"
WORKER_MISSING: Final = "worker_missing"
RUN_STUCK: Final = "run_stuck"
RUN_LATE: Final = "run_late"
RUN_FAILED: Final = "run_failed"
DEPLOYMENT_MISSING: Final = "deployment_missing"
DEPLOYMENT_PAUSED: Final = "deployment_paused"
SCHEDULE_IDLE: Final = "schedule_idle"
KINDS: Final = (
    SCHEDULER_SILENT,
    WORKER_MISSING,
    RUN_STUCK,
    RUN_LATE,
    RUN_FAILED,
    DEPLOYMENT_MISSING,
    DEPLOYMENT_PAUSED,
    SCHEDULE_IDLE,
)

HEARTBEAT_MAY_BE_OLD: Final = timedelta(seconds=90)
"""Three heartbeats of a worker or of a run: one may be late, three are not."""
BETWEEN_STATES: Final = timedelta(minutes=5)
"""A run that is about to start or to be stopped has done so by then."""
LATE_AFTER: Final = timedelta(minutes=10)
LONGEST_RUN: Final = timedelta(hours=7)
"""No flow's time limit is longer than six hours."""
_PLANNED_AFTER: Final = timedelta(minutes=10)
"""Prefect plans the runs of a new schedule within a minute."""
_PATIENCE: Final = 10.0
_HEARTBEAT: Final = "prefect.flow-run.heartbeat"
_FAILED: Final = ("FAILED", "CRASHED")


@dataclass(frozen=True, slots=True)
class Look:
    """What is wrong with the orchestrator, and which alarms the look says nothing of."""

    seen: frozenset[tuple[str, str]] = frozenset()
    unknowable: frozenset[str] = frozenset()


def look(house: House) -> Look:
    """Ask the server of this house, if it is served; a silent one clears no other alarm."""
    settings = house.settings
    # A server that `make run` starts for itself has no worker, and nobody waits for it.
    here = settings.prefect_api is None
    if here and settings.workers is None and not is_served(settings.home):
        return Look()
    try:
        place = place_of(settings)
        if place is None:
            return _silent()
        workers = settings.workers or 1
        seen = frozenset(_faults(place, house.controller, workers=workers, now=house.now()))
    except (Misconfigured, Unreachable):
        return _silent()
    return Look(seen)


def _silent() -> Look:
    others = frozenset(KINDS) - {SCHEDULER_SILENT}
    return Look(frozenset({(SCHEDULER_SILENT, "prefect")}), others)


def _faults(
    place: Place, controller: str, *, workers: int, now: datetime
) -> Iterator[tuple[str, str]]:
    api = PrefectApi(place, patience=_PATIENCE)
    pool = api.get(f"/work_pools/{WORK_POOL}")
    if pool[0] not in (200, 404):
        raise Unreachable("prefect_does_not_answer", status=pool[0] or 0)
    if pool[0] == 404 or _online(api, now) < workers:
        yield WORKER_MISSING, WORK_POOL
    if pool[0] == 200 and pool[1]["is_paused"]:
        yield DEPLOYMENT_PAUSED, WORK_POOL
    wanted = {name for name in deployed_names() if name.endswith(f"-{controller}")}
    found = {
        each["id"]: each
        for each in api.filter("deployments", {"deployments": {"name": {"any_": sorted(wanted)}}})
    }
    yield from ((DEPLOYMENT_MISSING, name) for name in wanted - _names(found.values()))
    for each in found.values():
        if each["paused"] or not all(one["active"] for one in each["schedules"]):
            yield DEPLOYMENT_PAUSED, each["name"]
        elif _ought_to_be_planned(each, now) and not _is_planned(api, each["id"], now):
            yield SCHEDULE_IDLE, each["name"]
    if found:
        yield from _runs(api, {number: each["name"] for number, each in found.items()}, now)


def _names(deployments: Iterable[dict[str, Any]]) -> set[str]:
    return {str(each["name"]) for each in deployments}


def _online(api: PrefectApi, now: datetime) -> int:
    """Workers whose heartbeat is fresh."""
    since = (now - HEARTBEAT_MAY_BE_OLD).isoformat()
    body = {"workers": {"last_heartbeat_time": {"after_": since}}}
    return len(api.filter(f"work_pools/{WORK_POOL}/workers", body))


def _ought_to_be_planned(deployment: dict[str, Any], now: datetime) -> bool:
    """Whether it has a schedule of every week at least, which Prefect has had time to plan."""
    return any(
        str(one["schedule"].get("cron", "")).split()[2:4] == ["*", "*"]
        and now - _moment(one["created"]) > _PLANNED_AFTER
        and now - _moment(one["updated"]) > _PLANNED_AFTER
        for one in deployment["schedules"]
    )


def _is_planned(api: PrefectApi, deployment: str, now: datetime) -> bool:
    body = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "expected_start_time": {"after_": now.isoformat()},
        },
    }
    return int(api.asked("/flow_runs/count", body)) > 0


def _runs(api: PrefectApi, names: dict[str, str], now: datetime) -> Iterator[tuple[str, str]]:
    """Runs that hang, have not started, or failed without a later one that mended it."""
    ours = {"deployments": {"id": {"any_": sorted(names)}}}
    under_way = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
    for run in api.filter("flow_runs", ours | {"flow_runs": under_way}):
        if _hangs(api, run, now):
            yield RUN_STUCK, names[run["deployment_id"]]
    late = {
        "state": {"name": {"any_": ["Late", "Scheduled"]}},
        "next_scheduled_start_time": {"before_": (now - LATE_AFTER).isoformat()},
    }
    for run in api.filter("flow_runs", ours | {"flow_runs": late}):
        yield RUN_LATE, names[run["deployment_id"]]
    for deployment, name in names.items():
        if _last_failed(api, deployment):
            yield RUN_FAILED, name


def _hangs(api: PrefectApi, run: dict[str, Any], now: datetime) -> bool:
    """Whether nobody works at it any more."""
    since = now - _moment(run["state"]["timestamp"])
    if run["state_type"] != "RUNNING":
        return since > BETWEEN_STATES
    return since > LONGEST_RUN or (since > HEARTBEAT_MAY_BE_OLD and not _beats(api, run, now))


def _beats(api: PrefectApi, run: dict[str, Any], now: datetime) -> bool:
    occurred = {
        "since": (now - HEARTBEAT_MAY_BE_OLD).isoformat(),
        "until": (now + BETWEEN_STATES).isoformat(),
    }
    wanted = {
        "occurred": occurred,
        "event": {"name": [_HEARTBEAT]},
        "resource": {"id": [f"prefect.flow-run.{run['id']}"]},
    }
    return bool(api.asked("/events/filter", {"filter": wanted, "limit": 1})["events"])


def _last_failed(api: PrefectApi, deployment: str) -> bool:
    """Whether the last run that ended by itself failed; one that a person called off is neither."""
    body = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED", *_FAILED]}}},
        "sort": "END_TIME_DESC",
        "limit": 1,
    }
    return any(run["state_type"] in _FAILED for run in api.asked("/flow_runs/filter", body))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
