"""`gallra access`: whose accounts the policy does not give, and those of leavers removed when
somebody agreed."""

from __future__ import annotations

from typing import Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, say, table

app = typer.Typer(help="Who has access, and should not.", no_args_is_help=True)


@app.command()
def review(
    remove: Annotated[
        bool, typer.Option(help="Remove the accounts whose removal somebody agreed to.")
    ] = True,
    accept_many: Annotated[
        bool,
        typer.Option(
            "--accept-many",
            help="Somebody looked: more than a third of a system's accounts really go.",
        ),
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Judge every bound account by the policy and the list of staff; what a person has to mend is
    a work order.

    Example:  gallra access review --no-remove
    """
    with failures(as_json=as_json):
        from tasks.access.reviewing import review
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            counts = review(house, remove=remove, accept_many=accept_many)
        if as_json:
            print_json({name: count._asdict() for name, count in counts.items()})
        elif not counts:
            say("No system's accounts are bound under `accounts`.")
        else:
            table(
                "Accounts",
                ["system", "reached", "accounts", "removed", "kept", "standing", "to agree"],
                [
                    [
                        *(name, "yes" if one.reached else f"NO: {one.why}", one.accounts),
                        *(one.removed, one.kept, one.standing, one.to_agree),
                    ]
                    for name, one in sorted(counts.items())
                ],
            )
        if any(not one.reached or one.kept or one.standing for one in counts.values()):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def agree(
    refs: Annotated[
        list[str], typer.Argument(help="D-…, as `gallra access list` shows them.", metavar="REF...")
    ],
    by: Annotated[str, typer.Option(help="The officer's handle; the code is asked for.")],
    controller: Controller = CONTROLLER,
) -> None:
    """Agree that these accounts are removed: all of them, or none.

    Example:  gallra access agree D-0123456789ABC --by rektor
    """
    with failures():
        from tasks.access.agreeing import agree_removals
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            agreed = agree_removals(house, refs, officer=by, code=ask_code("Code"))
        say(f"Agreed: {agreed}. The next review removes them, or now: gallra access review")


@app.command("list")
def list_(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show what is wrong with which account, by reference; `gallra store show` says whose it is.

    Example:  gallra access list
    """
    with failures(as_json=as_json):
        from tasks.access.reviewing import place_of
        from tasks.house.wiring import open_house
        from tasks.placing.findings import ACCOUNTS, standing

        with open_house(controller) as house:
            found = [
                one
                for name in sorted(house.accounts)
                for one in standing(house, place=place_of(name))
            ]
            zone = house.policy.controller.time_zone
        if as_json:
            print_json({"accounts": [one._asdict() for one in found]})
        elif not found:
            say("Nothing stands.")
        else:
            table(
                "Accounts that should not be",
                ["reference", "accounts of", "what", "rule", "since", "for"],
                [
                    [
                        *(one.ref, one.place.removeprefix(ACCOUNTS)),
                        *(one.sign.replace("_", " "), one.rule, local_time(one.since, zone)),
                        one.owner,
                    ]
                    for one in found
                ],
            )
        if found:
            raise typer.Exit(Exit.ATTENTION)
