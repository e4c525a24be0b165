"""`gallra keys`: how old the key-encryption key is, and changing it."""

from __future__ import annotations

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import failures, print_json, say

app = typer.Typer(help="The keys that everything personal is sealed with.", no_args_is_help=True)


@app.command()
def status(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show epoch, age and number of keys; no key is ever shown.

    Example:  gallra keys status
    """
    with failures(as_json=as_json):
        from dataclasses import asdict

        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            found = house.keyring.status()
            due = house.keyring.must_rotate(house.policy.schedules.rotate_keys.within.exact)
            beside = house.settings.keys_lie_beside_data or found.beside_data
        if as_json:
            age = {"age_seconds": int(found.age.total_seconds()), "due": due}
            plain = asdict(found) | {"beside_data": beside} | age
            del plain["age"]
            print_json(plain)
            return
        say(f"Epoch {found.epoch}, {found.age.days} day(s) old; KEK in {found.place}")
        say(f"{found.data_keys} data keys, {found.named_keys} keys of the house.")
        if found.retiring:
            say("A rotation was stopped: run `gallra keys rotate` to finish it.")
        if due:
            say("It is time: run `gallra keys rotate`.")
        if beside:
            say("The KEK lies beside the data: good for trying out, not for people's data.")


@app.command()
def rotate(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Begin a new epoch: survivors are wrapped anew, the old KEK is destroyed.

    Example:  gallra keys rotate
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.proving.keys import rotate_keys

        with open_house(controller) as house:
            found = rotate_keys(house)
            in_reach = house.settings.keys_lie_beside_data or found.beside_data
        if as_json:
            print_json({"epoch": found.epoch, "data_keys": found.data_keys})
            return
        say(f"Epoch {found.epoch} has begun; {found.data_keys} data keys wrapped anew.")
        say("The old KEK is destroyed here.")
        if in_reach:
            say("It lay beside the data: a backup of the state folder has it, and can open what")
            say("was erased since. Destroy such backups, and set GALLRA_KEYS to another volume.")
        else:
            say("What was erased before cannot be opened from a backup that holds no old KEK.")
