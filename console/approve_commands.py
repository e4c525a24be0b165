"""`gallra approve`: an officer looks at a plan and says yes or no to exactly that one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.officer_commands import ask_code
from console.options import CONTROLLER, AsJson, Controller
from console.output import failures, print_json, say, table
from console.share_output import show_entry

if TYPE_CHECKING:
    from tasks.erasing.plan_shown import PlanShown


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(approve)


def approve(
    ref: Annotated[str, typer.Argument(help="The plan, P-…, as `gallra plan list` shows it.")],
    by: Annotated[
        str | None, typer.Option(help="The officer's handle; without it, it is asked for.")
    ] = None,
    decline: Annotated[bool, typer.Option("--decline", help="Say no: ends the plan.")] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Approve a plan, or decline it, with an officer's one-time code.

    The approval is bound to the plan that is shown here: any change of data, policy or holds voids
    it. A script gives handle and code on standard input, a line each.

    Example:  gallra approve P-0123456789ABC
    """
    with failures(as_json=as_json):
        from lifecycle.approval import Decision
        from lifecycle.plan import PlanKind
        from tasks.erasing.plan_overview import warnings_of
        from tasks.erasing.plan_shown import show_plan
        from tasks.house.wiring import open_house
        from tasks.incidents.telling import incident_of
        from tasks.officers.approvals import approve as decide
        from tasks.sharing.register import entry

        with open_house(controller) as house:
            shown = show_plan(house, ref)
            shares = shown.kind == PlanKind.DISCLOSURE
            reviews = shown.kind == PlanKind.REVIEW
            tells = shown.kind == PlanKind.INCIDENT
            if reviews and not as_json:
                say(f"{shown.ref}  review, {shown.state}, hash {shown.hash[:12]}…")
                for each in shown.lines:
                    say(f"gallra processor show {each.system} says what is known of it.")
            elif shares and not as_json:
                show_entry(entry(house, ref))
            elif tells and not as_json:
                _show_list(shown, incident_of(house, ref))
            elif not as_json:
                _show(shown)
                for sentence in warnings_of(house, ref):
                    say(f"! {sentence}")
            handle = by if by is not None else _ask_handle()
            question = "Code to decline" if decline else "Code to approve"
            result = decide(
                house,
                ref,
                officer=handle,
                code=ask_code(question),
                decision=Decision.DECLINE if decline else Decision.APPROVE,
                expected_hash=shown.hash,
            )
        if as_json:
            print_json(result._asdict())
        elif reviews:
            answer = "refused: it has no valid review" if decline else "approved"
            say(f"{result.ref}  {answer}. The next run notes it, or you do now:")
            say("gallra processor review")
        elif decline:
            say(f"{result.ref}  declined: nothing of it is carried out.")
        elif result.given < result.needed:
            say(f"{result.ref}  {result.given} of {result.needed} approvals: one more person.")
        elif tells:
            say(f"{result.ref}  both have agreed. The run `incident` writes, or you do now:")
            say("gallra incident send")
        else:
            say(f"{result.ref}  approved. Its flow carries it out, or you do now:")
            say(f"gallra {'share send' if shares else 'execute'} {result.ref}")


def _ask_handle() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Officer", prompt_suffix=": ")).strip()
    return sys.stdin.readline().strip()


def _show_list(shown: PlanShown, incident: str) -> None:
    """Whom to tell of an incident, in a number: who they are stands nowhere."""
    say(f"{shown.ref}  whom to tell of an incident: {shown.counts.get('people', 0)} people")
    say(f"  hash {shown.hash[:12]}…, {shown.given} of {shown.needed} approval(s)")
    say("  You approve exactly these people, this data and this text. Read it first:")
    say(f"  gallra incident letter {incident} --by HANDLE")


def _show(shown: PlanShown) -> None:
    say(f"{shown.ref}  {shown.kind.replace('_', ' ')}, as of {shown.as_of}, {shown.state}")
    say(f"  hash {shown.hash[:12]}…, {shown.given} of {shown.needed} approval(s)")
    say("  " + ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in shown.counts.items()))
    table(
        "What goes and what stays",
        ["system", "verdict", "action", "items", "people", "last day"],
        [tuple(line) for line in shown.lines],
    )
