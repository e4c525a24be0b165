"""`gallra find` and `gallra erase`: one person, by reference."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, say, table

if TYPE_CHECKING:
    from tasks.erasing.finding import Found


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    # What stands behind `find` by mistake is taken, so that click does not repeat it in an error.
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(find)
    app.command()(erase)


def find(
    context: typer.Context,
    case: Annotated[
        str | None, typer.Option(help="A case number instead of a national id.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Find a person: the national id is asked for, or read from standard input.

    It is never given on the command line, where other users and the shell's history see it.

    Example:  gallra find
    """
    if context.args:
        raise typer.BadParameter(
            "give no number here: it is asked for, or read from standard input"
        )
    with failures(as_json=as_json):
        from tasks.erasing.finding import find_by_case, find_by_national_id
        from tasks.house.wiring import open_house

        text = "" if case is not None else _ask()
        with open_house(controller) as house:
            found = find_by_national_id(house, text) if case is None else find_by_case(house, case)
        if as_json:
            people = [
                {"ref": f.ref, "cases": [c._asdict() for c in f.cases], "holdings": f.holdings}
                for f in found
            ]
            print_json({"people": people})
        else:
            _show(found)
        if not found:
            raise typer.Exit(Exit.ATTENTION)


def _ask() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("National id", hide_input=True, prompt_suffix=": "))
    return sys.stdin.readline().rstrip("\r\n")


def _show(found: list[Found]) -> None:
    if not found:
        say("Nobody by that.")
    for person in found:
        holdings = ", ".join(f"{n} {name}" for name, n in sorted(person.holdings.items()))
        say(f"{person.ref}  ({holdings})")
        table(
            "Cases",
            ["case", "service", "project", "from", "to", "broken off"],
            [list(case) for case in person.cases],
        )


def erase(
    ref: Annotated[str, typer.Argument(help="The person's reference, S-…, as `gallra find` says.")],
    by: Annotated[
        str | None,
        typer.Option(help="The handle of whoever asks for it; they may not approve it themselves."),
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Draw up a plan that erases one person everywhere, because the person asked (article 17).

    Nothing is erased yet: somebody approves it (`gallra approve`), then it is carried out
    (`gallra execute`). What a law or a hold still needs stays, and the plan says so.

    Example:  gallra erase S-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.erasing.requests import ask_for_erasure
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            plan = ask_for_erasure(house, ref, created_by=by or "")
        if as_json:
            print_json({"plan": plan.ref, "hash": plan.hash, "counts": plan.counts})
        else:
            say(f"{plan.ref}  drawn up; nothing is erased yet.")
            say(f"Look at it:     gallra plan show {plan.ref}")
            say(f"Approve it:     gallra approve {plan.ref}   ({plan.approvals} person(s))")
            say(f"Carry it out:   gallra execute {plan.ref}")
