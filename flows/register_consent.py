"""Every night exported forms are taken in, and whoever answers for a consent is told who is
missing (A-42…A-57, A-99, T-27)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import consent_steps, pages
from flows.neutral import StepFailed, neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from tasks.consents.form_import import Bound
from tasks.consents.orders import Kept
from tasks.remedies.every import remedy_for

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
    form = "Formulär · Form"
    lines: list[pages.Line] = [
        {
            form: one.form,
            "Rader · Rows": one.rows,
            "Nya svar · New answers": one.new,
            pages.OUTCOME: f"{len(one.aside)} åt sidan · set aside",
        }
        for one in bound.done
    ]
    lines += [
        {form: one.form, pages.ROW: row, pages.REASON: why, pages.NEXT: remedy_for(why).next}
        for one in bound.done
        for row, why in one.aside
    ]
    lines += [
        {form: name, pages.REASON: code, pages.NEXT: remedy_for(code).next}
        for name, code in bound.refused
    ]
    pages.table(
        f"consents-{controller}",
        lines or [{pages.OUTCOME: "Inga formulär · no form lay there"}],
        about=(
            "## Samtycken · Consents\n\n"
            f"Saknas · missing: **{kept.consents}** ({kept.people} personer · people). "
            "`gallra consent missing`, `gallra work-orders list`"
        ),
    )
