"""`gallra restore`: a backup brings nobody back who was erased."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, say

if TYPE_CHECKING:
    from tasks.copies.putting_back import Which

app = typer.Typer(
    help="Put a copy back, and erase again who was erased since.", no_args_is_help=True
)

Copy = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What a backup made.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="In place of what is there, which is set aside.")
]


@app.command()
def records(file: Copy, replace: Replace = False, as_json: AsJson = False) -> None:
    """Put a copy of the records back; nothing opens them before `gallra restore replay`.

    Stop the service, workers and timers first. The keys stay as they are today.

    Example:  gallra restore records /mnt/copies-records/gallra-records-20261102T210000.000000Z.db
    """
    _put_back("records", file, replace=replace, as_json=as_json)


@app.command()
def keys(file: Copy, replace: Replace = False, as_json: AsJson = False) -> None:
    """Put a copy of the keys back: only where the key database itself is lost.

    It must be of after the last rotation, and the key-encryption keys must be in place.

    Example:  gallra restore keys /mnt/copies-keys/gallra-keys-20261102T210500.000000Z.db
    """
    _put_back("keys", file, replace=replace, as_json=as_json)


def _put_back(which: Which, file: Path, *, replace: bool, as_json: bool) -> None:
    with failures(as_json=as_json):
        from tasks.copies.putting_back import put_back
        from tasks.house.clock import utc_now
        from tasks.house.settings import Settings

        settings = Settings.from_environment()
        done = put_back(settings, which, file, replace=replace, now=utc_now())
        if as_json:
            print_json(done._asdict())
            return
        say(f"Put back: {done.rows} rows.")
        if done.aside:
            say(f"What was there was set aside: {done.aside}. Remove it when all is well.")
        say("Now run `gallra restore replay`, for each controller: nothing opens before.")


@app.command()
def replay(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Erase again everybody who was erased since the backup, and hear again who said no since;
    nothing else opens it before.

    Put back the records only. The key database and the key-encryption keys stay as they are
    today: an old copy of them may be worthless after a rotation.

    Example:  gallra restore replay
    """
    with failures(as_json=as_json):
        from dataclasses import asdict

        from tasks.erasing.restoring import replay as replay_erasures
        from tasks.house.wiring import open_house

        with open_house(controller, restoring=True) as house:
            done = replay_erasures(house)
        heard = done.heard
        if as_json:
            print_json(asdict(done))
        else:
            say(f"{done.erased_since} person(s) were erased since the journal began;")
            say(f"{done.found_again} of them were in these records again, and are gone again.")
            say(f"{done.keys} key(s) that open nothing were destroyed.")
            if done.missing_events:
                say(
                    f"The records were restored: {done.missing_events} ledger event(s) are missing."
                    " The witness's longer file was set aside as evidence."
                )
            if heard.again:
                say(f"{heard.again} no(es) and withdrawals since the backup count again.")
            if heard.stand_again:
                say(f"{heard.stand_again} that were lifted since the backup stand again.")
            if heard.not_here:
                say(
                    f"{heard.not_here} are of people who came after the backup: import the lists "
                    "again, then run this once more, before anything is sent."
                )
            if heard.consents_lost:
                say(
                    f"{heard.consents_lost} consent(s) given after the backup are lost: nothing is "
                    "done under them until they are registered again."
                )
            if done.unreadable:
                say(f"{done.unreadable} holding(s) changed after the backup: import again.")
            if done.unsure:
                say(f"{done.unsure} erasure(s) were begun and never said to be done: look at them.")
        if done.unsure or done.unreadable or heard.not_here or heard.consents_lost:
            raise typer.Exit(Exit.ATTENTION)
