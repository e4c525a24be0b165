"""Participant data from Arbetsförmedlingen is put into Workbuster and then deleted (A-97…A-101)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import pages, steps, turns
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, collected, neutral, raise_first
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence

TOTALS = ("rows", "accepted", "updated", "duplicate", "quarantined", "ignored", "verified_cases")


@refused_before_stored
@flow(
    name="import-af",
    flow_run_name=run_name("import"),
    timeout_seconds=4 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def import_af(controller: Controller) -> dict[str, int]:
    """Import every new export in the staging folder, verify it in Workbuster, delete the file.

    Safe to run again at any time: nothing is imported twice, and only what was verified is
    deleted. A file that cannot be read is reported on the run's page and stays for the purge.

    Args:
        controller: The school group whose staging folder it is.
    """
    assert_logs_are_masked()
    done: list[steps.FileResult] = []
    failures: list[StepFailed] = []
    with tags(f"controller:{controller}"), turns.at_folder(controller):
        with collected(failures):
            steps.settle(controller)
        for ref in steps.take_stock(controller):
            with collected(failures):
                done.append(steps.import_file(controller, ref))
        emptied = steps.Emptied(found=0, deleted=0)
        with collected(failures):  # what became of the files is shown, whatever keeps one of them
            emptied = steps.delete_imported(controller)
    _show(controller, done)
    totals = {name: sum(each.counts.get(name, 0) for each in done) for name in TOTALS}
    totals |= {"files": len(done), "files_deleted": emptied.deleted}
    get_run_logger().info(" ".join(f"{name}={count}" for name, count in totals.items()))
    raise_first(failures)
    return totals


def _show(controller: str, done: list[steps.FileResult]) -> None:
    """One page for the files; one for the rows that a person may have to mend at the source."""
    if not done:
        return
    say = pages.speech(controller)
    pages.table(
        "import",
        controller,
        [
            {
                Heading.FILE: each.ref,
                **pages.count_cells(each.counts),
                **pages.reason_cells(each.outcome, each.reason, say),
            }
            for each in done
        ],
        title=Title.IMPORT,
    )
    rows = [(each.ref, *row) for each in done for row in each.to_mend]
    if rows:
        lines: list[pages.Line] = [
            {
                Heading.FILE: ref,
                Heading.SHEET: sheet,
                Heading.ROW: row,
                Heading.OUTCOME: say.code(outcome),
                Heading.REASON: say.code(reason),
            }
            for ref, sheet, row, outcome, reason in rows
        ]
        pages.table(
            "rows-to-mend",
            controller,
            lines,
            title=Title.TO_MEND,
            notes=[say(Sentence.NOTHING_STORED)],
        )
