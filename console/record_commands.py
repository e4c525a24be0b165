"""`gallra record`: the record of processing (art. 30), drawn up from the policy's file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import failures, print_json, printable, refuse, say
from console.report_file import write_bytes

app = typer.Typer(help="The record of processing (article 30).", no_args_is_help=True)


@app.command()
def show(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show every processing activity with what article 30(1) asks for.

    Example:  gallra record show
    """
    with failures(as_json=as_json):
        from lifecycle.processing_record import FIELDS
        from tasks.house.wiring import open_house
        from tasks.processors.processing_record import record_of

        with open_house(controller) as house:
            record = record_of(house)
        if as_json:
            print_json(
                {
                    "title": record.title,
                    "company": record.company,
                    "activities": [one._asdict() for one in record.activities],
                    "undecided": record.undecided,
                }
            )
            return
        say(f"{record.title}: {record.company}")
        for one in record.activities:
            say("")
            say(one.activity[0])
            for field, head in zip(FIELDS[1:], record.heads[1:], strict=True):
                say(f"  {head}:")
                for text in getattr(one, field):
                    say(f"    {printable(text)}")
        if record.undecided:
            say("")
            say(f"Waits for decisions: {', '.join(record.undecided)} (gallra policy check)")


@app.command()
def write(
    to: Annotated[Path, typer.Argument(help="FILE.xlsx or FILE.html.")],
    controller: Controller = CONTROLLER,
) -> None:
    """Write the record as a workbook (text only, no formula) or as a page.

    Example:  gallra record write behandlingar.xlsx
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.processors.processing_record import as_page, as_workbook, note_made, record_of

        kinds = {".xlsx": "workbook", ".html": "page"}
        kind = kinds.get(to.suffix.lower())
        if kind is None:
            refuse("Name the file .xlsx (a workbook) or .html (a page).")
        with open_house(controller) as house:
            record = record_of(house)
            data = as_workbook(record) if kind == "workbook" else as_page(house, record).encode()
            write_bytes(to, data)
            note_made(house, record, kind=kind)
        say(f"Written: {to}  ({len(record.activities)} activities)")
