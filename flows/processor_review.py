"""Every processor is looked at again once a year, and every night whether it is valid (A-11, A-18,
H-40)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import approval_form, erasure_steps, pages, register_pages, register_steps
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, neutral
from flows.parameters import Controller, PlanReference, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked

Totals = dict[str, int]


@refused_before_stored
@flow(
    name="processor-review",
    flow_run_name=run_name("processor review"),
    timeout_seconds=3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def processor_review(controller: Controller) -> Totals:
    """Note the reviews that were decided, ask for those that are due, order what is missing; risk
    assessments that are missing or nearly over too (H-45).

    Waits, without a process, until somebody answers its form or decides with `gallra approve`. Safe
    to run again at any time. Red when a system may not run because a paper is missing.

    Args:
        controller: The school group whose processors they are.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        heard = erasure_steps.hear_answers(controller)  # at once: a code grows old in a minute
        seen = register_steps.check_processors(controller)
        register_pages.show_processors(controller, seen)
        risks = register_steps.check_risks(controller)
        register_pages.show_risks(controller, risks)
        for stale in approval_form.waiting_elsewhere():
            if not register_steps.is_open_to_review(controller, PlanReference(stale)):
                approval_form.withdraw(stale)
        told: Totals = {
            **seen.checked._asdict(),
            "risks": len(risks.lines),
            "risks_lacking": risks.lacking,
        }
        get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
        # Asked before anything is red: what stops a system may be this very review.
        for one in seen.asked:
            approval_form.ask(
                one.ref,
                register_pages.told(controller, one),
                refused=heard.refusal,
                say=pages.speech(controller),
            )
    if seen.stopped:
        raise StepFailed("processor_not_valid", seen.stopped[0], others=len(seen.stopped) - 1)
    return told
