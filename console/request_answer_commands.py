"""`gallra request`: the letter, the answer or the refusal, and what comes after."""

from __future__ import annotations

from typing import Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, Controller
from console.output import failures, say
from console.request_options import (
    By,
    How,
    Ref,
    Spoken,
    Why,
    WithText,
    ask_text,
    spoken_of,
    tell,
)
from lifecycle.rights import Because, Outcome


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(letter)
    app.command()(answer)
    app.command()(refuse)
    app.command("take-back")(take_back)
    app.command()(reopen)


def letter(
    ref: Ref,
    what: Annotated[
        str,
        typer.Argument(
            help="granted, partly, nothing_held, refused, extended, received or lifted."
        ),
    ],
    because: Why = None,
    language: Spoken = "",
    controller: Controller = CONTROLLER,
) -> None:
    """Show the letter to the person in plain words; their name and address are yours to add.

    Example:  gallra request letter Q-0123456789ABC refused --because must_be_kept
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.answers import answer_letter

        kinds = {*Outcome, "refused", "extended", "received", "lifted"}
        if what not in kinds:
            raise typer.BadParameter(", ".join(sorted(map(str, kinds))))
        spoken = spoken_of(language)
        with open_house(controller) as house:
            made = answer_letter(house, ref, what, because=because or (), language=spoken)
        say(made.subject)
        say("")
        say(made.text.rstrip())


def answer(
    ref: Ref,
    outcome: Annotated[Outcome, typer.Argument(help="What the answer says.")],
    given: How,
    by: By,
    because: Why = None,
    read_through: Annotated[
        bool,
        typer.Option(help="I read the passages of text; what is about others is struck out."),
    ] = False,
    text: WithText = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Note that the person was answered, and by which way.

    Example:  gallra request answer Q-0123456789ABC granted --given letter --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import answer as take

        with open_house(controller) as house:
            line = take(
                house,
                ref,
                outcome,
                given=given,
                because=because or (),
                read_through=read_through,
                text=ask_text() if text else "",
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        tell(line, as_json=False)


def refuse(
    ref: Ref,
    because: Annotated[list[Because], typer.Option(help="Why; may be repeated.")],
    given: How,
    by: By,
    text: WithText = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Note that the person was told no, why, and where they can complain.

    Example:  gallra request refuse Q-0123456789ABC --because must_be_kept --given letter --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import refuse as take

        with open_house(controller) as house:
            line = take(
                house,
                ref,
                because,
                given=given,
                text=ask_text() if text else "",
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        tell(line, as_json=False)


def take_back(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Note that the person wants it no more.

    Example:  gallra request take-back Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import take_back as take

        with open_house(controller) as house:
            line = take(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        tell(line, as_json=False)


def reopen(ref: Ref, by: By, text: WithText = False, controller: Controller = CONTROLLER) -> None:
    """Open a request again: the person says that the answer is not all. The first day stays.

    Example:  gallra request reopen Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import reopen as take

        with open_house(controller) as house:
            told = ask_text() if text else ""
            line = take(house, ref, told, officer=by, code=ask_code(f"Code of {by}"))
        tell(line, as_json=False)
