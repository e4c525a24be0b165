"""`gallra rows`: which rows of an import a person has to mend at the source, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import failures, print_json, say, table

if TYPE_CHECKING:
    from tasks.house.row_listing import RowListing


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(rows)


def rows(
    ref: Annotated[
        str, typer.Argument(help="An import, I-…, or a file, F-…, as `gallra status` says.")
    ],
    ignored: Annotated[
        bool, typer.Option("--ignored", help="Blank rows, titles and totals too.")
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show the rows that were not simply accepted, with reasons; never a value of a row.

    Example:  gallra rows I-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.house.row_listing import rows_of
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            found = rows_of(house, ref)
        if found is None:
            raise typer.BadParameter(f"nothing has the reference {ref}")
        if as_json:
            _print(found, ignored=ignored)
        else:
            _show(found, ignored=ignored)


def _print(found: RowListing, *, ignored: bool) -> None:
    from tasks.house.reports import row_as_json
    from tasks.remedies.every import remedy_for

    told = [row_as_json(entry) for entry in found.rows if entry[2] is not None]
    print_json(
        {
            "ref": found.ref,
            "import": found.import_ref,
            "outcome": found.outcome,
            "reason": found.reason,
            "counts": found.counts,
            "rows": [
                row | {"next": remedy_for(str(row["reason"])).next}
                for row in told
                if ignored or row["outcome"] != "ignored"
            ],
        }
    )


def _show(found: RowListing, *, ignored: bool) -> None:
    from tasks.house.reports import outcome_of
    from tasks.remedies.every import remedy_for

    if found.import_ref is None:
        if found.reason is None:
            say("The file was not read: it has no rows in the records.")
        else:
            advice = remedy_for(found.reason)
            say(f"Not imported: {found.reason}. {advice.happened} {advice.next}")
        return
    if found.reason is not None:
        say(f"{found.outcome}: these are the rows of {found.import_ref}, which it repeats.")
    lines = [
        [sheet, row, f"{outcome_of(reason)}\n{reason}", remedy_for(reason).next]
        for sheet, row, reason in found.rows
        if reason is not None and (ignored or outcome_of(reason) != "ignored")
    ]
    if not lines:
        say("Every row was accepted.")
    table(f"Rows of {found.import_ref}", ["sheet", "row", "why", "what to do"], lines)
    say("The row is the number that Excel shows, in a CSV the line; the sheet is its position.")
