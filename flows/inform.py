"""People are told before or when their data is collected, within the month where it came from
others, when the text has changed, and every year (A-33, A-36, A-37, T-09)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import pages
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, collected, neutral, raise_first
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.steps import step
from tasks.house.wiring import open_house
from tasks.informing import informing
from tasks.informing.informing import Informed
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence


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
@ends_with_pages
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
            Heading.NOTICE: each.notice,
            Heading.VERSION: each.version,
            Heading.PEOPLE: f"{each.kind}: {each.people}",
            Heading.KNOW: each.know,
            Heading.BY_HAND: each.by_hand,
            Heading.NOT_TOLD: each.not_told,
            Heading.TOO_LATE: each.late,
        }
        for one in done.values()
        for each in one.standing
    ]
    pages.table(
        "inform",
        controller,
        lines or [{Heading.OUTCOME: pages.speech(controller)(Sentence.NOBODY_WRITTEN_TO)}],
        title=Title.INFORM,
        notes=["`gallra inform status`, `gallra work-orders list`"],
    )
