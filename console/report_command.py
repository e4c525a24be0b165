"""`gallra report`: one page for an inspector."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, printable, refuse, say, table
from console.report_file import check_target, write_bytes

_KINDS = {".html": "page", ".pdf": "pdf"}


def report(
    to: Annotated[
        Path | None, typer.Argument(help="FILE.html or FILE.pdf; left out: this terminal.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="From which day on; default: a year."),
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Say what the policy says, what ran, what was found and what is open, on one page.

    Words of the policy, references, dates and counts alone. The ledger is verified for it. Ends
    with 1 if a promise is broken.

    Example:  gallra report redovisning.pdf
    """
    with failures(as_json=as_json):
        kind = "terminal" if to is None else _KINDS.get(to.suffix.lower())
        if kind is None:
            refuse("Name the file .html (a page) or .pdf (to print).")
        if to is not None:
            check_target(to)
        from tasks.house.wiring import open_house
        from tasks.reporting.accountability import note_made
        from tasks.reporting.accountability import report as made_of

        with open_house(controller) as house:
            made = made_of(house, since=None if since is None else since.date())
            if to is not None:
                from tasks.reporting.words import WORDS

                words = WORDS[made.language]
                if kind == "pdf":
                    from connectors.containers.report_page import report_pdf

                    head = (
                        f"{made.company}. {words['made']} {made.made_on.isoformat()}. "
                        f"{words['since']} {made.since.isoformat()}."
                    )
                    data = report_pdf(made, head=head, nothing=words["nothing"])
                else:
                    from tasks.reporting.page import page

                    data = page(made).encode()
                write_bytes(to, data)
            note_made(house, made, kind=kind)
        if as_json:
            print_json(
                {
                    "policy_sha256": made.policy_sha256,
                    "parts": [
                        {"title": part.title, "figures": [one._asdict() for one in part.figures]}
                        for part in made.parts
                    ],
                }
            )
        elif to is not None:
            say(f"Written: {to}")
        else:
            for part in made.parts:
                rows = [
                    [printable(one.label), printable(one.value), one.weight, one.source]
                    for one in part.figures
                ]
                table(part.title, ["what", "", "", "see"], rows)
        if made.late:
            if not as_json:
                say(f"! {made.late} promise(s) broken.")
            raise typer.Exit(Exit.ATTENTION)
