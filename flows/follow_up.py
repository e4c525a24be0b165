"""Erasure is followed up until it is proven: what is under way goes on, people are reminded."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import erasure_steps, pages
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, collected, neutral, raise_first
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.weeding import Totals, carry_out_agreed, totals
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence


@refused_before_stored
@flow(
    name="follow-up",
    flow_run_name=run_name("follow-up"),
    timeout_seconds=8 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def follow_up(controller: Controller) -> Totals:
    """Go on with approved plans, remind of work orders, say what is late and who must act.

    Asks nobody for approval: only what is agreed goes on. Safe to run again at any time.

    Args:
        controller: The school group whose data it is.
    """
    assert_logs_are_masked()
    failures: list[StepFailed] = []
    reminded = 0
    with tags(f"controller:{controller}"):
        done = carry_out_agreed(controller, failures)
        with collected(failures):
            reminded = erasure_steps.remind(controller)
        left = erasure_steps.what_is_left(controller)
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.REFERENCE: one.ref,
            Heading.WAITS_FOR: say.code(one.what),
            Heading.SYSTEM: one.system,
            Heading.ITEMS: one.items,
            Heading.WHO: one.who,
            Heading.UNTIL: one.until,
            Heading.NEXT: one.next,
        }
        for one in left
    ]
    pages.table(
        "left-to-do",
        controller,
        lines or [{Heading.OUTCOME: say(Sentence.NOTHING_TO_DO)}],
        title=Title.LEFT,
    )
    told: Totals = {**totals(done), "reminded": reminded, "left": len(left)}
    get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
    raise_first(failures)
    return told
