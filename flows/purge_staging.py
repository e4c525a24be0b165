"""Every day all files in the folder are permanently deleted (A-101)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import pages, steps, turns
from flows.endings import ends_with_pages
from flows.neutral import neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence


@refused_before_stored
@flow(
    name="purge-staging",
    flow_run_name=run_name("purge"),
    timeout_seconds=3 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def purge_staging(controller: Controller) -> dict[str, int]:
    """Empty the staging folder permanently, whatever lies in it, and prove it empty.

    A file that was never imported becomes a to-do: it has to be exported again.

    Args:
        controller: The school group whose staging folder it is.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"), turns.at_folder(controller):
        steps.take_stock(controller)  # may wait for a folder that does not answer just now
        emptied = steps.purge(controller)
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.FOUND: emptied.found,
            Heading.DELETED: emptied.deleted,
            Heading.NEVER_IMPORTED: len(emptied.refs),
            Heading.FOLDER_EMPTY: say.yes(True),
        }
    ]
    pages.table("purge", controller, lines, title=Title.PURGE)
    if emptied.refs:
        pages.table(
            "export-again",
            controller,
            [{Heading.FILE: ref, Heading.NEXT: say(Sentence.EXPORT_AGAIN)} for ref in emptied.refs],
            title=Title.EXPORT_AGAIN,
        )
    counts = {
        "files": emptied.found,
        "files_deleted": emptied.deleted,
        "never_imported": len(emptied.refs),
    }
    get_run_logger().info(" ".join(f"{name}={count}" for name, count in counts.items()))
    return counts
