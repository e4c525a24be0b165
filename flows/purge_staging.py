"""Every day all files in the folder are permanently deleted (A-101)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import pages, steps
from flows.neutral import neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked


@refused_before_stored
@flow(
    name="purge-staging",
    flow_run_name=run_name("purge"),
    timeout_seconds=2 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
def purge_staging(controller: Controller) -> dict[str, int]:
    """Empty the staging folder permanently, whatever lies in it, and prove it empty.

    A file that was never imported becomes a to-do: it has to be exported again.

    Args:
        controller: The school group whose staging folder it is.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        steps.take_stock(controller)  # may wait for a folder that does not answer just now
        emptied = steps.purge(controller)
    lines: list[pages.Line] = [
        {
            "Hittade · Found": emptied.found,
            "Raderade · Deleted": emptied.deleted,
            "Aldrig importerade · Never imported": len(emptied.refs),
            "Mappen tom · Folder empty": "ja · yes",
        }
    ]
    pages.table(
        f"purge-{controller}", lines, about="## Daglig tömning · Daily purge of the staging folder"
    )
    if emptied.refs:
        pages.table(
            f"export-again-{controller}",
            [
                {pages.FILE: ref, pages.NEXT: "Exportera listan igen · Export the list again"}
                for ref in emptied.refs
            ],
            about="## Raderade utan att ha importerats · Deleted without having been imported",
        )
    counts = {
        "files": emptied.found,
        "files_deleted": emptied.deleted,
        "never_imported": len(emptied.refs),
    }
    get_run_logger().info(" ".join(f"{name}={count}" for name, count in counts.items()))
    return counts
