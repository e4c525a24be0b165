"""`gallra systems`: whether every binding works, and what to ask the administrators for."""

from __future__ import annotations

from typing import Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, table

app = typer.Typer(help="The systems that are bound, and our rights there.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The systems that are bound, and our rights there."""


@app.command()
def check(
    name: Annotated[
        str | None,
        typer.Argument(help="One binding's name, or its part: staging, channels, systems, …"),
    ] = None,
    probe: Annotated[
        bool,
        typer.Option(
            "--probe",
            help="Also put a file or draft of Gallra's own and delete it for good.",
        ),
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Try every binding: reached, rights enough and not too wide, deletion for good, ways open.

    Example:  gallra systems check staging --probe
    """
    with failures(as_json=as_json):
        from tasks.watching.systems_check import check

        found = check(controller, name=name, probe=probe)
        if as_json:
            print_json({"findings": [one._asdict() for one in found]})
        else:
            table(
                "Systems",
                ["system", "in", "what", "state", "in words"],
                [
                    [one.system, one.part, one.what, one.state.replace("_", " "), one.say]
                    for one in found
                ],
            )
        if any(one.state in {"wrong", "could_not_look"} for one in found):
            raise typer.Exit(Exit.ATTENTION)
