"""`gallra incident`: what somebody with a code answers for: assess, decide, report, close."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console.incident_options import By, Ref, When, local, read_text
from console.officer_commands import ask_code
from console.options import CONTROLLER, Controller
from console.output import failures, refuse, say
from lifecycle.incident.words import Consequence, Exemption, Likelihood, Risk

if TYPE_CHECKING:
    from tasks.incidents.register import Line

Grounds = Annotated[str | None, typer.Option(help="A file with the grounds, or -; sealed.")]
Sent = Annotated[
    datetime | None, typer.Option(formats=When, help="When it was sent, local time; default: now.")
]
Receipt = Annotated[
    str | None, typer.Option(help="A file with the authority's case number, or -; sealed.")
]
More = Annotated[bool, typer.Option("--more", help="More was promised: it follows.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (assess, decide, report, supplement, close, reopen):
        app.command()(command)


def assess(
    ref: Ref,
    consequence: Annotated[Consequence, typer.Option(help="How bad it would be for the people.")],
    likelihood: Annotated[Likelihood, typer.Option(help="How likely it comes to that.")],
    by: By,
    sensitive: Annotated[
        bool,
        typer.Option(
            "--sensitive", help="Sensitive data (art. 9), or somebody with protected identity."
        ),
    ] = False,
    risk: Annotated[
        Risk | None, typer.Option(help="What you decide; without it, what is proposed.")
    ] = None,
    text: Grounds = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Decide how high the risk is. Below the proposal it needs its grounds.

    Example:  gallra incident assess B-0123456789ABC --consequence limited --likelihood possible
    --by ombud
    """
    with failures():
        from lifecycle.incident.risk import proposed
        from tasks.house.wiring import open_house
        from tasks.incidents.people import assess as write
        from tasks.incidents.register import show

        say(f"Proposed: {proposed(consequence, likelihood, sensitive=sensitive)}")
        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            decided = write(
                house,
                ref,
                consequence=consequence,
                likelihood=likelihood,
                sensitive=sensitive,
                risk=risk,
                text=None if text is None else read_text(text, "Grounds"),
                officer=by,
                code=code,
            )
            line = show(house, ref).line
        say(f"{ref}  risk: {decided}. Authority: {line.report.replace('_', ' ')};")
        say(f"  people: {line.telling.replace('_', ' ')}. Next: {line.next}")


def decide(
    ref: Ref,
    by: By,
    report: Annotated[
        bool | None, typer.Option("--report/--no-report", help="Is the authority told?")
    ] = None,
    tell: Annotated[
        bool | None, typer.Option("--tell/--no-tell", help="Are the people concerned told?")
    ] = None,
    exemption: Annotated[
        Exemption | None,
        typer.Option(help="With --no-tell where the risk is high: which of art. 34(3)."),
    ] = None,
    text: Grounds = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Decide whether the authority is told, or whether the people are: one at a time, each no with
    its grounds.

    Example:  gallra incident decide B-0123456789ABC --no-report --text grounds.txt --by ombud
    """
    if (report is None) == (tell is None):
        raise typer.BadParameter("one at a time: --report, --no-report, --tell or --no-tell")
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.people import decide_report, decide_telling
        from tasks.incidents.register import show

        if exemption is not None and tell is not False:
            refuse("--exemption goes with --no-tell.")
        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            grounds = None if text is None else read_text(text, "Grounds")
            if report is not None:
                decide_report(house, ref, yes=report, text=grounds, officer=by, code=code)
            else:
                decide_telling(
                    house,
                    ref,
                    yes=bool(tell),
                    exemption=exemption,
                    text=grounds,
                    officer=by,
                    code=code,
                )
            line = show(house, ref).line
        say(f"{ref}  decided. Next: {line.next}")


def report(
    ref: Ref,
    by: By,
    sent: Sent = None,
    receipt: Receipt = None,
    more: More = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Say that the authority was told: the clock stands. Gallra sends nothing to it.

    Example:  gallra incident report B-0123456789ABC --sent "2026-11-04 09:12" --more --by ombud
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.register import show
        from tasks.incidents.reports import note_reported

        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            note_reported(
                house,
                ref,
                sent_at=local(house, sent),
                receipt=None if receipt is None else read_text(receipt, "Case number"),
                more=more,
                officer=by,
                code=code,
            )
            line = show(house, ref).line
        _said(line, "reported")


def supplement(
    ref: Ref,
    by: By,
    sent: Sent = None,
    receipt: Receipt = None,
    more: More = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Say that the authority was told more; without --more that was the last of it.

    Example:  gallra incident supplement B-0123456789ABC --by ombud
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.register import show
        from tasks.incidents.reports import note_supplement

        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            note_supplement(
                house,
                ref,
                sent_at=local(house, sent),
                receipt=None if receipt is None else read_text(receipt, "Case number"),
                more=more,
                officer=by,
                code=code,
            )
            line = show(house, ref).line
        _said(line, "supplemented")


def close(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Close it: everybody has what is theirs, and what was done is written down. It is kept.

    Example:  gallra incident close B-0123456789ABC --by ombud
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.people import close as write

        with open_house(controller) as house:
            write(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{ref}  closed, and kept.")


def reopen(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Something more has come to light about an incident that was closed.

    Example:  gallra incident reopen B-0123456789ABC --by ombud
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.people import reopen as write

        with open_house(controller) as house:
            write(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{ref}  open again.")


def _said(line: Line, what: str) -> None:
    more = f" More is due by {line.more_by}." if line.more_by else ""
    say(f"{line.ref}  {what}.{more} Next: {line.next}")
