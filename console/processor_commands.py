"""`gallra processor`: who processes on the controller's behalf, and what each of them lacks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, printable, say, table
from console.report_file import write_bytes
from lifecycle.processor_entry import EntryKind

if TYPE_CHECKING:
    from lifecycle.processor import Entry
    from tasks.processors.register import Line

app = typer.Typer(help="Processors, their agreements and reviews.", no_args_is_help=True)

Which = Annotated[
    str, typer.Argument(help="The policy's name, or V-…, as `gallra processor list` shows it.")
]
By = Annotated[str, typer.Option(help="The officer's handle; the code is asked for, or read.")]
On = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day from which it counts; default: today."),
]
Paper = Annotated[
    Path | None, typer.Option(help="The signed paper; its SHA-256 is kept, not the paper.")
]


@app.command("list")
def list_(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show every processor, its agreement and review, and what it lacks.

    Example:  gallra processor list
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.processors.register import lines

        with open_house(controller) as house:
            found = lines(house)
        if as_json:
            print_json({"processors": [as_dict(line) for line in found]})
        elif not found:
            say("The policy names no processor, and none was noted.")
        else:
            table(
                "Processors",
                ["name", "called", "systems", "agreement", "since", "until", "reviewed until",
                 "answers", "lacks"],
                [
                    [
                        line.label,
                        printable(line.said.called),
                        ", ".join(line.systems),
                        line.agreement or "-",
                        line.agreed_on or "-",
                        line.agreed_until or "-",
                        line.reviewed_until or "-",
                        line.answers,
                        ", ".join(lack.replace("_", " ") for lack in line.lacks),
                    ]
                    for line in found
                ],
            )  # fmt: skip
        if any(line.lacks for line in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(which: Which, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show one processor: what was noted of it, by whom, and what to do about what is missing.

    Example:  gallra processor show workbuster
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.processors.history import history
        from tasks.remedies.every import remedy_for

        with open_house(controller) as house:
            line, noted = history(house, which)
        if as_json:
            print_json(as_dict(line) | {"noted": [one._asdict() for one in noted]})
            return
        say(f"{line.label}  {printable(line.said.called)}: {printable(line.said.does)}")
        say(f"Systems: {', '.join(line.systems) or '-'}. Answers: {line.answers}.")
        for ref, said in line.subs:
            say(f"Sub-processor {ref}: {printable(said.called)}")
        if line.countries:
            told = ", ".join(f"{country} ({why})" for country, why in line.countries.items())
            say(f"Outside the EEA: {told}")
        table(
            "Noted",
            ["of", "what", "from", "until", "says", "country", "by", "paper"],
            [
                [one.of, one.kind, one.on, one.until or "-", one.outcome, one.country, one.by,
                 one.evidence[:12]]
                for one in noted
            ],
        )  # fmt: skip
        for lack in line.lacks:
            told_ = remedy_for(lack)
            say(f"{lack}: {told_.happened} {told_.next}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An .xlsx, .xls, .ods or .csv list.")],
    by: By,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Take in an existing list; rows that do not fit are shown by number and reason.

    The officer is the policy's reviewer: the list's judgements count as theirs.

    Example:  gallra processor import bitraden.xlsx --by dpo
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.processors.list_import import import_list
        from tasks.remedies.every import remedy_for

        with open_house(controller) as house:
            done = import_list(house, file, officer=by, code=ask_code(f"Code of {by}"))
        if as_json:
            told = [one._asdict() for one in done.quarantined]
            print_json(done._asdict() | {"quarantined": told})
        else:
            say(
                f"{done.rows} row(s): {done.added} added, {done.changed} changed, "
                f"{done.unchanged} unchanged, {len(done.quarantined)} set aside. "
                f"{done.noted} noted, {done.sub_processors} sub-processor(s) added."
            )
            if done.dropped_columns:
                # By letter: what stands where a title should may be somebody's name.
                say(
                    f"Not read, as the title is not known: column {', '.join(done.dropped_columns)}"
                    " (policies/lists/processors.yaml has the titles that are)."
                )
            if done.quarantined:
                table(
                    "Set aside",
                    ["row", "column", "reason", "what to do"],
                    [
                        [row, column or "-", why, remedy_for(why).next]
                        for row, why, column in done.quarantined
                    ],
                )
        if done.quarantined:
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def agree(
    which: Which,
    by: By,
    framework: Annotated[
        bool, typer.Option("--framework/--own", help="Under the group's framework contract.")
    ] = False,
    on: On = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day, if it has one.")
    ] = None,
    paper: Paper = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Note that an agreement is signed. Whoever answers for it says so.

    Example:  gallra processor agree workbuster --own --on 2026-12-01 --paper avtal.pdf --by bolaget
    """
    outcome = "framework" if framework else "own"
    note_entry(controller, which, EntryKind.AGREEMENT, outcome, by, on=on, until=until, paper=paper)


@app.command()
def assess(
    which: Which,
    by: By,
    suitable: Annotated[bool, typer.Option("--suitable/--unsuitable", help="The judgement.")],
    on: On = None,
    paper: Paper = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Note whether a processor's guarantees were judged good enough (article 28(1)).

    Example:  gallra processor assess workbuster --suitable --by dpo
    """
    outcome = "suitable" if suitable else "unsuitable"
    note_entry(controller, which, EntryKind.SUITABILITY, outcome, by, on=on, paper=paper)


@app.command()
def note(
    which: Which,
    kind: Annotated[EntryKind, typer.Argument(help="What is noted.")],
    by: By,
    says: Annotated[
        str,
        typer.Option(
            help="audit: sound, flawed; verdict: approved, refused; use: voluntary, compulsory, "
            "ended; country: adequacy, standard_clauses, binding_rules, derogation, undecided, eea."
        ),
    ] = "",
    country: Annotated[str, typer.Option(help="Two capital letters, e.g. US.")] = "",
    on: On = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of an agreement: its last day.")
    ] = None,
    paper: Paper = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Note an instruction, a country, an audit, an agreement's end, a sub-processor's approval.

    Example:  gallra processor note workbuster country --country US --says standard_clauses --by dpo
    """
    note_entry(controller, which, kind, says, by, on=on, until=until, paper=paper, country=country)


@app.command()
def add(
    called: Annotated[str, typer.Argument(help="The company's name; kept sealed.")],
    by: By,
    does: Annotated[str, typer.Option(help="What it does for us; kept sealed.")] = "",
    system: Annotated[
        list[str] | None, typer.Option(help="A system of the policy that it runs; may be repeated.")
    ] = None,
    sub_of: Annotated[
        str, typer.Option(help="It is a sub-processor of this one (name or V-…).")
    ] = "",
    controller: Controller = CONTROLLER,
) -> None:
    """Add a processor that the policy's file does not name, or a sub-processor.

    Example:  gallra processor add "Serverhall AB" --sub-of workbuster --by bolaget
    """
    with failures():
        from records.processors import PROCESSOR_KIND, SUB_PROCESSOR
        from tasks.house.wiring import open_house
        from tasks.processors.noting import add as add_
        from tasks.processors.register import Said

        with open_house(controller) as house:
            ref = add_(
                house,
                SUB_PROCESSOR if sub_of else PROCESSOR_KIND,
                Said(called, does),
                parent=sub_of,
                systems=system or (),
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        say(f"{ref}  added.")


@app.command()
def remove(
    ref: Annotated[str, typer.Argument(help="V-…")], by: By, controller: Controller = CONTROLLER
) -> None:
    """Take a processor, sub-processor, app or service out of the register.

    Example:  gallra processor remove V-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.processors.noting import remove as remove_

        with open_house(controller) as house:
            remove_(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{ref}  is in the register no more; what was noted of it stays.")


@app.command()
def review(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Note decided reviews, ask for those that are due, order what is missing: as every night.

    Example:  gallra processor review
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.processors.check import check

        with open_house(controller) as house:
            seen = check(house)
        if as_json:
            print_json(seen.checked._asdict() | {"waiting": [one.ref for one in seen.asked]})
        else:
            done = seen.checked
            say(
                f"{done.processors} processor(s), {done.lacking} lacking something; "
                f"{done.approved} review(s) approved, {done.refused} refused; "
                f"{done.orders_opened} order(s) opened, {done.orders_withdrawn} withdrawn."
            )
            for one in seen.asked:
                say(f"{one.line.label}: gallra approve {one.ref}   (or --decline)")
            for system in seen.stopped:
                say(f"{system} may not run: gallra processor list")
        if seen.stopped:
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def publish(
    to: Annotated[Path, typer.Argument(help="The page to write, .html.")],
    controller: Controller = CONTROLLER,
) -> None:
    """Write the list as a page for anybody who is interested (T-42), in the controller's language.

    What is missing does not stand on it: that is said here.

    Example:  gallra processor publish databehandlere.html
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.processors.page import note_published, published_list, shown, unsaid

        with open_house(controller) as house:
            page = published_list(house)
            write_bytes(to, page.encode())
            note_published(house, what="list", count=len(shown(house, "list")))
            missing = unsaid(house)
        say(f"Written: {to}")
        for label, what in missing:
            say(f"Not on the page, as nobody has noted it: {label}  {what}")
        if missing:
            say("`gallra processor list` says all that is missing.")


def as_dict(line: Line) -> dict[str, Any]:
    """For a script."""
    told = line._asdict()
    told["said"] = line.said._asdict()
    told["subs"] = [{"ref": ref, "called": said.called} for ref, said in line.subs]
    told["countries"] = None if line.countries is None else dict(line.countries)
    return told


def entry_of(
    kind: EntryKind,
    says: str,
    *,
    today: Any,
    on: datetime | None,
    until: datetime | None = None,
    country: str = "",
) -> Entry:
    """The entry that a command means."""
    from lifecycle.processor import Entry

    first = today if on is None else on.date()
    return Entry(kind, first, None if until is None else until.date(), says, country)


def note_entry(
    controller: str,
    which: str,
    kind: EntryKind,
    says: str,
    by: str,
    *,
    on: datetime | None,
    until: datetime | None = None,
    paper: Path | None = None,
    country: str = "",
) -> None:
    """Note an entry and say so; for this command's neighbours too."""
    with failures():
        from tasks.house.today import local_today
        from tasks.house.wiring import open_house
        from tasks.processors.noting import note as note_
        from tasks.proving.evidence import digest_of

        evidence = "" if paper is None else digest_of(paper)
        with open_house(controller) as house:
            entry = entry_of(
                kind, says, today=local_today(house), on=on, until=until, country=country
            )
            ref = note_(
                house, which, entry, officer=by, code=ask_code(f"Code of {by}"), evidence=evidence
            )
        say(f"{ref}  noted.")
