"""`gallra share`: a disclosure is prepared, agreed to by somebody else, sent, and taken back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console import telling_commands
from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, printable, say, table
from console.share_options import By, Ref
from console.share_output import show_entry, show_lists, show_sources
from lifecycle.disclosure_condition import Condition

if TYPE_CHECKING:
    from tasks.sharing.disclosures import Selection

app = typer.Typer(
    help="What is given to others: prepared, approved, sent, taken back.", no_args_is_help=True
)


@app.command()
def prepare(
    recipient: Annotated[str, typer.Option("--to", help="Of the policy's recipients.")],
    contact: Annotated[str, typer.Option(help="Of the recipient's contacts in the bindings.")],
    category: Annotated[list[str], typer.Option(help="What is disclosed; may be repeated.")],
    purpose: Annotated[str, typer.Option(help="Of the policy's purposes.")],
    channel: Annotated[str, typer.Option(help="By which channel.")],
    until: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The recipient's last day with it.")
    ],
    by: Annotated[
        str, typer.Option(help="Who prepares it, and may not approve it; the code is asked for.")
    ],
    about: Annotated[
        list[str] | None,
        typer.Option(help="S-…, as `gallra find` shows, with all cases; may be repeated."),
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option(help="A case number, and no other case of its person; may be repeated."),
    ] = None,
    project: Annotated[
        str | None, typer.Option(help="Everybody with a case in it, and these cases alone.")
    ] = None,
    selection: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A file: references, case numbers, one a line."
        ),
    ] = None,
    because: Annotated[
        Condition, typer.Option(help="On what it rests, where the policy asks for that.")
    ] = Condition.NONE,
    container: Annotated[str, typer.Option(help="zip, xlsx or pdf; sealed in any case.")] = "zip",
    taken_from: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            help="Out of which system, by the policy's name; may be repeated. Without it: out of "
            "Gallra's own records alone.",
        ),
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Prepare a disclosure. Nothing leaves: another officer has to approve it first.

    Nobody can be chosen by what is known about them, only by reference, case or project. What is
    taken from another system is read there anew when it is sent: if it has changed since, nothing
    is sent.

    Example:  gallra share prepare --to municipality --contact desk --category identity ...
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.sharing.disclosures import chosen as people_in
        from tasks.sharing.disclosures import prepare as draw_up
        from tasks.sharing.judging import Wish
        from tasks.sharing.register import entry
        from tasks.sharing.sources import sources

        chosen = _selected(about, case, project, selection)
        wish = Wish(
            recipient=recipient,
            contact=contact,
            categories=tuple(category),
            purpose=purpose,
            channel=channel,
            container=container,
            until=until.date(),
            condition=because,
            systems=tuple(taken_from or ()),
        )
        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            told = entry(house, draw_up(house, wish, chosen, by=by, code=code).ref)
            there = sources(house, people_in(house, chosen).people, category)
        left = [one for one in there if one.system not in told.sources.get(one.category, ())]
        if as_json:
            print_json(told._asdict() | {"not_taken": [one._asdict() for one in left]})
            return
        show_entry(told)
        if left:
            show_sources("It lies here too, and is not taken", left)
        say("Nothing has left. Another officer approves it:")
        say(f"gallra approve {told.ref}")


@app.command()
def sources(
    category: Annotated[list[str], typer.Option(help="Which data; may be repeated.")],
    about: Annotated[
        list[str] | None, typer.Option(help="S-…, as `gallra find` shows; may be repeated.")
    ] = None,
    case: Annotated[list[str] | None, typer.Option(help="A case number; may be repeated.")] = None,
    project: Annotated[str | None, typer.Option(help="Everybody with a case in it.")] = None,
    selection: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A file: references, case numbers, one a line."
        ),
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show where data of people lies, and how a disclosure could take it; nothing is read there.

    Example:  gallra share sources --about S-0123456789ABC --category study
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.sharing.disclosures import chosen as people_in
        from tasks.sharing.sources import sources as where

        chosen = _selected(about, case, project, selection)
        with open_house(controller) as house:
            found = where(house, people_in(house, chosen).people, category)
        if as_json:
            print_json({"sources": [one._asdict() for one in found]})
        elif not found:
            say("None of it lies anywhere, as far as Gallra knows.")
        else:
            show_sources("Where it lies", found)


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show who received what about how many, until when, and whom there is to tell (article 19).

    Example:  gallra share list --all
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.sharing.register import register
        from tasks.telling.due import to_tell

        with open_house(controller) as house:
            found = register(house, everything=everything)
            tellings = to_tell(house)
        if as_json:
            print_json(
                {
                    "disclosures": [one._asdict() for one in found],
                    "tellings": [one._asdict() for one in tellings],
                }
            )
        elif not found:
            say("Nothing is shared.")
        if not as_json:
            show_lists(found, tellings, whole=everything)
        if tellings or any(one.overdue for one in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(
    ref: Ref,
    where: Annotated[
        bool,
        typer.Option("--where", help="Only where the file lies that you hand over, and to whom."),
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show one disclosure: to whom, what, on which ground, until when; whom about by reference.

    Example:  gallra share show P-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.sharing.handing_over import where as fetched_from
        from tasks.sharing.register import entry, people_of, tellings_of

        with open_house(controller) as house:
            if where:
                fetched = fetched_from(house, ref)
                say(str(fetched.file))
                say(f"To {printable(fetched.to)}")
                return
            told = entry(house, ref)
            people = people_of(house, ref)
            tellings = tellings_of(house, ref)
        if as_json:
            print_json(
                told._asdict()
                | {"about": dict(people), "told": {one.ref: one.done_at for one in tellings}}
            )
            return
        show_entry(told)
        table("About", ["person", "categories"], [(who, ", ".join(what)) for who, what in people])
        told_of = [
            (one.ref, one.because, one.cause or "-", one.people, one.how or "-", one.done_at or "-")
            for one in tellings
        ]
        if told_of:
            table("Tellings", ["telling", "because", "by", "people", "how", "done"], told_of)


@app.command()
def send(ref: Ref, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Send an approved disclosure, and its password by the other way. Safe to repeat.

    Example:  gallra share send P-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.sharing.disclosing import send as carry_out

        with open_house(controller) as house:
            done = carry_out(house, ref)
        if as_json:
            print_json(done._asdict())
        else:
            say(f"{done.ref}  {done.stage.replace('_', ' ')}: {done.people} people.")
            if done.stage in {"sending", "opening"}:
                say("A person hands it over: gallra work-orders list")


@app.command()
def password(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Show the password to the officer who tells it by telephone or letter, on this terminal only.

    Tell it to nobody but the contact, then: gallra work-orders done W-… --evidence told

    Example:  gallra share password P-0123456789ABC --by chef-nord
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.sharing.handing_over import show_password

        with open_house(controller) as house:
            told = show_password(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        say(f"For {told.about}, to {told.to}:")
        say(told.password)
        if told.opening:
            say("No letter came with the file; tell this too:")
            say(told.opening.rstrip())


@app.command()
def withdraw(
    ref: Annotated[
        str | None, typer.Argument(help="P-…; without it, everything whose time is up.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Take a disclosure back, as far as its channel can; one that was not sent ends.

    Example:  gallra share withdraw P-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.sharing.withdrawing import withdraw as take_back
        from tasks.sharing.withdrawing import withdraw_due

        with open_house(controller) as house:
            taken = withdraw_due(house) if ref is None else [take_back(house, ref)]
        if as_json:
            print_json({"withdrawn": [one._asdict() for one in taken]})
        elif not taken:
            say("Nothing to take back.")
        else:
            for one in taken:
                left = f": {one.failure}" if one.failure else ""
                say(f"{one.ref}  {one.stage.replace('_', ' ')}{left}")
        if any(one.failure for one in taken):
            raise typer.Exit(Exit.NOT_PROVEN)


@app.command()
def confirm(
    ref: Ref,
    by: By,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="The recipient says that it is deleted.")
    ] = False,
    arrived: Annotated[
        bool | None,
        typer.Option("--arrived/--not-arrived", help="Whether what was perhaps sent is there."),
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Note what only a person can find out: that it is deleted, or whether it arrived.

    Example:  gallra share confirm P-0123456789ABC --deleted --by chef-nord
    """
    if deleted == (arrived is not None):
        raise typer.BadParameter("say one thing: --deleted, --arrived or --not-arrived")
    with failures():
        from tasks.house.wiring import open_house
        from tasks.sharing.finding_out import confirm_deleted, note_found_out

        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            if deleted:
                stage = confirm_deleted(house, ref, officer=by, code=code)
            else:
                stage = note_found_out(house, ref, arrived=bool(arrived), officer=by, code=code)
        say(f"{ref}  {stage.replace('_', ' ')}")


def _selected(
    about: list[str] | None, case: list[str] | None, project: str | None, file: Path | None
) -> Selection:
    from tasks.sharing.disclosures import Selection

    lines = [] if file is None else file.read_text(encoding="utf-8").split()
    people = [one for one in lines if one[:2].upper() in {"S-", "E-"}]
    cases = [one for one in lines if one not in people]
    return Selection(
        references=(*(about or ()), *people), cases=(*(case or ()), *cases), project=project
    )


telling_commands.register(app)
