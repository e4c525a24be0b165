"""`gallra request`: what people asked for, by when they are answered, and what was answered."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, printable, say, table
from lifecycle.rights import (
    Because,
    Came,
    Given,
    Longer,
    Outcome,
    Right,
    Shown,
    reasons_for,
)

if TYPE_CHECKING:
    from tasks.rights import Line

app = typer.Typer(
    help="Requests of the people whose data it is, and their answers.", no_args_is_help=True
)

Ref = Annotated[str, typer.Argument(help="The request, Q-…, as `gallra request list` shows it.")]
By = Annotated[str, typer.Option(help="The officer's handle; the code is asked for, or read.")]
WithText = Annotated[
    bool, typer.Option("--text", help="Ask for a text, or read it; it is kept sealed.")
]
Why = Annotated[list[Because] | None, typer.Option(help="Why; may be repeated.")]
How = Annotated[Given, typer.Option(help="By which way the answer went.")]


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
        from tasks.rights import open_request
        from tasks.wiring import open_house

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
        _tell(line, as_json=as_json)


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
        from tasks.rights import lines
        from tasks.wiring import open_house

        with open_house(controller) as house:
            found = lines(house, everything=everything)
        if as_json:
            print_json({"requests": [one._asdict() for one in found]})
        elif not found:
            say("Nobody waits for an answer.")
        else:
            heads = ["request", "asks for", "art.", "person", "state", "came on", "last day",
                     "days", "outcome"]  # fmt: skip
            table("Requests", heads, [_row(one) for one in found])
        if any(one.overdue for one in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(ref: Ref, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show one request: what was done, by when it is answered, how it could be refused.

    Example:  gallra request show Q-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.rights import show as shown
        from tasks.wiring import open_house

        with open_house(controller) as house:
            found = shown(house, ref)
            zone = house.policy.controller.time_zone
        if as_json:
            print_json(found.line._asdict() | {"steps": [one._asdict() for one in found.steps]})
            return
        _tell(found.line, as_json=False)
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
        from tasks.rights_steps import identify as take
        from tasks.wiring import open_house

        with open_house(controller) as house:
            line = take(house, ref, shown, about=about, officer=by, code=ask_code(f"Code of {by}"))
        _tell(line, as_json=False)


@app.command()
def doubt(ref: Ref, by: By, text: WithText = False, controller: Controller = CONTROLLER) -> None:
    """Note that there are doubts who asks, and that they were asked. The month runs on.

    Example:  gallra request doubt Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.rights_steps import doubt as take
        from tasks.wiring import open_house

        with open_house(controller) as house:
            told = ask_text() if text else ""
            line = take(house, ref, told, officer=by, code=ask_code(f"Code of {by}"))
        _tell(line, as_json=False)


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
        from tasks.rights_steps import extend as take
        from tasks.wiring import open_house

        with open_house(controller) as house:
            line = take(house, ref, months, because, officer=by, code=ask_code(f"Code of {by}"))
        _tell(line, as_json=False)


@app.command()
def extract(
    ref: Ref,
    by: By,
    language: Annotated[
        str, typer.Option(help="sv, da or en; without it, the controller's own.")
    ] = "",
    controller: Controller = CONTROLLER,
) -> None:
    """Lay what is held about the person ready, sealed (access), or what they gave (portability).

    The password is shown here, once, and kept nowhere: tell it by another way than the file.

    Example:  gallra request extract Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.rights_extract import extract as make
        from tasks.wiring import open_house

        if language not in {"", "sv", "da", "en"}:
            raise typer.BadParameter("sv, da or en", param_hint="--language")
        with open_house(controller) as house:
            made = make(
                house,
                ref,
                language=language or None,  # type: ignore[arg-type]
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        say(f"{made.ref}  {made.values} values out of {', '.join(made.systems) or 'nothing'}.")
        for file in made.files:
            say(str(file))
        say("Its password, shown once; tell it to the person by another way:")
        say(made.password)
        if made.protected:
            say("PROTECTED IDENTITY: hand it over in person, never by mail or telephone.")
        if made.by_hand:
            say(f"Somebody looks it up first in: {', '.join(made.by_hand)}")
            say("gallra work-orders list")


@app.command()
def erase(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Draw up the plan that erases the person who asked; somebody else approves it.

    Example:  gallra request erase Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.rights_carried import erase as plan_it
        from tasks.wiring import open_house

        with open_house(controller) as house:
            plan = plan_it(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{plan.ref}  drawn up for {ref}; nothing is erased yet.")
        say(f"Approve it:     gallra approve {plan.ref}   ({plan.approvals} person(s))")
        say(f"What stays:     gallra request stays {ref}")


@app.command()
def stays(ref: Ref, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show what of the person must stay, and why: the rule, the law, the hold; for the answer.

    Example:  gallra request stays Q-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.rights_carried import what_stays
        from tasks.wiring import open_house

        with open_house(controller) as house:
            found = what_stays(house, ref)
        if as_json:
            print_json({"stays": [one._asdict() for one in found]})
        elif not found:
            say("Nothing has to stay.")
        else:
            rows = [[one.system, ", ".join(one.categories), one.why] for one in found]
            table("Stays", ["where", "what", "why"], rows)


@app.command()
def restrict(
    ref: Ref,
    review: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="When to look at it again.")
    ],
    by: By,
    category: Annotated[
        list[str] | None, typer.Option(help="May be repeated; without it everything.")
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Store the person's data and do nothing else with it, until the hold is released (art. 18).

    Example:  gallra request restrict Q-0123456789ABC --review 2027-02-01 --by dpo
    """
    with failures():
        from lifecycle.barred import EVERY
        from tasks.rights_carried import restrict as put
        from tasks.wiring import open_house

        with open_house(controller) as house:
            hold = put(
                house,
                ref,
                categories=category or [EVERY],
                review_on=review.date(),
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        say(f"{hold}  restricted; lifted with: gallra hold release {hold}")


@app.command("object")
def object_(
    ref: Ref,
    by: By,
    purpose: Annotated[
        str, typer.Option(help="Of the policy's purposes; *: all that can be objected to.")
    ] = "",
    mailing: Annotated[
        str, typer.Option(help="Of the policy's mailings; *: no mailing at all.")
    ] = "",
    controller: Controller = CONTROLLER,
) -> None:
    """The person's data is not used for that purpose, or that mailing, any more (art. 21).

    Example:  gallra request object Q-0123456789ABC --mailing "*" --by dpo
    """
    with failures():
        from tasks.rights_carried import object_to
        from tasks.wiring import open_house

        with open_house(controller) as house:
            line = object_to(
                house,
                ref,
                purpose,
                mailing=mailing,
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        _tell(line, as_json=False)


@app.command()
def correct(
    ref: Ref,
    category: Annotated[str, typer.Argument(help="Of the policy's categories.")],
    field: Annotated[str, typer.Argument(help="The field's name, as the policy has it.")],
    by: By,
    case: Annotated[str, typer.Option(help="Of which case, where it is kept case by case.")] = "",
    controller: Controller = CONTROLLER,
) -> None:
    """Put a value right in Gallra's own records; it is asked for, or read, never typed here.

    The case system follows by a work order; whoever received it is told.

    Example:  gallra request correct Q-0123456789ABC contact street_address --by dpo
    """
    with failures():
        from tasks.rights_corrected import correct as put_right
        from tasks.wiring import open_house

        with open_house(controller) as house:
            value = ask_text()
            line = put_right(
                house,
                ref,
                category,
                field,
                value,
                case=case,
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        _tell(line, as_json=False)


@app.command()
def wrong(
    ref: Ref,
    system: Annotated[str, typer.Argument(help="Where it is wrong, by the policy's name.")],
    by: By,
    controller: Controller = CONTROLLER,
) -> None:
    """Order that somebody puts it right in a system; what is wrong is asked for, or read.

    Example:  gallra request wrong Q-0123456789ABC novo --by dpo
    """
    with failures():
        from tasks.rights_carried import order_correction
        from tasks.wiring import open_house

        with open_house(controller) as house:
            told = ask_text()
            order = order_correction(
                house, ref, system, told, officer=by, code=ask_code(f"Code of {by}")
            )
        say(f"{order}  ordered: gallra work-orders show {order}")


@app.command()
def note(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Write something down about a request; the text is asked for, or read, and kept sealed.

    Example:  gallra request note Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.rights_steps import note as take
        from tasks.wiring import open_house

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
        from tasks.rights_steps import read as texts
        from tasks.wiring import open_house

        with open_house(controller) as house:
            found = texts(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        for number, text in found:
            say(f"{number}: {printable(text)}")
        if not found:
            say("Nothing was written, or its time was up.")


@app.command()
def letter(
    ref: Ref,
    what: Annotated[
        str,
        typer.Argument(help="granted, partly, nothing_held, refused, extended or received."),
    ],
    because: Why = None,
    language: Annotated[
        str, typer.Option(help="sv, da or en; without it, the controller's own.")
    ] = "",
    controller: Controller = CONTROLLER,
) -> None:
    """Show the letter to the person in plain words; their name and address are yours to add.

    Example:  gallra request letter Q-0123456789ABC refused --because must_be_kept
    """
    with failures():
        from tasks.rights_answers import answer_letter
        from tasks.wiring import open_house

        kinds = {*Outcome, "refused", "extended", "received"}
        if what not in kinds:
            raise typer.BadParameter(", ".join(sorted(map(str, kinds))))
        if language not in {"", "sv", "da", "en"}:
            raise typer.BadParameter("sv, da or en", param_hint="--language")
        with open_house(controller) as house:
            made = answer_letter(
                house,
                ref,
                what,
                because=because or (),
                language=language or None,  # type: ignore[arg-type]
            )
        say(made.subject)
        say("")
        say(made.text.rstrip())


@app.command()
def answer(
    ref: Ref,
    outcome: Annotated[Outcome, typer.Argument(help="What the answer says.")],
    given: How,
    by: By,
    because: Why = None,
    text: WithText = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Note that the person was answered, and by which way.

    Example:  gallra request answer Q-0123456789ABC granted --given letter --by dpo
    """
    with failures():
        from tasks.rights_steps import answer as take
        from tasks.wiring import open_house

        with open_house(controller) as house:
            line = take(
                house,
                ref,
                outcome,
                given=given,
                because=because or (),
                text=ask_text() if text else "",
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        _tell(line, as_json=False)


@app.command()
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
        from tasks.rights_steps import refuse as take
        from tasks.wiring import open_house

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
        _tell(line, as_json=False)


@app.command("take-back")
def take_back(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Note that the person wants it no more.

    Example:  gallra request take-back Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.rights_steps import take_back as take
        from tasks.wiring import open_house

        with open_house(controller) as house:
            line = take(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        _tell(line, as_json=False)


@app.command()
def reopen(ref: Ref, by: By, text: WithText = False, controller: Controller = CONTROLLER) -> None:
    """Open a request again: the person says that the answer is not all. The first day stays.

    Example:  gallra request reopen Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.rights_steps import reopen as take
        from tasks.wiring import open_house

        with open_house(controller) as house:
            told = ask_text() if text else ""
            line = take(house, ref, told, officer=by, code=ask_code(f"Code of {by}"))
        _tell(line, as_json=False)


def ask_text() -> str:
    """A text, typed or from standard input; never on the command line, where others see it."""
    if sys.stdin.isatty():
        return str(typer.prompt("Text"))
    return sys.stdin.readline().rstrip("\r\n")


def _tell(line: Line, *, as_json: bool) -> None:
    if as_json:
        print_json(line._asdict())
        return
    what = f"{line.right}, article {line.article}"
    say(f"{line.ref}  {what}: {line.state.replace('_', ' ')}  {line.outcome.replace('_', ' ')}")
    if line.answered_on:
        say(f"Came on {line.received_on}, closed on {line.answered_on}.")
    else:
        late = "LATE: the last day is over." if line.overdue else f"{line.days_left} days left."
        say(f"Came on {line.received_on}; the last day for the answer is {line.due_on}. {late}")


def _row(line: Line) -> list[str | int]:
    until = f"{line.due_on} LATE" if line.overdue else line.due_on
    left: str | int = "-" if line.answered_on else line.days_left
    return [
        line.ref, line.right, line.article, line.person or "-", line.state.replace("_", " "),
        line.received_on, until, left, line.outcome.replace("_", " ") or "-",
    ]  # fmt: skip
