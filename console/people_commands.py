"""`gallra find` and `gallra erase`: one person, by reference."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, say, table

if TYPE_CHECKING:
    from tasks.finding import Found


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
        from tasks.finding import find_by_case, find_by_national_id
        from tasks.wiring import open_house

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
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask; for scripts that asked a person.")
    ] = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Erase one person from the records and the case system, permanently, and prove it.

    In the case system number, date and project stay (A-108). There is no way back.

    Example:  gallra erase S-0123456789ABC
    """
    with failures():
        from tasks.erasing import erase_subject
        from tasks.wiring import open_house

        if not yes and typer.prompt("Type the reference again to erase") != ref:
            say("Not the same: nothing was erased.")
            raise typer.Exit(Exit.REFUSED)
        with open_house(controller) as house:
            gone = erase_subject(house, ref)
        say(f"Erased: {gone} holding(s) and their keys; read back and proven.")
        say("Backups without the KEK are harmless once it has been rotated: `gallra keys rotate`.")
