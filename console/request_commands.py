"""`gallra request`: what people asked for, by when they are answered, and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console import request_answer_commands, request_doing_commands
from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, printable, say, table
from console.request_options import By, Ref, WithText, ask_text, tell
from lifecycle.rights import (
    Came,
    Longer,
    Right,
    Shown,
    reasons_for,
)

if TYPE_CHECKING:
    from tasks.rights.register import Line

app = typer.Typer(
    help="Requests of the people whose data it is, and their answers.", no_args_is_help=True
)


@app.command("open")
def open_(
    right: Annotated[Right, typer.Argument(help="What is asked for.")],
    came: Annotated[Came, typer.Option(help="By which way it came.")],
    received: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day on which it came; the month runs from it."
        ),
    ],
    about: Annotated[str, typer.Option(help="S-…, as `gallra find` shows, if that is clear.")] = "",
    text: WithText = False,
    by: Annotated[str, typer.Option(help="The handle of whoever writes it down.")] = "",
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Write down a request, on the day on which somebody learned of it.

    Example:  gallra request open access --came mail --received 2026-11-02 --about S-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.rights.register import open_request

        with open_house(controller) as house:
            line = open_request(
                house,
                right,
                about=about,
                came=came,
                received_on=received.date(),
                text=ask_text() if text else "",
                by=by,
            )
        tell(line, as_json=as_json)


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show what waits for an answer, the nearest last day first; the DPO's list.

    Example:  gallra request list
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.rights.register import lines

        with open_house(controller) as house:
            found = lines(house, everything=everything)
        if as_json:
            print_json({"requests": [one._asdict() for one in found]})
        elif not found:
            say("Nobody waits for an answer.")
        else:
            heads = ["request", "asks for", "art.", "person", "state", "came on", "last day",
                     "days", "outcome", "erased by"]  # fmt: skip
            table("Requests", heads, [_row(one) for one in found])
        if any(one.overdue for one in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(ref: Ref, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show one request: what was done, by when it is answered, how it could be refused.

    Example:  gallra request show Q-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.rights.register import show as shown

        with open_house(controller) as house:
            found = shown(house, ref)
            zone = house.policy.controller.time_zone
        if as_json:
            print_json(found.line._asdict() | {"steps": [one._asdict() for one in found.steps]})
            return
        tell(found.line, as_json=False)
        table(
            "Done",
            ["", "what", "how", "led to", "by", "when", "text"],
            [
                [one.number, one.kind.replace("_", " "), one.how or "-", one.ref or "-",
                 one.by or "-", local_time(one.at, zone), "sealed" if one.has_text else "-"]
                for one in found.steps
            ],
        )  # fmt: skip
        why = ", ".join(sorted(reasons_for(Right(found.line.right))))
        say(f"Could be refused because of: {why}")


@app.command()
def identify(
    ref: Ref,
    shown: Annotated[Shown, typer.Option(help="How they showed who they are.")],
    by: By,
    about: Annotated[str, typer.Option(help="The person, S-…, where that was not known.")] = "",
    controller: Controller = CONTROLLER,
) -> None:
    """Note that somebody looked who asks. Without a person: nothing is held about them.

    Example:  gallra request identify Q-0123456789ABC --shown e_id --about S-… --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import identify as take

        with open_house(controller) as house:
            line = take(house, ref, shown, about=about, officer=by, code=ask_code(f"Code of {by}"))
        tell(line, as_json=False)


@app.command()
def doubt(ref: Ref, by: By, text: WithText = False, controller: Controller = CONTROLLER) -> None:
    """Note that there are doubts who asks, and that they were asked. The month runs on.

    Example:  gallra request doubt Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import doubt as take

        with open_house(controller) as house:
            told = ask_text() if text else ""
            line = take(house, ref, told, officer=by, code=ask_code(f"Code of {by}"))
        tell(line, as_json=False)


@app.command()
def extend(
    ref: Ref,
    months: Annotated[int, typer.Option(min=1, max=2, help="One month more, or two.")],
    because: Annotated[Longer, typer.Option(help="Why; the person is told today.")],
    by: By,
    controller: Controller = CONTROLLER,
) -> None:
    """Take longer, once, within the first month; tell the person today, with the reason.

    Example:  gallra request extend Q-0123456789ABC --months 1 --because complex --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import extend as take

        with open_house(controller) as house:
            line = take(house, ref, months, because, officer=by, code=ask_code(f"Code of {by}"))
        tell(line, as_json=False)


@app.command()
def note(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Write something down about a request; the text is asked for, or read, and kept sealed.

    Example:  gallra request note Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import note as take

        with open_house(controller) as house:
            text = ask_text()
            take(house, ref, text, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{ref}  noted.")


@app.command()
def read(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Show what was written in and about a request, on this terminal only.

    Example:  gallra request read Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.steps import read as texts

        with open_house(controller) as house:
            found = texts(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        for number, text in found:
            say(f"{number}: {printable(text)}")
        if not found:
            say("Nothing was written, or its time was up.")


def _row(line: Line) -> list[str | int]:
    until = f"{line.due_on} LATE" if line.overdue else line.due_on
    left: str | int = "-" if line.answered_on else line.days_left
    return [
        line.ref, line.right, line.article, line.person or "-", line.state.replace("_", " "),
        line.received_on, until, left, line.outcome.replace("_", " ") or "-",
        ", ".join(line.erased_by) or "-",
    ]  # fmt: skip


request_doing_commands.register(app)
request_answer_commands.register(app)
