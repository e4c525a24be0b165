"""`gallra share`: whoever received what was rectified, restricted or erased is told (art. 19)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, say, table
from console.share_options import By

Telling = Annotated[str, typer.Argument(help="The telling, N-…, as `gallra share list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(tell)
    app.command()(letters)
    app.command()(about)
    app.command()(told)


class Told(StrEnum):
    """What a person may say; that an erasure is to be told, the erasure itself notes."""

    RECTIFIED = "rectified"
    RESTRICTED = "restricted"


def tell(
    ref: Annotated[str, typer.Argument(help="Whom it is about: S-… or E-….")],
    because: Annotated[Told, typer.Option(help="What happened to what they received.")],
    by: By,
    category: Annotated[
        list[str] | None, typer.Option(help="Of what; may be repeated. Without it: of anything.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Somebody's data was rectified or restricted: open a telling for each who received it.

    An import that changes what was disclosed opens them by itself, and an erasure too.

    Example:  gallra share tell S-0123456789ABC --because restricted --by chef-nord
    """
    with failures(as_json=as_json):
        from lifecycle.telling import Because
        from tasks.house.wiring import open_house
        from tasks.telling.started import tell as start

        with open_house(controller) as house:
            done = start(
                house,
                ref,
                because=Because(because),
                categories=category or (),
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        if as_json:
            print_json(done._asdict())
        elif not done.recipients:
            say("Nobody has received that: there is nobody to tell.")
        else:
            say(f"{done.recipients} to tell, {done.opened} of them new: gallra share list")


def letters(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Write to every recipient that must be told, where a mailbox is bound; each once. Of whom
    nobody can write to a work order is opened. The run `share` does the same.

    Example:  gallra share letters
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.telling.letters import tell_waiting

        with open_house(controller) as house:
            tried = tell_waiting(house)
        if as_json:
            print_json({"tellings": [one._asdict() for one in tried]})
        elif not tried:
            say("Nobody to write to.")
        else:
            for one in tried:
                left = f": {one.failure}" if one.failure else ""
                say(f"{one.ref}  {one.came.replace('_', ' ')}{left}")
        if any(one.failure for one in tried):
            raise typer.Exit(Exit.NOT_PROVEN)


def about(
    ref: Telling,
    letter: Annotated[
        bool, typer.Option("--letter", help="The text by which they are told, to send yourself.")
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show whom a telling is about, by reference, and what was rectified or restricted.

    Example:  gallra share about N-0123456789ABC --letter
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.telling.recipients import about_whom
        from tasks.telling.text import letter_to_tell

        with open_house(controller) as house:
            if letter:
                told = letter_to_tell(house, ref)
                say(told.subject)
                say(told.text.rstrip())
                return
            people = about_whom(house, ref)
        if as_json:
            print_json({"about": dict(people)})
        elif not people:
            say("It is of an erasure: gallra share show tells by which plan.")
        else:
            rows = [(who, ", ".join(what)) for who, what in people]
            table("About", ["person", "categories"], rows)


def told(
    ref: Telling,
    by: By,
    controller: Controller = CONTROLLER,
) -> None:
    """Note that a recipient was told (article 19).

    Example:  gallra share told N-0123456789ABC --by chef-nord
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.telling.recipients import note_told

        with open_house(controller) as house:
            note_told(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{ref}  told.")
