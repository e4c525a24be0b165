"""`gallra today`: the page of today, in a terminal."""

from __future__ import annotations

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, say, table


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(today)


def today(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show today: what needs a person, who, until when; then what was done and what is open.

    The same as the page `today-CONTROLLER` in the Prefect UI, in the controller's language. Ends
    with 1 if anything is red.

    Example:  gallra today
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.reporting import today_page
        from tasks.reporting.headings import Heading, Title
        from tasks.reporting.sentences import Sentence
        from tasks.reporting.today import today as look
        from tasks.reporting.wording import language_of

        with open_house(controller) as house:
            seen = look(house)
            language = language_of(house.policy)
        if as_json:
            print_json(
                {
                    "at": seen.at.isoformat(),
                    "needs": [
                        {
                            "red": one.red,
                            "what": one.what.en,
                            "number": one.number,
                            "who": one.who,
                            "until": one.until,
                            "command": one.command,
                        }
                        for one in seen.needs
                    ],
                    "figures": {one.what.en: one.value for one in seen.figures},
                }
            )
        else:
            say(f"{seen.company}, {seen.at:%Y-%m-%d %H:%M %Z}")
            if not seen.needs:
                say(Sentence.NOBODY_ACTS.say(language))
            table(
                Title.SOMEBODY_ACTS.say(language),
                [head.say(language) for head in today_page.HEADS],
                [
                    [
                        today_page.colour(one, language),
                        today_page.what(one, language),
                        one.command,
                        today_page.until(one, seen),
                        one.who,
                    ]
                    for one in seen.needs
                ],
            )
            table(
                Title.FIGURES.say(language),
                [head.say(language) for head in (Heading.WHAT, Heading.NUMBER, Heading.SEE)],
                [
                    [
                        one.what.say(language),
                        Sentence.NEVER.say(language) if one.value == "" else one.value,
                        one.command,
                    ]
                    for one in seen.figures
                ],
            )
        if seen.red:
            raise typer.Exit(Exit.ATTENTION)
