"""`gallra status` and `gallra watch`: how the house stands, and what no scheduler sees."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, on_a_terminal, print_json, say, table

if TYPE_CHECKING:
    from records.alarms import Alarm
    from records.to_dos import ToDo


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(status)
    app.command()(watch)
    app.command()(done)


def status(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show what waits, what a person must do, and whether the ledger is witnessed.

    Example:  gallra status
    """
    with failures(as_json=as_json):
        from tasks.main_job import names_of
        from tasks.overview import overview
        from tasks.wiring import open_house

        with open_house(controller) as house:
            seen = overview(house)
            listed = [f.ref for f in seen.files if f.ref is not None]
            names = names_of(house, listed) if on_a_terminal() and not as_json else {}
        if as_json:
            plain = asdict(seen)
            plain["to_dos"] = [t._asdict() for t in seen.to_dos]
            plain["alarms"] = [a._asdict() for a in seen.alarms]
            print_json(plain)
        else:
            totals = seen.totals
            say(
                f"{totals['people']} people, {totals['cases']} cases, {totals['imports']} imports; "
                f"{seen.unfinished_imports} import(s) not verified in the case system."
            )
            say(
                f"Ledger: {seen.ledger_size} events, "
                f"last witnessed {seen.last_witnessed or 'never'}."
            )
            if not seen.staging_reachable:
                say("The staging folder cannot be reached.")
            elif not seen.files:
                say("The staging folder is empty.")
            table(
                "In the staging folder",
                ["file", "name", "outcome", "reason", "hours"],
                [
                    [f.ref or "not seen yet", names.get(f.ref or ""), f.outcome, f.reason, f.hours]
                    for f in seen.files
                ],
            )
            _show_open(seen.to_dos, seen.alarms)
        if seen.needs_a_person:
            raise typer.Exit(Exit.ATTENTION)


def watch(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Look for what no scheduler sees, and raise or clear alarms; ends with 1 if any stands.

    Run it at least every hour from a timer that is not Prefect. It reads the folder and our own
    database, and writes to the mailbox that the bindings name under `watch`.

    Example:  gallra watch
    """
    with failures(as_json=as_json):
        from tasks.alarm_mail import Told
        from tasks.watching import watch as look
        from tasks.wiring import open_house

        with open_house(controller) as house:
            seen = look(house)
        if as_json:
            print_json(
                {
                    "alarms": [a._asdict() for a in seen.standing],
                    "raised": seen.raised,
                    "cleared": seen.cleared,
                    "mail": seen.told.value,
                }
            )
        elif not seen.standing:
            say("No alarm.")
        else:
            _show_open((), seen.standing)
            if seen.told is Told.NOBODY:
                say("Nobody is written to: the bindings name no mailbox under `watch`.")
        if seen.standing:
            raise typer.Exit(Exit.ATTENTION)


def done(
    to_do: Annotated[
        str, typer.Argument(help="The to-do's reference, T-…, as `gallra status` says.")
    ],
    controller: Controller = CONTROLLER,
) -> None:
    """Say that a to-do is done: a list was exported again, rows were mended at the source.

    Example:  gallra done T-0123456789ABC
    """
    with failures():
        from tasks.to_dos import close
        from tasks.wiring import open_house

        with open_house(controller) as house:
            close(house, to_do)
        say("Closed; the ledger has it.")


def _show_open(to_dos: tuple[ToDo, ...], alarms: tuple[Alarm, ...]) -> None:
    from lifecycle.references import TO_DO, to_reference
    from tasks.remedies import remedy_for

    table(
        "To do",
        ["to do", "what, for which", "how"],
        [
            [
                to_reference(TO_DO, t.id),
                f"{t.kind}\n{t.ref}\n{t.number} since {t.opened_at[:16]}",
                remedy_for(t.kind).next,
            ]
            for t in to_dos
        ],
    )
    table(
        "Alarms",
        ["alarm, for which", "what to do"],
        [[f"{a.kind}\n{a.ref}\nsince {a.raised_at[:16]}", remedy_for(a.kind).next] for a in alarms],
    )
