"""Erasure is followed up until it is proven: what is under way goes on, people are reminded."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import erasure_steps, pages, plan_pages
from flows.neutral import StepFailed, collected, neutral, raise_first
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.weeding import Totals, carry_out_agreed, totals


@refused_before_stored
@flow(
    name="follow-up",
    flow_run_name=run_name("follow-up"),
    timeout_seconds=6 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
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
    lines: list[pages.Line] = [
        {
            "Referens · Reference": one.ref,
            plan_pages.LEFT: one.what,
            plan_pages.SYSTEM: one.system,
            plan_pages.ITEMS: one.items,
            plan_pages.WHO_ACTS: one.who,
            plan_pages.UNTIL: one.until,
            pages.NEXT: one.next,
        }
        for one in left
    ]
    pages.table(
        f"left-to-do-{controller}",
        lines or [{pages.OUTCOME: f"Inget att göra · {plan_pages.NOTHING_TO_DO}"}],
        about="## Vad som återstår, och vem som gör det · What is left, and who does it",
    )
    told: Totals = {**totals(done), "reminded": reminded, "left": len(left)}
    get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
    raise_first(failures)
    return told
