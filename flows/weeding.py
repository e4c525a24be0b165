"""Read, decide, agree, do, prove: the beat that every erasure run keeps."""

from __future__ import annotations

from typing import Final

from prefect import tags
from prefect.logging import get_run_logger

from flows import approval_form, erasure_steps, pages, plan_pages
from flows.neutral import StepFailed, collected, raise_first
from flows.parameters import Controller, PlanReference
from lifecycle.plan import PlanKind
from tasks.erasing.execution import Outcome, require_proven
from tasks.officers.approvals import PLAN_CHANGED, POLICY_CHANGED

Totals = dict[str, int | str]

DECLINED: Final = "declined"
WAITS: Final = "waits for approval"
CARRIED_OUT: Final = "carried out"
_OVERTAKEN: Final = frozenset({PLAN_CHANGED, POLICY_CHANGED})
"""The plan is void and nothing of it was done: what is due now is planned anew, in the same run."""


def weed(controller: Controller, kind: PlanKind, *, page: str) -> Totals:
    """What was agreed is done; what is due is planned, and put before people.

    Ends this process where people must agree: the run goes on from its top when somebody has
    answered. Safe to run again at any time. Raises `StepFailed` where anything is left of a plan
    that does not take its course.
    """
    failures: list[StepFailed] = []
    with tags(f"controller:{controller}"):
        heard = erasure_steps.hear_answers(controller)  # at once: a code grows old in a minute
        done = carry_out_agreed(controller, failures)
        if heard.declined:
            return _finish(DECLINED, done, failures)
        with collected(failures):
            erasure_steps.take_inventory(controller)
        due = erasure_steps.draw_plan(controller, kind)
        plan_pages.show_due(controller, due, name=page)
        _withdraw_stale(controller)
        outcome = CARRIED_OUT if done else plan_pages.NOTHING_TO_DO
        if due.plan is not None and due.plan.asks:
            approval_form.ask(
                due.plan.ref,
                plan_pages.told(controller, due.plan),
                refused=heard.refusal,
                say=pages.speech(controller),
            )
            outcome = WAITS  # in another run, or for `gallra approve`
        elif due.plan is not None and due.plan.ref not in {one.ref for one in done}:
            _carry_out(controller, PlanReference(due.plan.ref), done, failures)
            outcome = CARRIED_OUT
    return _finish(outcome, done, failures, people=due.people)


def carry_out_agreed(controller: Controller, failures: list[StepFailed]) -> list[Outcome]:
    """Go on with every plan that is under way or approved; one that fails does not stop the
    others, and is kept in `failures`."""
    done: list[Outcome] = []
    for ref in erasure_steps.agreed_plans(controller):
        _carry_out(controller, ref, done, failures)
    plan_pages.show_done(controller, done)
    return done


def totals(done: list[Outcome]) -> Totals:
    """The counts of what was carried out."""
    return {
        "plans": len(done),
        "items": sum(one.items for one in done),
        "proven": sum(one.proven for one in done),
        "given_up": sum(one.given_up for one in done),
        "waiting": sum(left.items for one in done for left in one.left),
    }


def _carry_out(
    controller: Controller,
    ref: PlanReference,
    done: list[Outcome],
    failures: list[StepFailed],
) -> None:
    try:
        done.append(erasure_steps.carry_out(controller, ref))
    except StepFailed as failure:
        if failure.code in _OVERTAKEN:
            get_run_logger().warning(f"{ref} {failure.code}: it is void")
        else:
            failures.append(failure)
        return
    with collected(failures):
        require_proven(done[-1])


def _withdraw_stale(controller: Controller) -> None:
    """Nobody shall fill in a form about a plan that is over."""
    for ref in approval_form.waiting_elsewhere():
        if not erasure_steps.is_open_to_decide(controller, PlanReference(ref)):
            approval_form.withdraw(ref)


def _finish(outcome: str, done: list[Outcome], failures: list[StepFailed], **more: int) -> Totals:
    told: Totals = {"outcome": outcome, **more, **totals(done)}
    get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
    raise_first(failures)
    return told
