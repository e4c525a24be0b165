"""`gallra incident`: whom it concerns, the authority's form, the notice to the people."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from console.incident_options import By, Ref, When, local
from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, printable, refuse, say, table
from console.report_file import check_target, write_bytes

if TYPE_CHECKING:
    from records.incidents import Scope
    from tasks.house.parts import House
    from tasks.incidents.who import Who

_SHAPES: dict[str, Literal["text", "html", "pdf"]] = {
    ".pdf": "pdf",
    ".html": "html",
    ".txt": "text",
}


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (who, narrow, form, notify, letter, send, told):
        app.command()(command)


def who(
    ref: Annotated[
        str | None, typer.Argument(help="An incident, B-…: what is said is kept with it.")
    ] = None,
    system: Annotated[
        list[str] | None, typer.Option(help="A system or place of the policy; may be repeated.")
    ] = None,
    disclosure: Annotated[
        list[str] | None, typer.Option(help="A disclosure, P-…; may be repeated.")
    ] = None,
    file: Annotated[
        list[str] | None, typer.Option(help="A staged file, F-…, or an import, I-….")
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="A person, S-…; may be repeated.")
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Every system.")] = False,
    since: Annotated[
        datetime | None, typer.Option(formats=[*When, "%Y-%m-%d"], help="Local time.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=[*When, "%Y-%m-%d"], help="Local time.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Say whom it concerns: how many people, which data, systems and disclosures, since when.

    Answered from Gallra's records and ledger alone, before anybody has looked anywhere. Without an
    incident nothing is kept.

    Example:  gallra incident who B-0123456789ABC --system novo --since "2026-11-01 08:00"
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.incidents import who as incident_who

        with open_house(controller) as house:
            said = _said(house, system, disclosure, file, person, everything, since, until)
            if ref is None and not said:
                refuse("Say what it is about: --system, --disclosure, --file, --person, …")
            if ref is not None:
                if said:
                    incident_who.keep(house, ref, said)
                said = incident_who.scopes_of(house, ref)
                if not said:
                    refuse(f"{ref}: nobody has said what it is about yet; see --help.")
            found = incident_who.who(house, said)
            zone = house.policy.controller.time_zone
        if as_json:
            document: dict[str, Any] = found._asdict()
            document["disclosures"] = [one._asdict() for one in found.disclosures]
            print_json(document)
            return
        _show(found, zone)


def narrow(
    ref: Ref,
    by: By,
    data: Annotated[
        list[str] | None,
        typer.Option(help="A category of the policy that is concerned; may be repeated."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="A part that it is not about after all, as `who` was told it: a system, "
            "a file, a person; `all` for everything. May be repeated."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Take --data back: all that was found.")
    ] = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Say which of the data that was found is concerned, or which part is not: the authority and
    the people are told of the rest alone. It is part of what both agree to.

    Example:  gallra incident narrow B-0123456789ABC --data contact --by ombud
    """
    if bool(data) + bool(without) + everything != 1:
        raise typer.BadParameter("one of --data, --without (each may be repeated), --everything")
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.narrowing import leave_out
        from tasks.incidents.narrowing import narrow as write
        from tasks.incidents.who import scopes_of
        from tasks.incidents.who import who as ask

        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            if without:
                only = leave_out(house, ref, parts=without, officer=by, code=code)
            else:
                only = write(house, ref, only=data or (), officer=by, code=code)
            people = ask(house, scopes_of(house, ref)).people
        nothing = "no part is left" if without else "all that was found"
        say(f"{ref}  {', '.join(only) or nothing}: {people} people.")


def form(
    ref: Ref,
    by: By,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file: .pdf, .html or .txt; else this terminal."),
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Fill in the authority's form with what is known; what is unknown is said to be.

    Gallra sends nothing: report it where the form says, then `gallra incident report`.

    Example:  gallra incident form B-0123456789ABC --by ombud -o anmalan.pdf
    """
    shape = "text" if output is None else _SHAPES.get(output.suffix.lower())
    if shape is None:
        raise typer.BadParameter("the file is called .pdf, .html or .txt")
    if output is not None:
        check_target(output)
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.form import filled, rendered

        with open_house(controller) as house:
            made = filled(house, ref, officer=by, code=ask_code(f"Code of {by}"))
            content = rendered(house, made, shape)
        if output is None:
            for line in content.decode().split("\n"):
                say(printable(line))
        else:
            write_bytes(output, content)
            say(f"{output}  written, for you alone. It may hold personal data: send it, delete it.")
        for question in made.missing:
            say(f"! not known yet: {question}")
        say(f"Where: {made.sent_by}")


def notify(ref: Ref, by: By, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Put whom to tell, and the text, before those who must both agree.

    Needs the texts that people read (`--topic people_happened`, `people_consequences`,
    `people_measures`, and `advice` if there is any), and whom it concerns (`gallra incident who`).

    Example:  gallra incident notify B-0123456789ABC --by ombud
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.incidents.telling import draw_list

        with open_house(controller) as house:
            plan = draw_list(house, ref, officer=by, code=ask_code(f"Code of {by}"))
            telling = house.policy.incident_rules().telling
        if as_json:
            print_json({"plan": plan.ref, "people": plan.counts["people"], "hash": plan.hash})
            return
        say(f"{plan.ref}  {plan.counts['people']} people to tell ({plan.state}).")
        say(f"  The text:  gallra incident letter {ref} --by HANDLE")
        say(f"  Both agree: one of {', '.join(telling.by)},")
        say(f"  and, another person, one of {', '.join(telling.agreed_with)}:")
        say(f"  gallra approve {plan.ref} --by HANDLE")


def letter(
    ref: Ref,
    by: By,
    language: Annotated[
        Literal["sv", "da", "en"] | None,
        typer.Option(help="The frame's language; the texts stand as they were written."),
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Show the notice to the people concerned as it would be sent now.

    Example:  gallra incident letter B-0123456789ABC --by verksamhetschef-1
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.register import require_reader
        from tasks.incidents.telling import letter as make

        with open_house(controller) as house:
            code = ask_code(f"Code of {by}")
            require_reader(house, ref, officer=by, code=code, what="letter")
            made = make(house, ref, language)
        say(printable(made.subject))
        say("")
        for line in made.text.split("\n"):
            say(printable(line))


def send(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Write to everybody on the lists that both agreed to, each once: the step of the run
    `incident`.

    By mail; whom no mail reaches gets a letter by hand, on a work order. Nobody is written to
    before both agreed. Safe to run again at any time. Ends with 1 if something waits for the next
    time.

    Example:  gallra incident send
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.incidents.following import stand_letters
        from tasks.incidents.letters import write_letters

        with open_house(controller) as house:
            written = write_letters(house)
            left = stand_letters(house)
        if as_json:
            print_json(written._asdict() | {"left": left})
        else:
            say(f"{written.sent} sent by mail, {written.by_person} by a person's hand.")
            say(
                f"{left} not reached yet."
                if left
                else "Of lists that both agreed to, nobody is left."
            )
            if written.failure:
                say(f"! {written.failure}")
        if written.failure:
            raise typer.Exit(Exit.ATTENTION)


def told(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Say that everybody on the agreed list has the notice.

    Example:  gallra incident told B-0123456789ABC --by verksamhetschef-1
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.incidents.telling import note_told

        with open_house(controller) as house:
            people = note_told(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{ref}  {people} people told.")


def _said(
    house: House,
    system: list[str] | None,
    disclosure: list[str] | None,
    file: list[str] | None,
    person: list[str] | None,
    everything: bool,
    since: datetime | None,
    until: datetime | None,
) -> list[Scope]:
    from tasks.incidents import who as kinds

    named = [(kinds.SYSTEM, name) for name in system or ()]
    named += [(kinds.DISCLOSURE, ref.strip().upper()) for ref in disclosure or ()]
    for ref in file or ():
        given = ref.strip().upper()
        named.append((kinds.IMPORTED if given.startswith("I-") else kinds.FILE, given))
    named += [(kinds.PERSON, ref.strip().upper()) for ref in person or ()]
    named += [(kinds.EVERYTHING, "all")] if everything else []
    return [
        kinds.scope(house, kind, ref, since=local(house, since), until=local(house, until))
        for kind, ref in named
    ]


def _show(found: Who, zone: str) -> None:
    known = (
        "" if found.since is None else f"; the first of them since {local_time(found.since, zone)}"
    )
    say(f"{found.people} people{known}")
    say(f"  Most sensitive: {(found.data_class or 'nothing known').replace('_', ' ')}")
    if found.only:
        say(f"  Only this data, as it was judged: {', '.join(found.only)}")
    if found.erased_since:
        say(f"  Also perhaps {found.erased_since} whose data was erased since: nobody knows who.")
    if found.unread_files:
        say(f"  {found.unread_files} file(s) that nobody ever read: look at the originals.")
    if found.at_most:
        say(f"  At most, for nobody has looked there: {', '.join(found.at_most)}")
    table("Who", ["kind", "people"], list(found.kinds.items()))
    table("Which data", ["category", "people"], list(found.categories.items()))
    table(
        "Where",
        ["place", "people", "asked last"],
        [
            (name, number, local_time(found.as_of[name], zone) if name in found.as_of else "")
            for name, number in found.systems.items()
        ],
    )
    table(
        "Disclosures",
        ["disclosure", "recipient", "people", "data", "sent", "until", "stands"],
        [
            (
                one.ref,
                one.recipient,
                one.people,
                ", ".join(one.categories),
                local_time(one.sent_at, zone),
                one.until_on,
                one.stage,
            )
            for one in found.disclosures
        ],
    )
    table("The ledger of that time", ["event", "times"], list(found.ledger.items()))
