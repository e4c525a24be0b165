"""`gallra officers`: who may agree to erasures and holds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, say, stop, table

app = typer.Typer(help="Who may approve plans and place legal holds.", no_args_is_help=True)

By = Annotated[
    str | None, typer.Option(help="The officer who agrees; the code is asked for, or read.")
]
Alone = Annotated[
    bool,
    typer.Option(
        "--without-agreement",
        help="No officer can agree any more. Everybody is told: a to-do and the ledger.",
    ),
]


@app.command()
def add(
    handle: Annotated[str, typer.Argument(help="A word for the office, e.g. chef-nord; no name.")],
    role: Annotated[list[str], typer.Option(help="A role of the policy; may be repeated.")],
    by: By = None,
    without_agreement: Alone = False,
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="Do not ask for a first code; for scripts.")
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Enrol an officer: show the secret as a QR code for an authenticator, once.

    The first officer of all needs nobody; every other needs the agreement of one who is enrolled.
    A handle that is known is enrolled anew, with a new secret and these roles.

    Example:  gallra officers add chef-nord --role chef --by dataskydd
    """
    with failures(as_json=as_json):
        from lifecycle import totp
        from lifecycle.errors import Refused
        from tasks.house.wiring import open_house
        from tasks.officers.registering import (
            add_officer,
            issuer,
            needs_agreement,
            require_enrollable,
        )

        with open_house(controller) as house:
            require_enrollable(house, handle, role)
            if by is None and not without_agreement and needs_agreement(house):
                stop(Refused("officer_must_agree"), as_json=as_json)
            secret = totp.new_secret()
            uri = totp.enrolment_uri(secret, handle=handle, issuer=issuer(house))
            if not as_json:
                _show(uri, totp.to_base32(secret))
            # The newcomer takes a minute to scan; the code of the one who agrees lives half.
            first = None if unconfirmed else _first_code(secret, house.now)
            ref = add_officer(
                house,
                handle,
                roles=role,
                secret=secret,
                confirmation=first,
                by=by,
                code=None if by is None else ask_code(f"Code of {by}"),
                without_agreement=without_agreement,
            )
        if as_json:
            sys.stderr.write(
                "gallra: the output holds the officer's secret: keep it out of logs and files\n"
            )
            shared = {"secret": totp.to_base32(secret), "uri": uri}
            print_json({"ref": ref, "handle": handle, "roles": sorted(role)} | shared)
            return
        say(f"{ref}  {handle} is an officer: {', '.join(sorted(role))}.")


@app.command("list")
def list_(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show every officer that is or was.

    Example:  gallra officers list
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.officers.registering import list_officers

        with open_house(controller) as house:
            found = list_officers(house)
            zone = house.policy.controller.time_zone
        if as_json:
            print_json({"officers": [one._asdict() for one in found]})
            return
        if not found:
            say("No officers yet: `gallra officers add`.")
        rows = [
            (
                one.handle,
                ", ".join(one.roles),
                one.ref,
                local_time(one.added_at, zone),
                "" if one.removed_at is None else f"removed {local_time(one.removed_at, zone)}",
                "" if one.locked_until is None else f"until {local_time(one.locked_until, zone)}",
            )
            for one in found
        ]
        table("Officers", ["handle", "roles", "reference", "added", "state", "locked"], rows)


@app.command()
def remove(
    handle: Annotated[str, typer.Argument(help="As `gallra officers list` shows it.")],
    by: By = None,
    without_agreement: Alone = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Take an officer's office away: the secret is destroyed, open approvals count no more.

    Example:  gallra officers remove chef-nord --by dataskydd
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.officers.registering import remove_officer

        with open_house(controller) as house:
            ref = remove_officer(
                house,
                handle,
                by=by,
                code=None if by is None else ask_code(f"Code of {by}"),
                without_agreement=without_agreement,
            )
        say(f"{ref}  {handle} is no officer any more.")


def ask_code(text: str) -> str:
    """A one-time code, hidden as it is typed; a script gives it on standard input, one a line.

    Never on the command line, where other users and the shell's history see it.
    """
    if sys.stdin.isatty():
        return str(typer.prompt(text, hide_input=True, prompt_suffix=": "))
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("gallra: give the code on standard input, a line each\n")
        raise typer.Exit(Exit.USAGE)
    return line.strip()


def _first_code(secret: bytes, now: Callable[[], datetime]) -> str:
    """The first code that the authenticator shows; a person may mistype it twice."""
    from lifecycle import totp

    for _ in range(2 if sys.stdin.isatty() else 0):
        code = ask_code("The first code that it shows")
        if totp.matching_step(secret, code, now=now()) is not None:
            return code
        say("That is not it; look again.")
    return ask_code("The first code that it shows")


def _show(uri: str, secret: str) -> None:
    """Once, to whoever looks at the screen now; it is kept nowhere else in clear."""
    import segno

    code = segno.make_qr(uri, error="m")
    code.terminal(out=sys.stdout, compact=True)
    say(f"Scan it with an authenticator, or type the secret: {secret}")
    say("It is shown this once. Clear the screen afterwards.")
