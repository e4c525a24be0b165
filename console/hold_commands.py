"""`gallra hold`: what is kept longer for a proceeding, by whose decision, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, say, table
from lifecycle.legal_hold import HoldReason
from lifecycle.rights import Given

app = typer.Typer(help="Legal holds: nothing they keep is erased.", no_args_is_help=True)

By = Annotated[str, typer.Option(help="The officer who decides; the code is asked for, or read.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="When to look at it again.")]
Ref = Annotated[str, typer.Argument(help="H-…, as `gallra hold list` shows it.")]


@app.command()
def add(
    people: Annotated[list[str], typer.Argument(help="References, S-…, as `gallra find` shows.")],
    reason: Annotated[HoldReason, typer.Option(help="Why; a word, never a note.")],
    review: Day,
    by: By,
    category: Annotated[
        list[str] | None, typer.Option(help="May be repeated; without it everything is held.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Place a legal hold: nothing of it is erased until it is released.

    Example:  gallra hold add S-0123456789ABC --reason proceeding --review 2027-03-01 --by chef-nord
    """
    with failures(as_json=as_json):
        from records.holds import EVERYTHING
        from tasks.erasing.holds import place_hold
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            ref = place_hold(
                house,
                people,
                categories=category or [EVERYTHING],
                reason=reason,
                review_on=review.date(),
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        if as_json:
            print_json({"ref": ref, "review_on": f"{review:%Y-%m-%d}"})
            return
        say(f"{ref}  held; to be looked at again on {review:%Y-%m-%d}.")
        say("A plan with such a person is refused from now on: draw up another one")
        say("(`gallra plan create`; for a person who asked, `gallra erase`).")


@app.command()
def release(
    ref: Ref,
    by: By,
    told: Annotated[
        Given | None,
        typer.Option(help="Of a restriction: by which way the person was told that it ends."),
    ] = None,
    told_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="On which day; without it today.")
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Let go of what a hold keeps: the rules apply again, at once.

    A restriction is lifted when the person was told before: `gallra request letter Q-… lifted`.

    Example:  gallra hold release H-0123456789ABC --by chef-nord
    """
    with failures():
        from tasks.erasing.holds import Told, local_day, release_hold
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            on = local_day(house) if told_on is None else told_on.date()
            said = None if told is None else Told(told, on)
            release_hold(house, ref, told=said, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{ref}  released: what is due is on the next plan.")


@app.command()
def review(
    ref: Ref,
    following: Annotated[
        datetime, typer.Option("--next", formats=["%Y-%m-%d"], help="When to look at it again.")
    ],
    by: By,
    controller: Controller = CONTROLLER,
) -> None:
    """Note that a hold was looked at and is still needed.

    Example:  gallra hold review H-0123456789ABC --next 2027-09-01 --by chef-nord
    """
    with failures():
        from tasks.erasing.holds import review_hold
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            review_hold(
                house,
                ref,
                following=following.date(),
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        say(f"{ref}  to be looked at again on {following:%Y-%m-%d}.")


@app.command("list")
def list_(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show every hold that stands, how old it is, and whether its review is overdue.

    Example:  gallra hold list
    """
    with failures(as_json=as_json):
        from tasks.erasing.holds import list_holds
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            found = list_holds(house)
            zone = house.policy.controller.time_zone
        if as_json:
            print_json({"holds": [one._asdict() for one in found]})
        elif not found:
            say("No legal hold stands.")
        rows = [
            (
                one.ref,
                one.reason.replace("_", " "),
                "everything" if one.categories == ("*",) else ", ".join(one.categories),
                one.people,
                one.decided_by,
                local_time(one.placed_at, zone),
                one.age_days,
                f"{one.review_on} OVERDUE" if one.overdue else one.review_on,
            )
            for one in found
        ]
        if not as_json:
            heads = ["hold", "reason", "what", "people", "decided by", "placed", "days", "review"]
            table("Legal holds", heads, rows)
        if any(one.overdue for one in found):
            raise typer.Exit(Exit.ATTENTION)
