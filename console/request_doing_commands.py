"""`gallra request`: what was asked for is done: laid ready, erased, restricted, put right."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import failures, print_json, say, table
from console.request_options import By, Ref, Spoken, ask_text, spoken_of, tell


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(extract)
    app.command()(erase)
    app.command()(stays)
    app.command()(restrict)
    app.command("object")(object_)
    app.command()(correct)
    app.command()(wrong)


def extract(
    ref: Ref,
    by: By,
    language: Spoken = "",
    controller: Controller = CONTROLLER,
) -> None:
    """Lay what is held about the person ready, sealed (access), or what they gave (portability).

    The password is shown here, once, and kept nowhere: tell it by another way than the file.

    Example:  gallra request extract Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.extract import extract as make

        spoken = spoken_of(language)
        with open_house(controller) as house:
            made = make(
                house,
                ref,
                language=spoken,
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        say(f"{made.ref}  {made.values} values out of {', '.join(made.systems) or 'nothing'}.")
        for file in made.files:
            say(str(file))
        for one in made.passages:
            say(f"READ FIRST  {one.system} · {one.category} · {one.field}: {one.number} passage(s)")
        if made.passages:
            say("No machine recognises the names of others: read these passages on the page, and")
            say("strike out what is about somebody else. The answer asks: --read-through.")
        say("Its password, shown once; tell it to the person by another way:")
        say(made.password)
        if made.protected:
            say("PROTECTED IDENTITY: hand it over in person, never by mail or telephone.")
        if made.by_hand:
            say(f"Somebody looks it up first in: {', '.join(made.by_hand)}")
            say("gallra work-orders list")


def erase(ref: Ref, by: By, controller: Controller = CONTROLLER) -> None:
    """Draw up the plan that erases the person who asked; somebody else approves it.

    Example:  gallra request erase Q-0123456789ABC --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.carried import erase as plan_it

        with open_house(controller) as house:
            plan = plan_it(house, ref, officer=by, code=ask_code(f"Code of {by}"))
        say(f"{plan.ref}  drawn up for {ref}; nothing is erased yet.")
        say(f"Approve it:     gallra approve {plan.ref}   ({plan.approvals} person(s))")
        say(f"What stays:     gallra request stays {ref}")


def stays(ref: Ref, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show what of the person must stay, and why: the rule, the law, the hold; for the answer.

    Example:  gallra request stays Q-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.rights.carried import what_stays

        with open_house(controller) as house:
            found = what_stays(house, ref)
        if as_json:
            print_json({"stays": [one._asdict() for one in found]})
        elif not found:
            say("Nothing has to stay.")
        else:
            rows = [[one.system, ", ".join(one.categories), one.why] for one in found]
            table("Stays", ["where", "what", "why"], rows)


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
    """Store the person's data and do nothing else with it, until the hold is released (article 18).

    Example:  gallra request restrict Q-0123456789ABC --review 2027-02-01 --by dpo
    """
    with failures():
        from lifecycle.barred import EVERY
        from tasks.house.wiring import open_house
        from tasks.rights.carried import restrict as put

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
        say(f"Tell the person before it is lifted (art. 18(3)): gallra request letter {ref} lifted")


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
    """The person's data is not used for that purpose, or that mailing, any more (article 21).

    Example:  gallra request object Q-0123456789ABC --mailing "*" --by dpo
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.rights.carried import object_to

        with open_house(controller) as house:
            line = object_to(
                house,
                ref,
                purpose,
                mailing=mailing,
                officer=by,
                code=ask_code(f"Code of {by}"),
            )
        tell(line, as_json=False)


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
        from tasks.house.wiring import open_house
        from tasks.rights.corrected import correct as put_right

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
        tell(line, as_json=False)


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
        from tasks.house.wiring import open_house
        from tasks.rights.carried import order_correction

        with open_house(controller) as house:
            told = ask_text()
            order = order_correction(
                house, ref, system, told, officer=by, code=ask_code(f"Code of {by}")
            )
        say(f"{order}  ordered: gallra work-orders show {order}")
