"""People are told before or when their data is collected, within the month where it came from
others, when the text has changed, and every year (A-33, A-36, A-37, T-09)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import pages
from flows.neutral import StepFailed, collected, neutral, raise_first
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.steps import step
from tasks.house.wiring import open_house
from tasks.informing import informing
from tasks.informing.informing import Informed


@step("tell who is to be told", minutes=180, tags={"informs"}, tried_again=False)
def tell(controller: Controller) -> tuple[dict[str, Informed], list[StepFailed]]:
    """By mail, each once, a work order for those whom no mail reaches; by notice. And what single
    notices failed with."""
    done: dict[str, Informed] = {}
    failures: list[StepFailed] = []
    with open_house(controller) as house:
        for notice in informing.written_to(house):
            with collected(failures):
                done[notice] = informing.inform(house, notice)
    return done, failures


@refused_before_stored
@flow(
    name="inform",
    flow_run_name=run_name("inform"),
    timeout_seconds=4 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
def inform(controller: Controller) -> dict[str, int]:
    """Tell everybody who does not know yet, or not this year; say how many are left.

    Safe to run again at any time: nobody is told twice. Red when something could not be sent, or
    somebody's last day is over.

    Args:
        controller: The school group whose people they are.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        done, failures = tell(controller)
    _show(controller, done)
    told = {
        "sent": sum(one.written.sent for one in done.values()),
        "by_hand": sum(one.written.by_person for one in done.values()),
        "later": sum(one.written.later for one in done.values()),
        "not_told": sum(each.not_told for one in done.values() for each in one.standing),
        "late": sum(each.late for one in done.values() for each in one.standing),
    }
    get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
    failures += [
        StepFailed(one.written.failure, ref=notice, kind="Unreachable")
        for notice, one in done.items()
        if one.written.failure
    ]
    raise_first(failures)
    if told["late"]:
        raise StepFailed("told_too_late", ref=controller)
    return told


def _show(controller: str, done: dict[str, Informed]) -> None:
    lines: list[pages.Line] = [
        {
            "Text · Notice": each.notice,
            "Version": each.version,
            "Personer · People": f"{each.kind}: {each.people}",
            "Vet · Know": each.know,
            "På papper · By hand": each.by_hand,
            "Vet inte än · Not told": each.not_told,
            "För sent · Late": each.late,
        }
        for one in done.values()
        for each in one.standing
    ]
    pages.table(
        f"inform-{controller}",
        lines or [{pages.OUTCOME: "Ingen får texten personligen · nobody is written to"}],
        about="## Information till de registrerade · Who is told (art. 13, 14)\n\n"
        "`gallra inform status`, `gallra work-orders list`",
    )
