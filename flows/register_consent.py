"""Every night exported forms are taken in, and whoever answers for a consent is told who is
missing (A-42…A-57, A-99, T-27)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import consent_steps, pages
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from tasks.consents.form_import import Bound
from tasks.consents.orders import Kept
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence

Totals = dict[str, int]


@refused_before_stored
@flow(
    name="register-consent",
    flow_run_name=run_name("consents"),
    timeout_seconds=2 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def register_consent(controller: Controller) -> Totals:
    """Take in exported forms, end what a new start has not renewed, ask for what is missing.

    Safe to run again at any time. Red when a form could not be taken in; the others are.

    Args:
        controller: The school group whose consents they are.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        bound = consent_steps.import_forms(controller)
        kept = consent_steps.keep_orders(controller)
    show(controller, bound, kept)
    told: Totals = {
        "forms": len(bound.done),
        "answers": sum(one.answers for one in bound.done),
        "new": sum(one.new for one in bound.done),
        "aside": sum(len(one.aside) for one in bound.done),
        **kept._asdict(),
    }
    get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
    if bound.refused:
        form, code = bound.refused[0]
        raise StepFailed(code, form, others=len(bound.refused) - 1)
    return told


def show(controller: str, bound: Bound, kept: Kept) -> None:
    """The page of the night: forms, rows that were set aside, and how many are missing."""
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.FORM: one.form,
            Heading.ROWS: one.rows,
            Heading.NEW_ANSWERS: one.new,
            Heading.OUTCOME: say(Sentence.SET_ASIDE, number=len(one.aside)),
        }
        for one in bound.done
    ]
    lines += [
        {
            Heading.FORM: one.form,
            Heading.ROW: row,
            Heading.REASON: say.code(why),
            Heading.NEXT: say.next_step(why),
        }
        for one in bound.done
        for row, why in one.aside
    ]
    lines += [
        {
            Heading.FORM: name,
            Heading.REASON: say.code(code),
            Heading.NEXT: say.next_step(code),
        }
        for name, code in bound.refused
    ]
    pages.table(
        "consents",
        controller,
        lines or [{Heading.OUTCOME: say(Sentence.NO_FORMS)}],
        title=Title.CONSENTS,
        notes=[
            f"{say(Sentence.MISSING)}: **{kept.consents}** ({kept.people} "
            f"{say(Sentence.PEOPLE)}). `gallra consent missing`, `gallra work-orders list`"
        ],
    )
