"""`gallra ledger`: verify it, hand a checkpoint to the witnesses, export it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, refuse, say, table

if TYPE_CHECKING:
    from tasks.proving.lost_records import Lost

app = typer.Typer(help="The ledger that proves what was done.", no_args_is_help=True)


@app.command()
def verify(
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A checkpoint that lies with the witness: a file's newest is used."),
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Re-compute every link and hold the ledger against a witnessed checkpoint, and the records
    against the ledger: a plan, disclosure or telling that it knows and they do not is told.

    Example:  gallra ledger verify --checkpoint /media/witness/academedia.checkpoints
    """
    with failures(as_json=as_json):
        from connectors.witness import FileWitness
        from lifecycle.errors import LedgerFailure
        from tasks.house.wiring import open_house
        from tasks.proving.lost_records import tell_lost
        from tasks.proving.proof import verify_ledger

        shown = None
        if checkpoint is not None:
            shown = FileWitness(checkpoint).latest()
            if shown is None:
                raise LedgerFailure("checkpoint_missing")
        with open_house(controller) as house:
            report = verify_ledger(house, checkpoint=shown)
            lost = tell_lost(house)
        if as_json:
            print_json(
                {
                    "size": report.size,
                    "witnessed_size": report.witnessed_size,
                    "lost": [one._asdict() for one in lost],
                }
            )
        else:
            say(f"The ledger verifies: {report.size} events.")
            if report.witnessed_size is None:
                say("No witness has a checkpoint yet: run `gallra ledger checkpoint`.")
            else:
                say(
                    "Held against the checkpoint that a witness took at event "
                    f"{report.witnessed_size}."
                )
            _show_lost(lost)
        if lost:
            raise typer.Exit(Exit.NOT_PROVEN)


@app.command("checkpoint")
def make(
    controller: Controller = CONTROLLER,
    begin_anew: Annotated[
        bool,
        typer.Option("--begin-anew", help="The witness's volume was lost: begin a new one."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Sign how long the ledger is, and give that to every witness.

    Example:  gallra ledger checkpoint
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.proving.proof import newest_witnessed, witness

        with open_house(controller) as house:
            took = witness(house, begin_anew=begin_anew)
            newest = newest_witnessed(house)
            expected = len(house.witnesses)
        if as_json:
            text = None if newest is None else newest.text
            print_json({"witnesses": took, "expected": expected, "checkpoint": text})
            return
        if newest is not None:
            say(newest.text.rstrip())
        say(f"{took} of {expected} witness(es) took it.")


@app.command()
def export(
    controller: Controller = CONTROLLER,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new file; default: standard output.")
    ] = None,
) -> None:
    """Write every event as one JSON line, with its link: references and counts only.

    Example:  gallra ledger export -o ledger.jsonl
    """
    with failures():
        from records.engines import reading
        from tasks.copies.making import as_line
        from tasks.house.wiring import open_house

        target = sys.stdout.buffer if output is None else _new_file(output)
        written = 0
        try:
            with open_house(controller) as house, reading(house.engine) as connection:
                for entry in house.ledger.read(connection):
                    target.write(as_line(entry) + b"\n")
                    written += 1
        finally:
            if output is not None:
                target.close()
            else:
                target.flush()
        if output is not None:
            say(f"{written} events written to {output}.")


def _show_lost(lost: Sequence[Lost]) -> None:
    if not lost:
        return
    say("! The ledger knows what the records do not have: somebody took it out.")
    heads = ["reference", "what", "stood", "to", "by", "until", "about"]
    table("Lost", heads, [(*one[:3], *(word or "-" for word in one[3:])) for one in lost])
    say("Stop, and tell the data protection officer: docs/administration.md.")


def _new_file(path: Path) -> BinaryIO:
    """Never over another file: it may be an older export that somebody keeps as evidence."""
    try:
        return path.open("xb")
    except FileExistsError:
        refuse(f"{path} is there already. Nothing was changed: choose another name.")
    except OSError:
        refuse(f"{path} cannot be written. Nothing was changed: choose another place.")
