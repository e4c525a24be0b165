"""Whoever answers for the runs is told when one goes wrong, once, until it is mended."""

from __future__ import annotations

from prefect import flow, tags

from flows.endings import ends_with_pages
from flows.neutral import neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.steps import step
from tasks.house.wiring import open_house
from tasks.watching.daily import watch


@step("look, and tell", minutes=10, tags={"watch"}, tried_again=False)
def look(controller: Controller) -> tuple[int, int]:
    """The watchdog's look: how many alarms stand, and how many of them are new."""
    with open_house(controller) as house:
        seen = watch(house)
    return len(seen.standing), seen.raised


@refused_before_stored
@flow(
    name="tell-operator",
    flow_run_name=run_name("alarm"),
    timeout_seconds=1800,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def tell_operator(controller: Controller) -> dict[str, int]:
    """Look as the watchdog does, and write to whom the bindings name; an alarm that stands
    already is not told of twice.

    Args:
        controller: The school group whose runs they are.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        standing, new = look(controller)
    return {"alarms": standing, "new": new}
