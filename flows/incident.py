"""Incidents are documented, and where needed reported within 72 hours of when they were identified
(A-27, A-29, H-57)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import approval_form, erasure_steps, incident_pages, pages
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, collected, neutral, raise_first
from flows.parameters import Controller, PlanReference, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.steps import step
from tasks.house.wiring import open_house
from tasks.incidents import following as incident_following
from tasks.incidents import letters as incident_letters
from tasks.incidents import register as incident_register
from tasks.incidents.following import Followed
from tasks.incidents.register import Line
from tasks.informing.letters import Written

LATE = "incident_late"


@step("clocks, reminders and drafts", minutes=30, tags={"incidents"}, tried_again=False)
def follow(controller: Controller) -> Followed:
    """Raise and mail what is due, open drafts; how many, and letters to how many people."""
    with open_house(controller) as house:
        return incident_following.follow(house)


@step("write to the people concerned", minutes=60, tags={"discloses"}, tried_again=False)
def write_letters(controller: Controller) -> Written:
    """To everybody on the lists that both agreed to, each once: by mail or by a person's hand."""
    with open_house(controller) as house:
        return incident_letters.write_letters(house)


@step("read the register of incidents", minutes=10, tags={"incidents"}, tried_again=True)
def read_register(controller: Controller) -> list[Line]:
    """What is not over, in references, words of the policy, hours and counts."""
    with open_house(controller) as house:
        return incident_register.lines(house)


@step("is a list open to decide", minutes=10, tags={"incidents"}, tried_again=True)
def is_open_to_decide(controller: Controller, ref: PlanReference) -> bool:
    """Whether anybody can still say yes or no to that list."""
    with open_house(controller) as house:
        return incident_following.is_open(house, ref)


@refused_before_stored
@flow(
    name="incident",
    flow_run_name=run_name("incident"),
    timeout_seconds=2 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def incident(controller: Controller) -> dict[str, int]:
    """Remind of the 72 hours, put before people what Gallra noticed itself, ask those who must both
    agree before people are told, and write to whom they agreed to tell.

    Judges nothing and sends nothing to the authority: people do. Waits, without a process, for the
    answers of its form. Red when the authority is told too late. Safe to run again at any time.

    Args:
        controller: The school group whose data it is.
    """
    assert_logs_are_masked()
    failures: list[StepFailed] = []
    followed, written = Followed(0, 0, 0), Written()
    with tags(f"controller:{controller}"):
        heard = erasure_steps.hear_answers(controller)  # at once: a code grows old in a minute
        with collected(failures):
            written = write_letters(controller)
        if written.failure:
            failures.append(StepFailed(written.failure, kind="Retryable"))
        with collected(failures):
            followed = follow(controller)
        known = read_register(controller)
        incident_pages.show(controller, known)
        for stale in approval_form.waiting_elsewhere():
            if not is_open_to_decide(controller, PlanReference(stale)):
                approval_form.withdraw(stale)
        told = {
            "open": len(known),
            "drafted": followed.drafted,
            "clocks_running": sum(one.hours_left is not None for one in known),
            "late": sum(one.late for one in known),
            "letters_sent": written.sent,
            "letters_by_person": written.by_person,
            "people_to_reach": followed.letters,
        }
        get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
        failures += [StepFailed(LATE, ref=one.ref, kind="NotProven") for one in known if one.late]
        # A run that waits shows nothing red; the next one asks nobody twice, and does.
        for one in known:
            if one.plan_state == "drawn":
                approval_form.ask(
                    one.plan,
                    incident_pages.told(controller, one),
                    refused=heard.refusal,
                    say=pages.speech(controller),
                )
    raise_first(failures)
    return told
