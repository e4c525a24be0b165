"""What the commands about requests share: which, who, why, texts that never stand on a command
line, and how one is shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.output import print_json, say
from lifecycle.rights import Because, Given

if TYPE_CHECKING:
    from lifecycle.opening import Language
    from tasks.rights.register import Line

Ref = Annotated[str, typer.Argument(help="The request, Q-…, as `gallra request list` shows it.")]
By = Annotated[str, typer.Option(help="The officer's handle; the code is asked for, or read.")]
WithText = Annotated[
    bool, typer.Option("--text", help="Ask for a text, or read it; it is kept sealed.")
]
Why = Annotated[list[Because] | None, typer.Option(help="Why; may be repeated.")]
How = Annotated[Given, typer.Option(help="By which way the answer went.")]
Spoken = Annotated[str, typer.Option(help="sv, da or en; without it, the controller's own.")]


def spoken_of(language: str) -> Language | None:
    """The language asked for; None: the controller's own."""
    match language:
        case "sv" | "da" | "en":
            return language
        case "":
            return None
        case _:
            raise typer.BadParameter("sv, da or en", param_hint="--language")


def ask_text() -> str:
    """A text, typed or from standard input; never on the command line, where others see it."""
    if sys.stdin.isatty():
        return str(typer.prompt("Text"))
    return sys.stdin.readline().rstrip("\r\n")


def tell(line: Line, *, as_json: bool) -> None:
    """Where a request stands; by when it is answered, or when it was."""
    if as_json:
        print_json(line._asdict())
        return
    what = f"{line.right}, article {line.article}"
    say(f"{line.ref}  {what}: {line.state.replace('_', ' ')}  {line.outcome.replace('_', ' ')}")
    for plan in line.erased_by:
        say(f"{plan} erases something of theirs: lay the copy ready first.")
    if line.answered_on:
        say(f"Came on {line.received_on}, closed on {line.answered_on}.")
    else:
        late = "LATE: the last day is over." if line.overdue else f"{line.days_left} days left."
        say(f"Came on {line.received_on}; the last day for the answer is {line.due_on}. {late}")
