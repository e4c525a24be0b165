"""`gallra store`: what lies where the policy does not allow it, by reference, class and rule."""

from __future__ import annotations

from typing import Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, printable, refuse, say, table

app = typer.Typer(help="Where personal data lies, and may not.", no_args_is_help=True)


@app.command()
def scan(
    places: Annotated[
        list[str] | None, typer.Argument(help="Only these places or systems; default: all.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Look through every bound place, and every free-text field that the policy names.

    Nothing of a document is kept: kinds and counts, and sealed where it is. What cannot be opened
    is counted as not looked at, never as clean.

    Example:  gallra store scan file-server
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.placing.scanning import scan, scannable

        with open_house(controller) as house:
            known = scannable(house)
            if not set(places or ()) <= set(known):
                # Not said which: somebody may have typed a person's name.
                refuse(f"A place of that name is not looked through. These are: {', '.join(known)}")
            counts = scan(house, only=places or None)
        if as_json:
            print_json({name: count._asdict() for name, count in counts.items()})
        elif not counts:
            say("No place is bound under `scan`, and the policy names no free-text field.")
        else:
            heads = ["place", "reached", "there", "opened", "password", "could not look"]
            table(
                "Looked through",
                [*heads, "new", "cleared", "standing"],
                [
                    [
                        name,
                        "yes" if one.reached else f"NO: {one.why}",
                        *(one.found, one.looked, one.protected, one.could_not_look),
                        *(one.new, one.cleared, one.standing),
                    ]
                    for name, one in sorted(counts.items())
                ],
            )
        if any(not one.reached or one.standing or one.could_not_look for one in counts.values()):
            raise typer.Exit(Exit.ATTENTION)


@app.command("list")
def list_(
    place: Annotated[str | None, typer.Argument(help="Only this place or system.")] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show what stands: place, what it shows, class and rule; no name and no content.

    Example:  gallra store list
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.placing.findings import standing

        with open_house(controller) as house:
            found = standing(house, place=place)
            zone = house.policy.controller.time_zone
        if as_json:
            print_json({"findings": [one._asdict() for one in found]})
        elif not found:
            say("Nothing stands.")
        else:
            table(
                "Where it may not be",
                ["reference", "place", "shows", "class", "rule", "times", "since", "for"],
                [
                    [
                        *(one.ref, one.place, one.sign.replace("_", " ")),
                        *(one.data_class.replace("_", " "), one.rule, one.number),
                        *(local_time(one.since, zone), one.owner),
                    ]
                    for one in found
                ],
            )
        if found:
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(
    ref: Annotated[str, typer.Argument(help="D-…, as `gallra store list` shows it.")],
    controller: Controller = CONTROLLER,
) -> None:
    """Say where a finding is, on this terminal only. The ledger notes that somebody asked.

    Example:  gallra store show D-0123456789ABC
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.placing.findings import reveal

        with open_house(controller) as house:
            found, where = reveal(house, ref)
        say(f"{found.ref}  {found.place}: {found.sign.replace('_', ' ')} ({found.rule})")
        say(printable(where))
