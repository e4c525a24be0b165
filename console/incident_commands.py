"""`gallra incident`: written down at once, judged, reported within 72 hours, told, kept."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console import incident_judging_commands, incident_people_commands
from console.incident_options import By, Ref, Text, When, local, read_text
from console.incident_output import show_list, show_one
from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, refuse, say
from lifecycle.incident.words import Dismissed, Topic

if TYPE_CHECKING:
    from tasks.house.parts import House

app = typer.Typer(
    help="Incidents: the register, the 72 hours, the authority, the people.", no_args_is_help=True
)


@app.command("open")
def open_(
    kind: Annotated[
        str | None, typer.Argument(help="One of the policy's kinds; without it they are listed.")
    ] = None,
    text: Text = "-",
    aware: Annotated[
        datetime | None, typer.Option(formats=When, help="When it was noticed, local time.")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which it happened.")
    ] = None,
    draft: Annotated[
        str | None, typer.Option(help="A draft, B-…, that is an incident (with --by).")
    ] = None,
    by: Annotated[str | None, typer.Option(help="With --draft: the officer's handle.")] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Write down that something happened. Needs nobody's code: whoever notices reports.

    What happened is typed, or read from a file: it never stands on a command line. The 72 hours
    run from --aware, or from now.

    Example:  gallra incident open mail-to-wrong-person --aware "2026-11-02 16:40"
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.incidents.people import open_incident, take_up

        with open_house(controller) as house:
            if draft is not None:
                if by is None:
                    refuse("Say who you are: --by HANDLE. The code is asked for.")
                take_up(house, draft, officer=by, code=ask_code(f"Code of {by}"), kind=kind)
                ref = draft
            elif kind is None:
                _say_kinds(house)
                raise typer.Exit(Exit.USAGE)
            else:
                ref = open_incident(
                    house,
                    kind=kind,
                    text=read_text(text, "What happened"),
                    aware_at=local(house, aware),
                    on=None if on is None else on.date(),
                )
            _say_opened(house, ref, as_json=as_json)


@app.command()
def note(
    ref: Ref,
    topic: Annotated[Topic, typer.Option(help="What the line tells of.")] = Topic.NOTE,
    text: Annotated[
        str | None,
        typer.Option(help="A file with the text, or - to type it or read it; sealed."),
    ] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that it tells of.")
    ] = None,
    began: Annotated[
        datetime | None, typer.Option(formats=When, help="Since when it went on, local time.")
    ] = None,
    ended: Annotated[
        datetime | None, typer.Option(formats=When, help="Until when it went on, local time.")
    ] = None,
    people: Annotated[
        int | None, typer.Option(min=0, help="About how many people it concerns.")
    ] = None,
    pieces: Annotated[
        int | None, typer.Option(min=0, help="About how many records it concerns.")
    ] = None,
    aware: Annotated[
        datetime | None,
        typer.Option(formats=When, help="Somebody knew of it earlier; never later."),
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Write a line into the log: date, event or action; or what is known by now.

    Example:  gallra incident note B-0123456789ABC --topic done --text - --on 2026-11-03
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.people import note as write

        with open_house(controller) as house:
            write(
                house,
                ref,
                topic=topic,
                text=None if text is None else read_text(text, str(topic)),
                on=None if on is None else on.date(),
                began_at=local(house, began),
                ended_at=local(house, ended),
                people=people,
                pieces=pieces,
                aware_at=local(house, aware),
            )
        say(f"{ref}  written down.")


@app.command()
def dismiss(
    ref: Ref,
    because: Annotated[Dismissed, typer.Option(help="Why it is no incident.")],
    by: By,
    text: Annotated[str | None, typer.Option(help="A file with the grounds, or -; sealed.")] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Say that a draft is no incident. It is kept, with the reason.

    Example:  gallra incident dismiss B-0123456789ABC --because no_breach --by ombud
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.people import dismiss as write

        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            grounds = None if text is None else read_text(text, "Grounds")
            write(house, ref, because=because, text=grounds, officer=by, code=code)
        say(f"{ref}  dismissed, and kept.")


@app.command("list")
def list_(
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is closed or dismissed.")
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show the register: what stands where, how many hours are left, what comes next.

    Example:  gallra incident list --all
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.incidents.register import lines

        with open_house(controller) as house:
            found = lines(house, everything=everything)
            zone = house.policy.controller.time_zone
        if as_json:
            print_json({"incidents": [one._asdict() for one in found]})
        else:
            show_list(found, zone)
        if any(one.late or one.hours_left is not None for one in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(
    ref: Ref,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Also what people wrote, for this terminal.")
    ] = False,
    by: Annotated[str | None, typer.Option(help="With --reveal: the officer's handle.")] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show one incident; its texts only with an officer's code, and the ledger notes that.

    Example:  gallra incident show B-0123456789ABC --reveal --by ombud
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.incidents import register as incident_register

        if reveal and by is None:
            refuse("Say who you are: --by HANDLE. The code is asked for.")
        with open_house(controller) as house:
            shown = incident_register.show(house, ref)
            zone = house.policy.controller.time_zone
            told = []
            if reveal and by is not None:
                code = ask_code(f"Code of {by}")
                told = incident_register.reveal(house, ref, officer=by, code=code)
        if as_json:
            document = shown._asdict() | {"line": shown.line._asdict()}
            document["phases"] = [one._asdict() for one in shown.phases]
            document["scopes"] = [one._asdict() for one in shown.scopes]
            print_json(document | {"texts": [one._asdict() for one in told]})
            return
        show_one(shown, told, zone)


incident_judging_commands.register(app)
incident_people_commands.register(app)


def _say_opened(house: House, ref: str, *, as_json: bool) -> None:
    from tasks.incidents.register import show as look

    line = look(house, ref).line
    if as_json:
        print_json({"ref": ref, "due_at": line.due_at, "hours_left": line.hours_left})
        return
    from console.output import local_time

    say(f"{ref}  {line.called}: written down.")
    if line.due_at is not None:
        due = local_time(line.due_at, house.policy.controller.time_zone)
        say(f"  The authority is told by {due} ({line.hours_left} hours left), if it has to be.")
    say(f"  Who is concerned:  gallra incident who {ref} --system NAME")
    say(f"  Judge it:          gallra incident assess {ref} --by HANDLE")


def _say_kinds(house: House) -> None:
    sys.stderr.write("Say which kind it is:\n")
    for name, kind in house.policy.incident_rules().kinds.items():
        sys.stderr.write(f"  {name:32} {kind.called}\n")
