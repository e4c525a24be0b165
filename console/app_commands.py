"""`gallra app`: apps of third parties and learning services, judged and recommended (A-19…A-23)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, printable, say, table
from console.processor_commands import By, On, Paper, entry_of, note_entry
from console.report_file import write_bytes
from lifecycle.processor_entry import EntryKind

app = typer.Typer(help="Apps and learning services.", no_args_is_help=True)

Ref = Annotated[str, typer.Argument(help="V-…, as `gallra app list` shows it.")]


@app.command("list")
def list_(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show every app and service that was reported, the verdict, and what is wrong.

    Example:  gallra app list
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.processors.register import services

        with open_house(controller) as house:
            found = services(house)
        if as_json:
            told = [one._asdict() | {"said": one.said._asdict()} for one in found]
            print_json({"services": told})
        elif not found:
            say("No app or learning service was reported.")
        else:
            table(
                "Apps and learning services",
                ["reference", "kind", "called", "verdict", "recommended", "use", "wrong"],
                [
                    [
                        one.ref,
                        one.kind.replace("_", " "),
                        printable(one.said.called),
                        one.verdict or "-",
                        "yes" if one.recommended else "no",
                        one.use or "-",
                        ", ".join(lack.replace("_", " ") for lack in one.lacks),
                    ]
                    for one in found
                ],
            )
        if any(one.lacks for one in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def report(
    called: Annotated[str, typer.Argument(help="What it is called; kept sealed.")],
    by: By,
    kind: Annotated[Literal["app", "learning_service"], typer.Option(help="What it is.")] = "app",
    does: Annotated[str, typer.Option(help="What it is used for; kept sealed.")] = "",
    compulsory: Annotated[
        bool, typer.Option("--compulsory/--voluntary", help="How it is used in teaching.")
    ] = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Report an app or service that is installed or wanted: the data protection officer judges it.

    Example:  gallra app report "Glosor" --kind learning_service --by rektor
    """
    with failures():
        from tasks.house.today import local_today
        from tasks.house.wiring import open_house
        from tasks.processors.noting import add
        from tasks.processors.register import Said

        with open_house(controller) as house:
            use = "compulsory" if compulsory else "voluntary"
            entry = entry_of(EntryKind.USE, use, today=local_today(house), on=None)
            ref = add(
                house,
                kind,
                Said(called, does),
                officer=by,
                code=ask_code(f"Code of {by}"),
                entries=[entry],
            )
        say(f"{ref}  reported; not approved by that.")


@app.command()
def decide(
    ref: Ref,
    by: By,
    approved: Annotated[bool, typer.Option("--approve/--refuse", help="The verdict.")],
    on: On = None,
    paper: Paper = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Approve or refuse an app or service.

    Example:  gallra app decide V-0123456789ABC --approve --by dpo
    """
    says = "approved" if approved else "refused"
    note_entry(controller, ref, EntryKind.VERDICT, says, by, on=on, paper=paper)


@app.command()
def recommend(
    ref: Ref,
    by: By,
    recommended: Annotated[bool, typer.Option("--yes/--no", help="On the list, or off it.")] = True,
    controller: Controller = CONTROLLER,
) -> None:
    """Put a service on the recommendation list, or take it off.

    Example:  gallra app recommend V-0123456789ABC --by dpo
    """
    says = "yes" if recommended else "no"
    note_entry(controller, ref, EntryKind.RECOMMENDED, says, by, on=None)


@app.command()
def use(
    ref: Ref,
    how: Annotated[
        Literal["voluntary", "compulsory", "ended"], typer.Argument(help="How it is used now.")
    ],
    by: By,
    controller: Controller = CONTROLLER,
) -> None:
    """Note how a service is used: voluntarily, compulsorily, or no more.

    Example:  gallra app use V-0123456789ABC ended --by chef-nord
    """
    note_entry(controller, ref, EntryKind.USE, how, by, on=None)


@app.command()
def publish(
    to: Annotated[Path, typer.Argument(help="The page to write, .html.")],
    controller: Controller = CONTROLLER,
) -> None:
    """Write the recommendation list as a page, in the controller's language.

    Example:  gallra app publish rekommenderade.html
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.processors.page import note_published, recommendations, shown

        with open_house(controller) as house:
            write_bytes(to, recommendations(house).encode())
            count = len(shown(house, "recommendations"))
            note_published(house, what="recommendations", count=count)
        say(f"Written: {to}")
