"""`gallra risk`: risks weighed as consequence times likelihood, and impact assessments (DPIA)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, printable, say, table

app = typer.Typer(help="Risk and impact assessments.", no_args_is_help=True)

About = Annotated[
    str, typer.Argument(help="activity.NAME or system.NAME, as `gallra risk list` shows it.")
]
By = Annotated[str, typer.Option(help="The officer's handle; the code is asked for, or read.")]
Consequence = Annotated[
    int, typer.Option(min=1, max=9, help="For the person whose data it is; 1 is the mildest.")
]
Likelihood = Annotated[int, typer.Option(min=1, max=9, help="1 is the rarest.")]
On = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day of the decision; default: today."),
]
Review = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Look at it again earlier than the policy says."),
]
Paper = Annotated[
    Path | None, typer.Option(help="The paper that it stands in; its SHA-256 is kept.")
]


@app.command("list")
def list_(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show every activity and system that the policy wants an assessment of, and what is missing.

    Example:  gallra risk list
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.processors.assessments import lines

        with open_house(controller) as house:
            found = lines(house)
            rule = house.policy.assessments
        if as_json:
            print_json({"risks": [one._asdict() for one in found]})
        elif rule is None:
            say("The policy wants no risk assessments.")
        else:
            for head, levels in (
                ("consequence", rule.consequence),
                ("likelihood", rule.likelihood),
            ):
                told = ", ".join(f"{n} {text}" for n, text in enumerate(levels, start=1))
                say(f"{head}: {told}")
            say(f"medium from {rule.medium_from}, high from {rule.high_from} (product)")
            table(
                "Risks",
                ["about", "called", "risk", "c × l", "until", "impact", "missing"],
                [
                    [
                        one.label,
                        printable(one.called),
                        one.level or "-",
                        f"{one.consequence} × {one.likelihood}" if one.level else "-",
                        one.until or "-",
                        one.impact or "-",
                        ", ".join(lack.replace("_", " ") for lack in one.lacks),
                    ]
                    for one in found
                ],
            )
        if any(one.lacks for one in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(about: About, controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show every assessment of one activity or system, with its reasons.

    Example:  gallra risk show activity.education
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.processors.assessments import history

        with open_house(controller) as house:
            found = history(house, about)
        if as_json:
            told = [one._asdict() | {"weighed": one.weighed._asdict()} for one in found]
            print_json({"assessments": told})
            return
        if not found:
            say("Never weighed.")
        for one in found:
            weighed = one.weighed
            say(
                f"{one.ref}  {weighed.on}  {weighed.kind}: {one.level} "
                f"({weighed.consequence} × {weighed.likelihood}) {weighed.outcome} by {one.by}"
            )
            for part, text in one.parts.items():
                say(f"  {part}: {printable(text)}")


@app.command()
def assess(
    about: About,
    consequence: Consequence,
    likelihood: Likelihood,
    by: By,
    reasons: Annotated[str, typer.Option(help="Why; kept sealed.")] = "",
    on: On = None,
    review: Review = None,
    paper: Paper = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Weigh a risk for the person whose data it is: consequence × likelihood.

    Example:  gallra risk assess activity.education --consequence 2 --likelihood 2 --by dpo
    """
    parts = {"reasons": reasons} if reasons else {}
    _note(controller, about, "risk", consequence, likelihood, by,
          parts=parts, on=on, review=review, paper=paper)  # fmt: skip


@app.command()
def impact(
    about: About,
    consequence: Consequence,
    likelihood: Likelihood,
    outcome: Annotated[
        str, typer.Option(help="acceptable; or consult: the authority is asked first (art. 36).")
    ],
    by: By,
    description: Annotated[str, typer.Option(help="What is done and what for.")] = "",
    necessity: Annotated[str, typer.Option(help="Why it is needed and not too much.")] = "",
    risks: Annotated[str, typer.Option(help="The risks for those whose data it is.")] = "",
    measures: Annotated[str, typer.Option(help="What is done about them.")] = "",
    advice: Annotated[str, typer.Option(help="What the officer advised (art. 35(2)).")] = "",
    on: On = None,
    review: Review = None,
    paper: Paper = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Note an impact assessment (DPIA): its four parts or a paper with them, and what risk is left.

    Example:  gallra risk impact activity.support --consequence 2 --likelihood 1
    --outcome acceptable --paper dpia.pdf --by dpo
    """
    parts = {
        "description": description,
        "necessity": necessity,
        "risks": risks,
        "measures": measures,
        "advice": advice,
    }
    kept = {part: text for part, text in parts.items() if text}
    _note(controller, about, "impact", consequence, likelihood, by,
          parts=kept, on=on, review=review, paper=paper, outcome=outcome)  # fmt: skip


@app.command()
def review(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Order the assessments that are missing or nearly over: as every night.

    Example:  gallra risk review
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.processors.risk_check import check_risks

        with open_house(controller) as house:
            seen = check_risks(house)
        if as_json:
            told = seen._asdict() | {"lines": [one._asdict() for one in seen.lines]}
            print_json(told)
            return
        say(
            f"{len(seen.lines)} activities and systems, {seen.lacking} lacking an assessment; "
            f"{seen.orders_opened} order(s) opened, {seen.orders_withdrawn} withdrawn."
        )


def _note(
    controller: str,
    about: str,
    kind: str,
    consequence: int,
    likelihood: int,
    by: str,
    *,
    parts: dict[str, str],
    on: datetime | None,
    review: datetime | None,
    paper: Path | None,
    outcome: str = "",
) -> None:
    with failures():
        from lifecycle.risk import Weighed
        from tasks.house.today import local_today
        from tasks.house.wiring import open_house
        from tasks.processors.assessments import assess as assess_
        from tasks.proving.evidence import digest_of

        evidence = "" if paper is None else digest_of(paper)
        with open_house(controller) as house:
            weighed = Weighed(
                "impact" if kind == "impact" else "risk",
                local_today(house) if on is None else on.date(),
                consequence,
                likelihood,
                outcome,
                None if review is None else review.date(),
            )
            ref = assess_(
                house,
                about,
                weighed,
                parts=parts,
                officer=by,
                code=ask_code(f"Code of {by}"),
                evidence=evidence,
            )
        say(f"{ref}  noted.")
