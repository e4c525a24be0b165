"""`gallra restore`: a backup brings nobody back who was erased."""

from __future__ import annotations

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, say

app = typer.Typer(help="After a backup was put back.", no_args_is_help=True)


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
