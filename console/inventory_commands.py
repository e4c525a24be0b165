"""`gallra inventory`: what the outer systems hold, read to the end, by reference and count."""

from __future__ import annotations

from typing import Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, refuse, say, table


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(inventory)


def inventory(
    systems: Annotated[
        list[str] | None, typer.Argument(help="Only these systems; default: all that are bound.")
    ] = None,
    accept_shrunk: Annotated[
        bool,
        typer.Option(
            "--accept-shrunk",
            help="Somebody looked: the named system really holds so much less than before.",
        ),
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Read every bound system and note who stands where, and since when time counts.

    A system that does not answer changes nothing. One that suddenly shows nothing, or fewer than
    half, changes nothing either until somebody has looked.

    Example:  gallra inventory
    """
    with failures(as_json=as_json):
        from tasks.erasing.inventory import take_inventory
        from tasks.house.wiring import open_house

        if accept_shrunk and not systems:
            refuse("Say of which system it is true: gallra inventory SYSTEM --accept-shrunk")
        with open_house(controller) as house:
            unknown = sorted(set(systems or ()) - house.systems.keys())
            if unknown:
                refuse(f"{unknown[0]} is not bound. Bound are: {', '.join(sorted(house.systems))}")
            chosen = {name: house.systems[name] for name in systems or house.systems}
            counts = take_inventory(house, chosen, accept_shrunk=accept_shrunk)
        if as_json:
            print_json({name: count._asdict() for name, count in counts.items()})
        elif not counts:
            say("No outer system is bound.")
        else:
            table(
                "Outer systems",
                ["system", "reached", "found", "new", "changed", "gone", "not understood"],
                [
                    [
                        name,
                        "yes" if one.reached else "NO",
                        one.found,
                        one.new,
                        one.changed,
                        one.gone,
                        one.ambiguous + one.refused,
                    ]
                    for name, one in sorted(counts.items())
                ],
            )
        if not all(one.reached and not one.ambiguous + one.refused for one in counts.values()):
            raise typer.Exit(Exit.ATTENTION)
