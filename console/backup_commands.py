"""`gallra backup`: copies of records, keys and ledger, each in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import failures, print_json, say

if TYPE_CHECKING:
    from tasks.copies.folders import What

app = typer.Typer(
    help="Copies of records, keys and ledger, each in a folder of its own.", no_args_is_help=True
)

To = Annotated[
    Path,
    typer.Option(help="The folder; it must be there. Each kind of copy has one of its own."),
]
Keep = Annotated[
    int | None,
    typer.Option(min=1, help="So many copies stay; older ones of Gallra's own go. Default: all."),
]
SameVolume = Annotated[
    bool,
    typer.Option("--same-volume", help="Records and keys on one volume: who takes it has both."),
]


@app.command()
def records(
    to: To,
    keep: Keep = None,
    same_volume: SameVolume = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Copy the records while work goes on; nothing in the copy opens without the keys.

    Example:  gallra backup records --to /mnt/copies-records --keep 14
    """
    _make("records", to, keep, controller, same_volume=same_volume, as_json=as_json)


@app.command()
def keys(
    to: To,
    keep: Keep = None,
    same_volume: SameVolume = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Copy the wrapped keys; anew after each rotation, which makes older copies worthless.

    Example:  gallra backup keys --to /mnt/copies-keys --keep 2
    """
    _make("keys", to, keep, controller, same_volume=same_volume, as_json=as_json)


@app.command()
def ledger(
    to: To,
    keep: Keep = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Copy the ledger as text, with every link computed again: references and counts only.

    Example:  gallra backup ledger --to /mnt/copies-ledger --keep 60
    """
    _make("ledger", to, keep, controller, same_volume=True, as_json=as_json)


def _make(
    what: What, to: Path, keep: int | None, controller: str, *, same_volume: bool, as_json: bool
) -> None:
    with failures(as_json=as_json):
        from tasks.copies.making import back_up
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            made = back_up(house, what, to, keep=keep, same_volume=same_volume)
        if as_json:
            print_json(made._asdict())
            return
        rows = "events" if what == "ledger" else "rows"
        say(f"Copied and read again: {made.rows} {rows}, {made.size / 1e6:.1f} MB in {made.file}")
        if made.removed or made.older:
            say(f"{made.removed} older one(s) removed, {made.older} kept.")
        if what == "keys":
            say("Opens only with the key-encryption keys, which lie in another place again.")
