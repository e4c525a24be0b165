"""`gallra explain`: why something is kept, until when, by which sentence, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, say, table

if TYPE_CHECKING:
    from tasks.erasing.explaining import Explanation, Kept


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(explain)


def explain(
    ref: Annotated[str, typer.Argument(help="The person's reference, S-…, as `gallra find` says.")],
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Say for each place why a person's data is kept, until when, and by which sentence.

    Nothing in it says who it is. Somebody who is gone is not known; what plans say is told.

    Example:  gallra explain S-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.erasing.explaining import explain as told_of
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            told = told_of(house, ref)
        if as_json:
            print_json(_as_json(told))
        else:
            _show(told)
        if not told.known and not told.erased:
            raise typer.Exit(Exit.ATTENTION)


def _show(told: Explanation) -> None:
    if told.known:
        say(f"{told.ref} on {told.as_of}")
    elif told.erased:
        say(f"{told.ref} is not known any more.")
    else:
        say(f"{told.ref} is not known: erased, or never here.")
    table(
        "What is kept, and why",
        ["place", "data", "what becomes of it", "counted from", "by"],
        [
            [
                one.line.system,
                ", ".join(one.line.categories),
                one.why,
                _counted(one),
                _by(one),
            ]
            for one in told.kept
        ],
    )
    for sentence in dict.fromkeys(str(one.line.sentence) for one in told.kept if one.line.sentence):
        say(sentence)
    for hold in told.holds:
        words = "everything" if "*" in hold.categories else ", ".join(hold.categories)
        say(f"Hold {hold.ref} ({hold.reason}) keeps {words}; review on {hold.review_on}.")
    for text in dict.fromkeys(one.do for one in told.kept if one.do is not None):
        say(f"To do: {text}")
    for plan, state in told.plans:
        say(f"On plan {plan}, {state}.")
    for gone in told.erased:
        say(f"Erased in {gone.system} on {gone.on} by plan {gone.plan}.")
    if told.rules_waiting:
        say(
            "Another policy was in force when dates were last read; the next plan applies this one."
        )


def _counted(one: Kept) -> str:
    if one.event is None:
        return ""
    return f"{one.event} {one.event_on or '(no date)'}"


def _by(one: Kept) -> str:
    sentence = one.line.sentence
    if sentence is None:
        return one.line.rule
    return f"{sentence.id or sentence.words}, {one.line.rule}"


def _as_json(told: Explanation) -> dict[str, Any]:
    return {
        "ref": told.ref,
        "as_of": told.as_of,
        "known": told.known,
        "kept": [one.as_json() for one in told.kept],
        "holds": [hold._asdict() for hold in told.holds],
        "erased": [gone._asdict() for gone in told.erased],
        "plans": [{"ref": plan, "state": state} for plan, state in told.plans],
    }
