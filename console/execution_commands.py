"""`gallra execute`: an approved plan is carried out, read back and certified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, say, table
from tasks.remedies.next_steps import WHO

if TYPE_CHECKING:
    from tasks.erasing.execution import Outcome


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(execute)


def execute(
    ref: Annotated[str, typer.Argument(help="An approved plan, P-…, or one under way.")],
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Carry an approved plan out in every system, as far as it goes now, and prove it.

    Run it as often as you like: what is done is not done again. Systems are read back after the
    policy's delay; the certificate comes when everything is proven.

    Example:  gallra execute P-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.erasing.execution import execute as carry_out
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            done = carry_out(house, ref)
            zone = house.policy.controller.time_zone
        if as_json:
            print_json(as_dict(done))
        else:
            show(done, zone=zone)
        if done.is_wrong:
            raise typer.Exit(Exit.NOT_PROVEN)
        if done.left:
            raise typer.Exit(Exit.ATTENTION)


def as_dict(done: Outcome) -> dict[str, Any]:
    """For a script."""
    told = done._asdict()
    told["state"] = str(done.state)
    told["left"] = [one._asdict() | {"why": str(one.why)} for one in done.left]
    return told


def show(done: Outcome, *, zone: str) -> None:
    """Where the plan stands; what is left and who must act."""
    say(f"{done.ref}  {done.state}: {done.proven} of {done.items} item(s) proven gone")
    if done.given_up:
        say(f"  {done.given_up} given up: a hold or new data; they are not touched again by it.")
    table(
        "What is left",
        ["system", "why", "items", "who", "until", "what to do"],
        [
            [
                one.system,
                str(one.why).replace("_", " "),
                one.items,
                one.who,
                local_time(one.until, zone) if "T" in one.until else one.until,
                WHO[str(one.why)],
            ]
            for one in done.left
        ],
    )
    for system, code in done.failures:
        say(f"  {system}: {code}")
    if done.state == "proven":
        say(f"Proven everywhere: `gallra certificate show {done.ref}`.")
