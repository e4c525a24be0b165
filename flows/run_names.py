"""A run is called after its controller, its work and its hour: nothing of what it works on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from prefect.runtime import flow_run

from flows.parameters import KNOWN_CONTROLLERS
from lifecycle.errors import GallraError
from lifecycle.policy.load import load_policy
from tasks.house.settings import Settings


def run_name(work: str) -> Callable[[], str]:
    """For `flow_run_name=`: e.g. "academedia import 2026-11-21 18:00", in local time."""

    def name() -> str:
        controller = flow_run.parameters.get("controller")
        if controller not in KNOWN_CONTROLLERS:
            controller = "unknown"  # whatever it is, it is not written into a name
        moment = flow_run.scheduled_start_time or datetime.now(UTC)
        return f"{controller} {work} {moment.astimezone(_zone(controller)):%Y-%m-%d %H:%M}"

    return name


def _zone(controller: str) -> tzinfo:
    try:
        policy = load_policy(Settings.from_environment().policies / f"{controller}.yaml")
    except GallraError:
        return UTC  # the run itself says what is wrong with the policy
    return policy.controller.zone
