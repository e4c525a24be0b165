"""Data is shared on purpose: what people agreed to is sent, and taken back when its time is up
(A-68, A-69, H-32)."""

from __future__ import annotations

from typing import Final

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import approval_form, erasure_steps, pages, share_pages, share_steps
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, collected, neutral, raise_first
from flows.parameters import Controller, PlanReference, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from lifecycle.disclosure import OUT_THERE, Stage
from tasks.officers.approvals import PLAN_CHANGED, POLICY_CHANGED
from tasks.telling.letters import Came

Totals = dict[str, int | str]

_OVERTAKEN: Final = frozenset({PLAN_CHANGED, POLICY_CHANGED})
"""It is void, and nothing of it has left: whoever wants it still prepares another one."""
_PERHAPS: Final = frozenset({Stage.PERHAPS_SENT, Stage.PERHAPS_TOLD})


@refused_before_stored
@flow(
    name="share",
    flow_run_name=run_name("sharing"),
    timeout_seconds=4 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def share(controller: Controller) -> Totals:
    """Send what is approved, take back what is over, tell recipients what became of their data, and
    put before people what waits for them.

    Nothing is prepared here: a person does that with `gallra share prepare` (H-32). Waits, without
    a process, until somebody answers its form or approves with `gallra approve`. Safe to run again
    at any time. Red when a person must find out whether something arrived, or something is not
    taken back.

    Args:
        controller: The school group whose data it is.
    """
    assert_logs_are_masked()
    failures: list[StepFailed] = []
    sent = 0
    with tags(f"controller:{controller}"):
        heard = erasure_steps.hear_answers(controller)  # at once: a code grows old in a minute
        for ref in share_steps.agreed(controller):
            try:
                sent += share_steps.send(controller, ref).stage in OUT_THERE
            except StepFailed as failure:
                if failure.code in _OVERTAKEN:
                    get_run_logger().warning(f"{ref} {failure.code}: it is void")
                else:
                    failures.append(failure)
        taken = []
        with collected(failures):
            taken = share_steps.withdraw_due(controller)
        failures += [
            StepFailed(one.failure, ref=one.ref, kind="NotProven") for one in taken if one.failure
        ]
        tried = []
        with collected(failures):
            tried = share_steps.tell(controller)
        failures += [
            StepFailed(one.failure, ref=one.ref, kind="NotProven") for one in tried if one.failure
        ]
        known = share_steps.register(controller)
        to_tell = share_steps.to_tell(controller)
        share_pages.show(controller, known, to_tell)
        for stale in approval_form.waiting_elsewhere():
            if not share_steps.is_open_to_decide(controller, PlanReference(stale)):
                approval_form.withdraw(stale)
        told: Totals = {
            "sent": sent,
            "taken_back": sum(not one.failure for one in taken),
            "waiting": sum(one.asks for one in known),
            "overdue": sum(one.overdue for one in known),
            "told": sum(one.came == Came.TOLD for one in tried),
            "to_tell": len(to_tell),
            "told_late": sum(one.overdue for one in to_tell),
        }
        get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
        red = {failure.ref for failure in failures}
        failures += [
            StepFailed("perhaps_delivered", ref=one.ref, kind="NotProven")
            for one in known
            if one.stage in _PERHAPS and one.ref not in red
        ]
        # A run that waits shows nothing red; the next one asks nobody twice, and does.
        for one in reversed(known):
            if one.asks:
                approval_form.ask(
                    one.ref,
                    share_pages.told(controller, one),
                    refused=heard.refusal,
                    say=pages.speech(controller),
                )
    raise_first(failures)
    return told
