"""`gallra mailing`: today's addresses for whoever sends, and who wants none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import failures, print_json, printable, say, table

app = typer.Typer(help="Mailings and surveys: whom they may go to.", no_args_is_help=True)


@app.command("list")
def list_(
    name: Annotated[str, typer.Argument(help="A mailing of the policy; none: show them all.")] = "",
    to: Annotated[
        Path | None, typer.Option(help="The file to write, .csv; only you can read it.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Write today's addresses for a mailing to a file: give it to whoever sends, then delete it.

    Who opted out, objected, is restricted or lacks a consent that is needed is not on it.

    Example:  gallra mailing list courses --to addresses.csv
    """
    with failures(as_json=as_json):
        from tasks.consents.mailings import lines, list_addresses
        from tasks.house.wiring import open_house

        if not name:
            with open_house(controller) as house:
                found = lines(house)
            if as_json:
                print_json({"mailings": [one._asdict() for one in found]})
                return
            if not found:
                say("The policy names no mailing: none may be sent.")
                return
            table(
                "Mailings",
                ["name", "called", "taken from", "sent with", "this term", "at most", "answers"],
                [
                    [one.name, printable(one.called), one.taken_from, one.sent_with, one.listed,
                     one.at_most or "-", one.answers]
                    for one in found
                ],
            )  # fmt: skip
            return
        if to is None:
            raise typer.BadParameter("name the file to write with --to FILE")
        with open_house(controller) as house:
            told = list_addresses(house, name, to)
        if as_json:
            print_json(told._asdict())
            return
        say(
            f"{told.addresses} address(es) written; {told.said_no} who said no left out, "
            f"{told.unusable} without an address that can be used."
        )
        say("Use it today, delete it afterwards, and make another one for the next mailing.")


@app.command("opt-out")
def opt_out(
    person: Annotated[str, typer.Argument(help="S-…, as `gallra find` shows it.")],
    controller: Controller = CONTROLLER,
) -> None:
    """The person wants no mailing and no survey any more: honoured from now on.

    Example:  gallra mailing opt-out S-0123456789ABC --controller bergqvist
    """
    with failures():
        from tasks.consents.barring import opt_out as opt_out_
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            new = opt_out_(house, person)
        if not new:
            say("They had said so before; nothing was changed.")
            return
        say("No list has them from now on. What the policy's rules take out of the registers")
        say("because of it is on the next plan (`gallra plan create`, or the nightly run).")
