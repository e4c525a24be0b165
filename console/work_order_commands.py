"""`gallra work-orders`: what a person weeds by hand, with evidence and a second pair of eyes."""

from __future__ import annotations

from typing import Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, printable, refuse, say, table

app = typer.Typer(help="What a person weeds or hands over.", no_args_is_help=True)
Ref = Annotated[str, typer.Argument(help="The work order, W-….")]
By = Annotated[str, typer.Option(help="The officer's handle; the code is asked for.")]


@app.command("list")
def list_(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """The orders that are not finished; an overdue one is an open breach of the rule.

    Example:  gallra work-orders list
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.work_orders.orders import lines

        with open_house(controller) as house:
            found = lines(house)
        if as_json:
            print_json([one._asdict() for one in found])
        elif not found:
            say("No work order is open.")
        else:
            table(
                "Work orders",
                ["order", "what", "of", "place", "role", "items", "seen gone", "by", "state"],
                [
                    [
                        one.ref,
                        one.what,
                        one.plan,
                        one.system,
                        one.role,
                        one.items,
                        one.seen_gone if one.what == "mend" else "",
                        one.due_on or "-",
                        f"{one.state}, OVERDUE" if one.overdue else one.state,
                    ]
                    for one in found
                ],
            )
        if any(one.overdue for one in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(
    ref: Ref,
    reveal: Annotated[
        bool,
        typer.Option(
            "--reveal",
            help="Also say whose papers they are, or where it was found: for this terminal, with a "
            "code.",
        ),
    ] = False,
    by: Annotated[str | None, typer.Option(help="With --reveal: the officer's handle.")] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """What to do, until when, and what proves it.

    Example:  gallra work-orders show W-0123456789ABC --reveal --by rektor
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.work_orders.orders import line
        from tasks.work_orders.orders import reveal as open_slip

        if reveal and by is None:
            refuse("Say who you are: --by HANDLE. The code is asked for.")
        with open_house(controller) as house:
            order = line(house, ref)
            slip = {}
            if reveal and by is not None:
                slip = open_slip(house, ref, officer=by, code=ask_code("Code"))
        todo = "to hand over"
        if order.what in {"weed", "mend"}:
            todo = f"{order.items} to {order.what}"
        elif order.what == "telling":
            todo = "a recipient to tell"
        elif order.what in {"papers", "judgement", "use", "assessment"}:
            todo = f"{order.what} to bring"
        elif order.what == "deletion":
            todo = "a recipient to ask to delete"
        until = f" by {order.due_on}" if order.due_on else ""
        say(f"{order.ref}  {order.system}: {todo}{until} ({order.state})")
        if order.what == "container":
            say(f"  Fetch it:  gallra share show {order.plan} --where")
        elif order.what == "mend" and order.seen_gone:
            say(f"  Seen gone at the last look: {order.seen_gone} of {order.items}")
        elif order.what == "password":
            say(f"  See it:  gallra share password {order.plan} --by HANDLE")
        elif order.what == "telling":
            say(f"  The text:  gallra share about {order.system.partition(' ')[2]} --letter")
        say(f"  Who: {order.role}" + (", then a second person" if order.second_person else ""))
        say(f"  How: {order.how}")
        say(f"  Evidence: {order.evidence}")
        for number, (subject, what) in enumerate(sorted(slip.items()), start=1):
            words = [str(value) for part in what.values() for value in part.values()]
            told = printable(" ".join(words)) or "known by reference only"
            say(f"  {number}. {told}  ({subject})")


@app.command()
def done(
    ref: Ref,
    by: By,
    evidence: Annotated[
        str,
        typer.Option(
            help="A file (its SHA-256 is kept, not the file) or a word: shredded, posted, told…"
        ),
    ],
    controller: Controller = CONTROLLER,
) -> None:
    """Say that it is weeded, mended or handed over, with evidence and your code.

    Example:  gallra work-orders done W-0123456789ABC --by rektor --evidence shredded
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.work_orders.orders import finish

        with open_house(controller) as house:
            state = finish(house, ref, officer=by, code=ask_code("Code"), evidence=evidence)
        say(f"{ref}  {state}" + (": a second person confirms it." if state == "done" else "."))


@app.command()
def confirm(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Say, as another person, that you have looked and it is weeded.

    Example:  gallra work-orders confirm W-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.work_orders.orders import confirm as second
        from tasks.work_orders.orders import line

        with open_house(controller) as house:
            state = second(house, ref, officer=by, code=ask_code("Code"))
            order = line(house, ref)
        now = f"gallra execute {order.plan}"
        if order.what == "mend":
            say(f"{ref}  {state}. What is there still at the next look is on a new order.")
            return
        if order.what in {"papers", "judgement", "use", "assessment"}:
            say(f"{ref}  {state}. What is missing still at the next look is on a new order.")
            return
        if order.what != "weed":
            now = f"gallra share send {order.plan}"
        say(f"{ref}  {state}. Its plan goes on with the next run, or now: {now}")
