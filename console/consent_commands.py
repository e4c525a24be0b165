"""`gallra consent`: who agreed to what, who has to be asked, and who takes it back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, printable, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.consents.registering import Line

app = typer.Typer(help="Consents: given, withdrawn, missing.", no_args_is_help=True)

Person = Annotated[str, typer.Argument(help="S-…, as `gallra find` shows it.")]
Question = Annotated[str, typer.Argument(help="As `gallra consent questions` shows it.")]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Local day; default: today.")
]
_COLUMNS = ["person", "question", "worth", "answer", "on", "start", "by a", "withdrawn", "proof"]


@app.command()
def questions(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show what the policy asks, of whom, who may answer, and what a withdrawal ends.

    Example:  gallra consent questions
    """
    with failures(as_json=as_json):
        from lifecycle.consent import version_of
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            asked = house.policy.consents
        if as_json:
            print_json(
                {
                    "questions": [
                        one.model_dump(mode="json") | {"version": version_of(one)} for one in asked
                    ]
                }
            )
            return
        if not asked:
            say("The policy asks for no consent.")
            return
        table(
            "Questions",
            ["question", "called", "about a", "given by", "at", "renewed", "withdrawal", "answers",
             "counts as", "version"],
            [
                [one.id, printable(one.called), one.subject, ", ".join(one.given_by), one.given_at,
                 one.renewed, str(one.withdrawal), one.answers, one.counts_as, version_of(one)[:12]]
                for one in asked
            ],
        )  # fmt: skip


@app.command()
def give(
    person: Person,
    question: Question,
    by: Annotated[str, typer.Option(help="Who answers for it; the code is asked for, or read.")],
    given_by: Annotated[str, typer.Option(help="The kind of person who answered, e.g. pupil.")],
    no: Annotated[bool, typer.Option("--no", help="The answer was no.")] = False,
    on: Day = None,
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="For which start; default: the latest known."),
    ] = None,
    form: Annotated[
        Path | None, typer.Option(help="The form; its SHA-256 is kept, not the form.")
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Register one answer to one question. Without --form the proof is a signed paper.

    Example:  gallra consent give S-0123456789ABC image.website --given-by pupil --by chef-nord
    """
    with failures():
        from lifecycle.consent import PAPER, Answer
        from tasks.consents.registering import give as give_
        from tasks.house.today import local_today
        from tasks.house.wiring import open_house
        from tasks.proving.evidence import digest_of

        with open_house(controller) as house:
            ref = give_(
                house,
                person,
                question,
                answer=Answer.NO if no else Answer.YES,
                on=local_today(house) if on is None else on.date(),
                giver=given_by,
                evidence=PAPER if form is None else digest_of(form),
                start=None if start is None else start.date(),
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        say(f"{ref}  registered.")


@app.command()
def withdraw(
    person: Person, question: Question, on: Day = None, controller: Controller = CONTROLLER
) -> None:
    """The person takes a consent back: from that day no door opens under it.

    No code is asked for: taking it back is as easy as giving it (art. 7(3)).

    Example:  gallra consent withdraw S-0123456789ABC image.website
    """
    with failures():
        from lifecycle.consent import question_of
        from tasks.consents.registering import withdraw as withdraw_
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            done = withdraw_(house, person, question, on=None if on is None else on.date())
            effect = question_of(house.policy, question).withdrawal
        if not done:
            say("No such consent stands; nothing was changed.")
            say("A form that is registered later would count. If one is signed, register the")
            say("no as well: `gallra consent give` with `--no` and the same question.")
            return
        say(f"Withdrawn. By the policy this {_EFFECTS[str(effect)]}")
        say("Nothing is disclosed or processed under it from now on. What the policy's rules erase")
        say("because of it is on the next plan (`gallra plan create`, or the nightly run).")


_EFFECTS = {
    "forward_only": "acts forward: what was collected before stays until its rule is due.",
    "stops": "ends the purpose: what it used is not used for it any more.",
    "removes_everywhere": "removes the data, in every place.",
}


@app.command()
def show(person: Person, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show every question that concerns one person, and what the answer is worth today.

    Example:  gallra consent show S-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.consents.registering import lines_of
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            found = lines_of(house, person)
        _shown(found, as_json=as_json)


@app.command("list")
def list_(
    question: Annotated[str, typer.Option(help="Only this question.")] = "",
    worth: Annotated[str, typer.Option(help="E.g. valid, consent_withdrawn.")] = "",
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show the answers that are on record (A-55).

    Example:  gallra consent list --question image.website --worth valid
    """
    with failures(as_json=as_json):
        from tasks.consents.registering import lines
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            found = lines(house, question, worth)
        _shown(found, as_json=as_json)


def _shown(found: Sequence[Line], *, as_json: bool) -> None:
    if as_json:
        print_json({"consents": [one._asdict() for one in found]})
    elif not found:
        say("None.")
    else:
        table(
            "Consents",
            _COLUMNS,
            [
                [one.ref, one.question, one.state, one.answer or "-", one.given_on or "-",
                 one.start_on or "-", one.giver or "-", one.withdrawn_on or "-",
                 one.evidence[:12] or "-"]
                for one in found
            ],
        )  # fmt: skip


@app.command()
def missing(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show who has still to be asked what everybody is asked, and who sees to it.

    Example:  gallra consent missing
    """
    with failures(as_json=as_json):
        from tasks.consents.registering import missing as missing_
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            found = missing_(house)
        if as_json:
            print_json({"missing": [one._asdict() for one in found]})
        elif not found:
            say("Nobody lacks a consent that everybody is asked for.")
        else:
            table("Missing", ["person", "question", "why", "who asks"], [list(o) for o in found])
        if found:
            raise typer.Exit(Exit.ATTENTION)


@app.command("import")
def import_(
    form: Annotated[str, typer.Argument(help="A name under `consent_forms:` in the bindings.")],
    file: Annotated[
        Path | None, typer.Argument(help="The exported form; default: where the bindings say.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Take in the answers of an exported form; rows set aside are shown by number and reason.

    Example:  gallra consent import image-film-name samtycken.xlsx
    """
    with failures(as_json=as_json):
        from tasks.consents.form_import import import_form
        from tasks.house.wiring import open_house
        from tasks.remedies.every import remedy_for

        with open_house(controller) as house:
            done = import_form(house, form, file)
        if as_json:
            print_json(done._asdict())
        else:
            say(
                f"{done.rows} row(s), {done.answers} answer(s): {done.new} new, "
                f"{len(done.aside)} row(s) set aside."
            )
            if done.aside:
                table(
                    "Set aside",
                    ["row", "reason", "what to do"],
                    [[row, why, remedy_for(why).next] for row, why in done.aside],
                )
        if done.aside:
            raise typer.Exit(Exit.ATTENTION)
