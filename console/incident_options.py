"""What the commands about incidents share: who, which, when, and texts that never stand on a
command line."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from tasks.house.parts import House

Ref = Annotated[str, typer.Argument(help="The incident, B-…, as `gallra incident list` shows it.")]
By = Annotated[str, typer.Option(help="The officer's handle; the code is asked for, or read.")]
Text = Annotated[
    str, typer.Option(help="A file with the text, or - to type it or read it; sealed.")
]
When: Final = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
_TYPED: Final = "-"
_LARGEST: Final = 1_000_000
"""Bytes that are read of a file; the text itself is shorter still."""


def read_text(source: str, question: str) -> str:
    """What somebody wrote: typed until the end of input (Ctrl-D), read from there, or from a file.

    Raises `typer.BadParameter` for a file that cannot be read as text.
    """
    if source == _TYPED:
        if sys.stdin.isatty():
            sys.stderr.write(f"{question} (end with Ctrl-D on a line of its own):\n")
        return sys.stdin.read(_LARGEST)
    text: str | None = None
    try:
        with Path(source).open(encoding="utf-8-sig") as file:
            text = file.read(_LARGEST)
    except (OSError, UnicodeDecodeError):
        text = None
    if text is None:
        # Not said which: its name may be a person's.
        raise typer.BadParameter("that file cannot be read as text (UTF-8)")
    return text


def local(house: House, moment: datetime | None) -> datetime | None:
    """A time that somebody typed, on the controller's wall; of the hour that comes twice in autumn
    the first one, which gives nobody more time."""
    if moment is None:
        return None
    return moment.replace(tzinfo=house.policy.controller.zone, fold=0)
