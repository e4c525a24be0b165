"""`gallra status` and `gallra watch`: how the house stands, and what no scheduler sees."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller, EveryController
from console.output import Exit, failures, local_time, on_a_terminal, print_json, say, table

if TYPE_CHECKING:
    from records.alarms import Alarm
    from records.to_dos import ToDo
    from tasks.watching.daily import Watch


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
        from tasks.house.wiring import open_house
        from tasks.importing.main_job import names_of
        from tasks.watching.overview import overview

        with open_house(controller) as house:
            seen = overview(house)
            zone = house.policy.controller.time_zone
            listed = [f.ref for f in seen.files if f.ref is not None]
            names = names_of(house, listed) if on_a_terminal() and not as_json else {}
        if as_json:
            plain = asdict(seen)
            plain["to_dos"] = [_to_do_as_json(t) for t in seen.to_dos]
            plain["alarms"] = [_alarm_as_json(a) for a in seen.alarms]
            print_json(plain)
        else:
            totals = seen.totals
            say(
                f"{totals['people']} people, {totals['cases']} cases, {totals['imports']} imports; "
                f"{seen.unfinished_imports} import(s) not verified in the case system."
            )
            witnessed = seen.last_witnessed and local_time(seen.last_witnessed, zone)
            say(f"Ledger: {seen.ledger_size} events, last witnessed {witnessed or 'never'}.")
            if not seen.staging_reachable:
                say("The staging folder cannot be reached.")
            elif not seen.has_staging:
                say("Exports are not imported here: the policy has no staging folder.")
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
            if seen.work_orders:
                late = f", {seen.work_orders_late} overdue" if seen.work_orders_late else ""
                say(f"{seen.work_orders} work order(s){late}: gallra work-orders list")
            for ref in seen.waits_for_approval:
                say(f"{ref} waits for approval: gallra approve {ref}")
            _show_open(seen.to_dos, seen.alarms, zone)
        if seen.needs_a_person:
            raise typer.Exit(Exit.ATTENTION)


def watch(
    controller: Controller = CONTROLLER,
    every: EveryController = False,
    as_json: AsJson = False,
) -> None:
    """Look for what no scheduler sees, and raise or clear alarms; ends with 1 if any stands.

    Run it at least every hour from a timer that is not Prefect. It reads the folder and our own
    database, and writes to the mailbox that the bindings name under `watch`. With --json one
    object for each controller, one after the other.

    Example:  gallra watch --all
    """
    with failures(as_json=as_json):
        if not every:
            seen, zone = _look(controller)
            _say_seen(controller, seen, zone, as_json=as_json)
            raise typer.Exit(Exit.ATTENTION if seen.standing else Exit.DONE)
        from tasks.house.settings import Settings
        from tasks.serving.safe_to_start import begun_here

        begun = begun_here(Settings.from_environment())
        if not begun:
            # Also where the records are gone: silence would say that all is well.
            say("Nobody has begun here: `gallra init`, or `gallra doctor` where somebody had.")
            raise typer.Exit(Exit.ATTENTION)
    raise typer.Exit(max([_look_at_one_of_all(each, as_json=as_json) for each in begun]))


def _look_at_one_of_all(controller: str, *, as_json: bool) -> Exit:
    """One that cannot be looked at keeps nobody else from being looked at."""
    if not as_json:
        say(f"{controller}:")
    try:
        with failures(as_json=as_json):
            seen, zone = _look(controller)
            _say_seen(controller, seen, zone, as_json=as_json)
    except typer.Exit as failed:
        return Exit(failed.exit_code)
    return Exit.ATTENTION if seen.standing else Exit.DONE


def _look(controller: str) -> tuple[Watch, str]:
    """What the watchdog sees at one controller, and the time zone in which it is told."""
    from tasks.house.wiring import open_house
    from tasks.watching.daily import watch as look

    with open_house(controller) as house:
        return look(house), house.policy.controller.time_zone


def _say_seen(controller: str, seen: Watch, zone: str, *, as_json: bool) -> None:
    from tasks.watching.alarm_mail import Told

    if as_json:
        print_json(
            {
                "controller": controller,
                "alarms": [_alarm_as_json(a) for a in seen.standing],
                "raised": seen.raised,
                "cleared": seen.cleared,
                "mail": seen.told.value,
            }
        )
    elif not seen.standing:
        say("No alarm.")
    else:
        _show_open((), seen.standing, zone)
        if seen.told is Told.NOBODY:
            say("Nobody is written to: the bindings name no mailbox under `watch`.")


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
        from tasks.house.wiring import open_house
        from tasks.work_orders.to_dos import close

        with open_house(controller) as house:
            close(house, to_do)
        say("Closed; the ledger has it.")


def _to_do_as_json(to_do: ToDo) -> dict[str, object]:
    """With the reference that `gallra done` takes, and no number of the database."""
    from lifecycle.references import TO_DO, to_reference

    plain = to_do._asdict()
    return {"to_do": to_reference(TO_DO, plain.pop("id")), **plain}


def _alarm_as_json(alarm: Alarm) -> dict[str, object]:
    return {name: value for name, value in alarm._asdict().items() if name != "id"}


def _show_open(to_dos: tuple[ToDo, ...], alarms: tuple[Alarm, ...], zone: str) -> None:
    from lifecycle.references import TO_DO, to_reference
    from tasks.remedies.every import remedy_for

    table(
        "To do",
        ["to do", "what, for which", "how"],
        [
            [
                to_reference(TO_DO, t.id),
                f"{t.kind}\n{t.ref}\n{t.number} since {local_time(t.opened_at, zone)}",
                remedy_for(t.kind).next,
            ]
            for t in to_dos
        ],
    )
    table(
        "Alarms",
        ["alarm, for which", "what to do"],
        [
            [f"{a.kind}\n{a.ref}\nsince {local_time(a.raised_at, zone)}", remedy_for(a.kind).next]
            for a in alarms
        ],
    )
