"""Every day: who waits for an answer, with the days left; what was written goes when its time is up
(art. 12)."""

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
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence
from tasks.rights import daily as rights_daily
from tasks.rights import register as rights
from tasks.rights.daily import Counts
from tasks.rights.register import Line


# A reminder goes by mail: it is sent once, not tried again.
@step("remind of requests, let go what is over", minutes=15, tags={"deletes"}, tried_again=False)
def look(controller: Controller) -> Counts:
    """Counts alone."""
    with open_house(controller) as house:
        return rights_daily.look(house)


@step("who waits for an answer", minutes=5, tags={"inventory"}, tried_again=True)
def waiting(controller: Controller) -> list[Line]:
    """References, words and dates; nobody's name."""
    with open_house(controller) as house:
        return rights.lines(house)


@refused_before_stored
@flow(
    name="rights-request",
    flow_run_name=run_name("rights-request"),
    timeout_seconds=1800,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def rights_request(controller: Controller) -> dict[str, int]:
    """Remind of requests before their last day, show the list, and let old texts go.

    Answers nobody: that is a person's. Safe to run again at any time.

    Args:
        controller: The school group whose requests they are.
    """
    assert_logs_are_masked()
    failures: list[StepFailed] = []
    counts: Counts | None = None
    with tags(f"controller:{controller}"):
        with collected(failures):
            counts = look(controller)
        found = waiting(controller)
    _show(controller, found)
    told = {} if counts is None else counts._asdict()
    get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
    raise_first(failures)
    return told


def _show(controller: str, found: list[Line]) -> None:
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.REQUEST: one.ref,
            Heading.CONCERNS: f"{say.code(one.right)} (art. {one.article})",
            Heading.STATE: say.code(one.state),
            Heading.CAME: one.received_on,
            Heading.DUE: one.due_on,
            Heading.DAYS_LEFT: say(Sentence.DAYS_LATE, days=one.days_left)
            if one.overdue
            else one.days_left,
            Heading.ERASED_BY: ", ".join(one.erased_by),
            Heading.NEXT: f"`gallra request {'extract' if one.erased_by else 'show'} {one.ref}`",
        }
        for one in found
    ]
    pages.table(
        "rights-request",
        controller,
        lines or [{Heading.OUTCOME: say(Sentence.NOBODY_WAITS)}],
        title=Title.REQUESTS,
    )
